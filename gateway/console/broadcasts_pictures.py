"""The pictures of a broadcast: over time, try by try, how long they listened, by the hour; each with its table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext, ngettext
from markupsafe import Markup
from sqlalchemy.orm import Session

from gateway.broadcasts import listened, local_times
from gateway.broadcasts.sums import Sums
from gateway.console.charts import Bar, bars
from gateway.console.formats import duration, moment, number
from gateway.console.plots import Run, plot
from gateway.deliveries.owe import VOICE
from gateway.models import Broadcast
from gateway.rules import reaching
from gateway.runtime import Runtime
from gateway.store import broadcast_results as results

LISTENED = (1, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180)
POINTS = 60
ENOUGH = 20  # tries of an hour, to call it the best


@dataclass(frozen=True)
class Picture:
    """A drawing, what it shows in a sentence, and the rows of its table under their heads."""

    title: str
    svg: Markup
    sentence: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def share(part: int, whole: int) -> int:
    return round(100 * part / whole) if whole else 0


def pictures_of(db: Session, rt: Runtime, broadcast: Broadcast, stand: Sums) -> list[Picture]:
    """Draw what there is to draw; none of what nobody has done yet."""
    drawn = [_over_time(db, rt, broadcast, stand)]
    if broadcast.kind == VOICE:
        drawn += [
            _by_try(db, broadcast, stand.in_progress),
            _listened(db, rt, broadcast),
            _by_hour(db, rt, broadcast),
        ]
    return [each for each in drawn if each]


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
    half = _half_after(run, step, began) if broadcast.finished_at else _so_far(run[-1][1], broadcast)
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
    time = duration((at + step - began).total_seconds())
    return str(gettext("Half of those whom it reached were reached within %(time)s.", time=time))


def _so_far(count: int, broadcast: Broadcast) -> str:
    if broadcast.kind == VOICE:
        return str(
            ngettext("%(n)s has heard it so far.", "%(n)s have heard it so far.", count, n=number(count))
        )
    return str(ngettext("%(n)s has been delivered.", "%(n)s have been delivered.", count, n=number(count)))


def _fewer(run: Sequence[Any], most: int = 12) -> list[Any]:
    every = -(-len(run) // most)
    kept = list(run[every - 1 :: every])
    return kept if not run or kept and kept[-1] == run[-1] else [*kept, run[-1]]


def _by_try(db: Session, broadcast: Broadcast, on_the_phone: int) -> Picture | None:
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
                word=f"{round(100 * reached[-1])} %",
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
    if on_the_phone:  # a busy tone ends sooner than a call that is listened to
        sentence = f"{sentence} {_not_counted(on_the_phone)}"
    rows = [
        (
            number(each.nth),
            number(each.tried),
            number(each.reached),
            f"{round(100 * after)} %",
            f"{round(100 * reaching.USUAL[each.nth - 1])} %" if each.nth <= len(reaching.USUAL) else "–",
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


def _not_counted(on_the_phone: int) -> str:
    return str(
        ngettext(
            "%(n)s is on the phone now and not counted yet; whoever picks up stays longer.",
            "%(n)s are on the phone now and not counted yet; whoever picks up stays longer.",
            on_the_phone,
            n=number(on_the_phone),
        )
    )


def _listened(db: Session, rt: Runtime, broadcast: Broadcast) -> Picture | None:
    seconds, heard = results.listened(db, broadcast), listened.of_broadcast(db, rt, broadcast)
    whole = sum(count for _, count in seconds)
    if not whole or heard is None:
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
    sentence = gettext(
        "Half of them stayed for %(n)s seconds or longer; of the message they heard about %(share)s of 100 on average, estimated from the seconds of the call.",
        n=number(heard.median_seconds),
        share=number(round(100 * heard.share_estimated)),
    )
    marks = [each for each in LISTENED if each <= longest]
    rows = [
        (gettext("%(n)s s", n=number(each)), number(left[each]), f"{share(left[each], whole)} %")
        for each in marks
    ]
    return Picture(title, svg, sentence, (gettext("At least"), gettext("listened"), "%"), rows)


def _by_hour(db: Session, rt: Runtime, broadcast: Broadcast) -> Picture | None:
    hours = results.by_hour(db, broadcast, local_times.profile_of(db, rt, broadcast).zone)
    if len(hours) < 2:
        return None
    title = gettext("Picked up, of a hundred, by the hour")
    sure = [each for each in hours if each.tried >= ENOUGH] or hours
    best = max(sure, key=lambda each: each.answered / each.tried)
    drawn = [
        Bar(
            f"{each.hour}:00 – {each.hour + 1}:00: {share(each.answered, each.tried)} %",
            str(each.hour),
            share(each.answered, each.tried),
        )
        for each in hours
    ]
    svg = bars(drawn, title, strong=hours.index(best))
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
