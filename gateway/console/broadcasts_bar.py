"""The bar of a broadcast: its parts in a fixed order, each with its number and its people (look.md 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext

from gateway.broadcasts.sums import Sums
from gateway.console.broadcasts_words import CAUSES, PARTS, REASONS, part_word
from gateway.console.formats import duration, moment, number
from gateway.models import Broadcast
from gateway.states import BroadcastState
from gateway.store.broadcast_people import Part

LIVE = (BroadcastState.STARTING, BroadcastState.RUNNING, BroadcastState.PAUSED)


def counts(stand: Sums) -> dict[Part, int]:
    """Return the number of each part; they sum to `asked`."""
    return {
        Part.HEARD: stand.heard,
        Part.ANSWERED_NOT_HEARD: stand.answered_not_heard,
        Part.NOT_REACHED: sum(stand.not_reached.values()),
        Part.IN_DOUBT: stand.in_doubt,
        Part.REFUSED: sum(stand.refused.values()),
        Part.IN_PROGRESS: stand.in_progress,
        Part.HELD: stand.held,
        Part.NOT_YET_TRIED: stand.not_yet_tried,
    }


def segments_of(broadcast: Broadcast, stand: Sums, *, with_links: bool = True) -> list[dict[str, Any]]:
    """Return the segments for `segment_bar`; what was heard is always named, also when it is nobody yet."""
    return [
        {
            "name": part_word(part, broadcast.kind),
            "count": count,
            "href": people_url(broadcast, part) if with_links and count else None,
            "tone": PARTS[part][1],
            "always": part is Part.HEARD,
        }
        for part, count in counts(stand).items()
    ]


def causes_of(broadcast: Broadcast, stand: Sums) -> list[dict[str, Any]]:
    """Break "not reached" and "refused" down by cause, each with its people, the commonest first."""
    broken: list[tuple[Part, dict[str, int], Mapping[Any, Any]]] = [
        (Part.NOT_REACHED, stand.not_reached, CAUSES),
        (Part.REFUSED, stand.refused, REASONS),
    ]
    return [
        {"name": words.get(code, code), "count": count, "href": people_url(broadcast, part, cause=code)}
        for part, codes, words in broken
        for code, count in sorted(codes.items(), key=lambda each: -each[1])
    ]


def people_url(broadcast: Broadcast, part: Part | str, cause: str | None = None) -> str:
    """Return the address of the people of one part."""
    return url_for("broadcasts_people.people", public_id=broadcast.public_id, part=str(part), cause=cause)


def comes_next(broadcast: Broadcast, stand: Sums) -> str | None:
    """Say in one sentence what happens next, None where nothing does."""
    if broadcast.state not in LIVE:
        return None
    if broadcast.state == BroadcastState.STARTING:
        return str(gettext("The list of members is being made; the first phones ring in a moment."))
    if broadcast.state == BroadcastState.PAUSED:
        return str(gettext("Nothing new begins until somebody presses “Go on”. Calls under way may finish."))
    if stand.held and stand.held_until and not stand.not_yet_tried:
        return str(
            gettext(
                "%(n)s wait for the calling hours: from %(when)s.",
                n=number(stand.held),
                when=moment(stand.held_until),
            )
        )
    if stand.to_retry and stand.next_try_at and not stand.not_yet_tried:
        when = moment(stand.next_try_at)
        return str(gettext("%(n)s to be tried again, from %(when)s.", n=number(stand.to_retry), when=when))
    return None


def time_left(stand: Sums, a_minute: int, per_second: float) -> str | None:
    """Say how long the first round still takes at the present pace, or at the planned one where nothing was tried yet."""
    waiting = stand.not_yet_tried
    pace = a_minute / 60 or per_second
    if not waiting or pace <= 0:
        return None
    seconds = waiting / pace
    if seconds < 60:
        return str(gettext("less than a minute left"))
    return str(gettext("about %(time)s left", time=duration(seconds)))
