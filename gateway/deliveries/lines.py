"""How many of a line's calls go on: those of which no last word came, but no longer than such a call can last.

Where a last post is lost and the provider cannot be asked (`doubt`), the call itself is in doubt after twenty minutes. Its
line is free long before: a broadcast's call rings, is heard and heard again, and is over (`rules.pacing.longest_call`).
Whoever hears it more often than that keeps a line that counts as free; the provider then refuses one call, and it is tried
again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gateway.lengths import seconds_of
from gateway.models import Broadcast
from gateway.questions import VOICE, questions_of
from gateway.rules.pacing import longest_call
from gateway.runtime import Runtime
from gateway.store import attempts

LONGEST_CALL = timedelta(minutes=20)  # of all others: somebody may speak at length
SHORTEST = longest_call(0, 0)  # no broadcast's call is over for sure before


def in_use(db: Session, rt: Runtime, line: str, now: datetime) -> int:
    """Count the calls of ours that still keep this line busy."""
    since = now - LONGEST_CALL
    ids = attempts.list_broadcasts_on(db, line, since, now - SHORTEST)
    known = [broadcast for each in ids if (broadcast := db.get(Broadcast, each)) is not None]
    since_of = {each.id: now - longest_of(rt, each) for each in known}
    return attempts.count_open_calls(db, line, since, since_of)


def longest_of(rt: Runtime, broadcast: Broadcast) -> timedelta:
    """Return how long a call of this broadcast can last."""
    notes = sum(each.answer == VOICE for each in questions_of(broadcast.questions))
    return longest_call(max(seconds_of(rt, broadcast).values(), default=0.0), notes)
