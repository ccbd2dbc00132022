"""How much of a broadcast was heard by those who picked up: seconds of the call, and of its message what these come to.

The provider tells the seconds of a connection and nothing of what was heard in it. So the share of the message is an
estimate, and is called one: what was spoken before the words is taken off, what comes behind them counts no further.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from gateway import lengths
from gateway.models import Broadcast
from gateway.rules.reaching import share_heard
from gateway.runtime import Runtime
from gateway.store import broadcast_results


@dataclass(frozen=True)
class Listened:
    """`median_seconds` of the call; `share_estimated` is the mean share of the message, 0 to 1."""

    people: int
    median_seconds: int
    share_estimated: float


def of_broadcast(db: Session, rt: Runtime, broadcast: Broadcast) -> Listened | None:
    """Return how long they listened; None where nobody picked up, or nothing is known of it any more."""
    rows = broadcast_results.listened_by_language(db, broadcast)
    people = sum(each.number for each in rows)
    if not people:
        return None
    by_language = lengths.words_after(rt, broadcast)
    heard = sum(
        each.number * share_heard(each.seconds, *by_language.get(each.language or "", (0.0, 0.0)))
        for each in rows
    )
    return Listened(people, _median(rows, people), round(heard / people, 2))


def _median(rows: list[broadcast_results.Stayed], people: int) -> int:
    """As many stayed so long or longer as were gone by then."""
    counted = 0
    for each in sorted(rows, key=lambda row: row.seconds):
        counted += each.number
        if 2 * counted >= people:
            return each.seconds
    return 0
