"""What became of a broadcast, prepared for its page: each picture with the numbers of the table beneath it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext
from sqlalchemy.orm import Session

from gateway.broadcasts import sums
from gateway.broadcasts.sums import Sums
from gateway.console.amounts import shown_amount
from gateway.console.broadcasts_bar import people_url
from gateway.console.broadcasts_pictures import pictures_of, share
from gateway.console.formats import number
from gateway.console.locale import SPOKEN, language
from gateway.models import Broadcast
from gateway.questions import label_of, questions_of
from gateway.runtime import Runtime
from gateway.store import broadcast_results as results
from gateway.store import money, unit_list
from gateway.store.broadcast_list import Row
from gateway.store.broadcast_results import Answer

MOST_LINES = 40  # of the table by unit; more on a page of their own


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
    units = _units(db, row, questions, stand.asked)
    return {
        "pictures": pictures_of(db, rt, broadcast, stand),
        "units": units if has_all_units else _largest(units),
        "more_units": len(units) - MOST_LINES if not has_all_units and len(units) > MOST_LINES else 0,
        "languages": _languages(db, broadcast),
        "questions": questions,
        "cost": _cost(db, rt, broadcast),
    }


def _cost(db: Session, rt: Runtime, broadcast: Broadcast) -> str | None:
    """One sentence or two; None where nothing is known of its price."""
    cost = results.cost(db, broadcast, money.find_money(db, rt.profile.money).prices.currency)
    if not cost.charged and not cost.kept_back:
        return None
    said = gettext(
        "The provider has charged %(paid)s for %(n)s tries so far.",
        paid=shown_amount(cost.charged, cost.currency),
        n=number(cost.charged_tries),
    )
    if not cost.kept_back:
        return str(said)
    more = gettext(
        "For tries whose price it has not told yet %(amount)s are kept back.",
        amount=shown_amount(cost.kept_back, cost.currency),
    )
    return f"{said} {more}"


def _languages(db: Session, broadcast: Broadcast) -> list[Line]:
    return [
        Line(SPOKEN.get(code, code) or gettext("not told"), each, {"language": code})
        for code, each in sums.by_language(db, broadcast.id).items()
    ]


def _units(db: Session, row: Row, questions: Sequence[Question], asked: int) -> list[Line]:
    broadcast = row.broadcast
    top, places = _side_by_side(db, row, asked)
    given = results.answers_by_place(db, broadcast.id, top) if questions else {}
    return [
        Line(
            each.unit.name if each.unit else gettext("moved to another unit since"),
            each.sums,
            {"unit": each.unit.id} if each.unit else {},
            _shares(questions, given.get(each.unit.id, []) if each.unit else []),
        )
        for each in places
    ]


def _side_by_side(db: Session, row: Row, asked: int) -> tuple[str, Sequence[sums.UnitSums]]:
    """Compare where the tree forks, since an only child says nothing; but where somebody lives beside it, from the top."""
    fork = unit_list.find_fork(db, row.place)
    if fork.id != row.place.id:
        below = sums.by_unit(db, row.broadcast.id, fork.path)
        if sum(each.sums.asked for each in below) == asked:
            return fork.path, below
    return row.place.path, sums.by_unit(db, row.broadcast.id)


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
