"""What became of a broadcast, prepared for its page: each picture with the numbers of the table beneath it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from gateway.broadcasts import sums
from gateway.broadcasts.sums import Sums
from gateway.console.broadcasts_bar import people_url
from gateway.console.charts import Bar, bars
from gateway.console.formats import moment, number
from gateway.console.locale import SPOKEN, language
from gateway.console.plots import Run, plot
from gateway.deliveries.owe import VOICE
from gateway.models import Broadcast
from gateway.questions import label_of, questions_of
from gateway.rules import reaching
from gateway.runtime import Runtime
from gateway.store import broadcast_results as results
from gateway.store import money
from gateway.store.broadcast_list import Row
from gateway.store.broadcast_results import Answer

MOST_LINES = 40  # of the table by unit; more on a page of their own
LISTENED = (1, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180)
POINTS = 60


@dataclass(frozen=True)
class Picture:
    """A drawing, what it shows in a sentence, and the rows of its table under their heads."""

    title: str
    svg: Markup
    sentence: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Line:
    """One line of a table by unit or by language."""

    name: str
    sums: Sums
    narrow: dict[str, Any] = field(default_factory=dict)
    answers: Sequence[str] = ()

    @property
    def share(self) -> int:
        """How many of a hundred heard it."""
        return share(self.sums.heard, self.sums.asked)


@dataclass(frozen=True)
class Given:
    """One answer to a question: its key (None: spoken) and meaning, how many, of a hundred, and where they are listed."""

    key: str | None
    meaning: str
    count: int
    share: int
    href: str


@dataclass(frozen=True)
class Question:
    """One question and what was answered to it."""

    nth: int
    text: str
    answers: Sequence[Given]
    total: int


def outcome_of(
    db: Session, rt: Runtime, row: Row, stand: Sums, *, has_all_units: bool = False
) -> dict[str, Any]:
    """Everything beneath the bar."""
    broadcast = row.broadcast
    if broadcast.started_at is None or not stand.asked or broadcast.kept_sums is not None:
        return {}
    questions = _questions(db, broadcast)
    units = _units(db, row, questions)
    return {
        "pictures": [each for each in _pictures(db, rt, broadcast, stand) if each],
        "units": units if has_all_units else _largest(units),
        "more_units": len(units) - MOST_LINES if not has_all_units and len(units) > MOST_LINES else 0,
        "languages": _languages(db, broadcast),
        "questions": questions,
        "cost": results.cost(db, broadcast, money.find_money(db, rt.profile.money).prices.currency),
    }


def share(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def _pictures(db: Session, rt: Runtime, broadcast: Broadcast, stand: Sums) -> list[Picture | None]:
    drawn = [_over_time(db, rt, broadcast, stand)]
    if broadcast.kind == VOICE:
        drawn += [_by_try(db, broadcast), _listened(db, broadcast), _by_hour(db, rt, broadcast)]
    return drawn


def _over_time(db: Session, rt: Runtime, broadcast: Broadcast, stand: Sums) -> Picture | None:
    began = broadcast.started_at
    assert began is not None
    until = broadcast.finished_at or rt.clock()
    step = results.step_of(until - began)
    run = results.cumulated(results.heard_over_time(db, broadcast, step))
    if not run:
        return None
    length = max((run[-1][0] + step - began), step)
    points = [(0.0, 0.0), *(((at + step - began) / length, count / stand.asked) for at, count in run)]
    heard = gettext("heard") if broadcast.kind == VOICE else gettext("delivered")
    title = gettext("Heard it, over time") if broadcast.kind == VOICE else gettext("Delivered, over time")
    half = _half_after(run, step, began)
    svg = plot(
        [Run(points, word=f"{share(run[-1][1], stand.asked)} %")],
        title,
        [(0, moment(began)), (1, moment(began + length))],
        gettext("all %(n)s", n=number(stand.asked)),
    )
    rows = [(moment(at + step), number(count), f"{share(count, stand.asked)} %") for at, count in _fewer(run)]
    return Picture(title, svg, half, (gettext("Until"), heard, "%"), rows)


def _half_after(run: Sequence[tuple[datetime, int]], step: Any, began: datetime) -> str:
    whole = run[-1][1]
    at = next(at for at, count in run if 2 * count >= whole)
    minutes = round((at + step - began).total_seconds() / 60)
    return str(gettext("Half of them had heard it after %(n)s minutes.", n=number(minutes)))


def _fewer(run: Sequence[Any], most: int = 12) -> list[Any]:
    every = -(-len(run) // most)
    kept = list(run[every - 1 :: every])
    return kept if not run or kept and kept[-1] == run[-1] else [*kept, run[-1]]


def _by_try(db: Session, broadcast: Broadcast) -> Picture | None:
    tries = [each for each in results.by_try(db, broadcast) if each.tried]
    if not tries:
        return None
    reached = reaching.reached_after([each.tried for each in tries], [each.reached for each in tries])
    usual = reaching.USUAL[: max(3, len(tries))]
    title = gettext("Picked up, try by try")
    wide = len(usual)
    svg = plot(
        [
            Run(
                [(0, 0), *((nth / wide, each) for nth, each in enumerate(usual, 1))], "aim", gettext("usual")
            ),
            Run(
                [(0, 0), *((nth / wide, each) for nth, each in enumerate(reached, 1))],
                word=f"{reached[-1]:.0%}",
            ),
        ],
        title,
        [(nth / wide, gettext("try %(n)s", n=number(nth))) for nth in range(1, wide + 1)],
        "100 %",
    )
    sentence = gettext(
        "%(share)s of 100 picked up at the first try; about %(usual)s are usual.",
        share=number(round(100 * reached[0])),
        usual=number(round(100 * reaching.USUAL[0])),
    )
    rows = [
        (
            number(each.nth),
            number(each.tried),
            number(each.reached),
            f"{after:.0%}",
            f"{reaching.USUAL[each.nth - 1]:.0%}" if each.nth <= len(reaching.USUAL) else "–",
        )
        for each, after in zip(tries, reached, strict=True)
    ]
    heads = (
        gettext("Try"),
        gettext("tried"),
        gettext("picked up"),
        gettext("of all so far"),
        gettext("usual"),
    )
    return Picture(title, svg, sentence, heads, rows)


def _listened(db: Session, broadcast: Broadcast) -> Picture | None:
    seconds = results.listened(db, broadcast)
    whole = sum(count for _, count in seconds)
    if not whole:
        return None
    longest = max(length for length, _ in seconds)
    wide = max(10, longest)
    left = reaching.listened_to(seconds, range(wide + 1))
    points = [(nth, left[nth]) for nth in range(0, wide + 1, max(1, wide // POINTS))]
    title = gettext("How long they listened")
    svg = plot(
        [Run([(at / wide, count / whole) for at, count in points])],
        title,
        [(0, "0"), (0.5, gettext("%(n)s s", n=number(wide // 2))), (1, gettext("%(n)s s", n=number(wide)))],
        gettext("all %(n)s who picked up", n=number(whole)),
    )
    middle = next(length for length, _ in seconds if 2 * (whole - _up_to(seconds, length)) <= whole)
    sentence = gettext("Half of them stayed for %(n)s seconds or longer.", n=number(middle))
    marks = [each for each in LISTENED if each <= longest]
    rows = [
        (gettext("%(n)s s", n=number(each)), number(left[each]), f"{share(left[each], whole)} %")
        for each in marks
    ]
    return Picture(title, svg, sentence, (gettext("At least"), gettext("listened"), "%"), rows)


def _up_to(seconds: Sequence[tuple[int, int]], length: int) -> int:
    return sum(count for each, count in seconds if each <= length)


def _by_hour(db: Session, rt: Runtime, broadcast: Broadcast) -> Picture | None:
    hours = results.by_hour(db, broadcast, rt.profile.zone)
    if len(hours) < 2:
        return None
    title = gettext("Picked up, of a hundred, by the hour")
    svg = bars(
        [
            Bar(
                f"{each.hour}:00 – {each.hour + 1}:00: {share(each.answered, each.tried)} %",
                str(each.hour),
                share(each.answered, each.tried),
            )
            for each in hours
        ],
        title,
    )
    sure = [each for each in hours if each.tried >= 20] or hours
    best = max(sure, key=lambda each: each.answered / each.tried)
    sentence = gettext(
        "Best from %(hour)s to %(next)s o’clock: %(share)s of 100 picked up.",
        hour=number(best.hour),
        next=number(best.hour + 1),
        share=number(share(best.answered, best.tried)),
    )
    rows = [
        (
            f"{each.hour}–{each.hour + 1}",
            number(each.tried),
            number(each.answered),
            f"{share(each.answered, each.tried)} %",
        )
        for each in hours
    ]
    return Picture(title, svg, sentence, (gettext("Hour"), gettext("tried"), gettext("picked up"), "%"), rows)


def _languages(db: Session, broadcast: Broadcast) -> list[Line]:
    return [
        Line(SPOKEN.get(code, code) or gettext("not told"), each, {"language": code})
        for code, each in sums.by_language(db, broadcast.id).items()
    ]


def _units(db: Session, row: Row, questions: Sequence[Question]) -> list[Line]:
    broadcast = row.broadcast
    given = results.answers_by_place(db, broadcast.id, row.place.path) if questions else {}
    return [
        Line(
            each.unit.name if each.unit else gettext("moved to another unit since"),
            each.sums,
            {"unit": each.unit.id} if each.unit else {},
            _shares(questions, given.get(each.unit.id, []) if each.unit else []),
        )
        for each in sums.by_unit(db, broadcast.id)
    ]


def _largest(lines: Sequence[Line]) -> list[Line]:
    """The largest, in the order in which they stand."""
    if len(lines) <= MOST_LINES:
        return list(lines)
    least = sorted((each.sums.asked for each in lines), reverse=True)[MOST_LINES - 1]
    return [each for each in lines if each.sums.asked >= least][:MOST_LINES]


def _shares(questions: Sequence[Question], given: Sequence[Answer]) -> list[str]:
    """Of a hundred who answered each question here, how many pressed each of its keys."""
    cells = []
    for question in questions:
        here = {each.key: each.number for each in given if each.question == question.nth}
        whole = sum(here.values())
        cells += [
            f"{share(here.get(key, 0), whole)} %" if whole else "–"
            for key in (each.key for each in question.answers)
        ]
    return cells


def _questions(db: Session, broadcast: Broadcast) -> list[Question]:
    given, made = results.answers(db, broadcast.id), []
    for nth, question in enumerate(questions_of(broadcast.questions), 1):
        counts: dict[str | None, int] = dict.fromkeys(question.keys, 0)
        counts |= {each.key: each.number for each in given if each.question == nth}
        whole = sum(counts.values())
        meanings = dict(zip(question.keys, question.choices, strict=True))
        answers = [
            Given(
                key,
                _meaning(meanings, key),
                count,
                share(count, whole),
                people_url(broadcast, "all", question=nth, key=key),
            )
            for key, count in sorted(counts.items(), key=_order)
        ]
        texts = question.texts
        text = str(texts.get(language()) or next(iter(texts.values()), ""))
        made.append(Question(nth, text, answers, whole))
    return made


def _meaning(meanings: Mapping[str, Mapping[str, str]], key: str | None) -> str:
    if key is None:
        return str(gettext("spoke their answer"))
    return label_of(meanings[key], language()) if key in meanings else key


def _order(item: tuple[str | None, int]) -> tuple[bool, str]:
    return (item[0] is None, item[0] or "")
