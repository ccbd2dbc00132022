"""Looks after a broadcast while it runs: too many want no more of it, too many complain, oddly few pick up.

Called by the sweep. What pauses a broadcast pauses it once: whoever goes on has read why (`Broadcast.paused_for`).
"""

from __future__ import annotations

from datetime import timedelta
from statistics import fmean
from typing import NamedTuple

from sqlalchemy.orm import Session

from gateway.broadcasts import local_times
from gateway.broadcasts.sums import Sums
from gateway.db import UnitOfWork
from gateway.deliveries.halt import COMPLAINTS, OPT_OUTS, halt
from gateway.deliveries.owe import VOICE
from gateway.models import Broadcast
from gateway.rules import reaching
from gateway.rules.classes import MessageClass
from gateway.rules.habits import before_call, chance
from gateway.rules.slots import slot_at
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, BroadcastState
from gateway.store import broadcast_alarms, habits
from gateway.store.staff import add_audit

SAMPLE = 500


class Odd(NamedTuple):
    """How many were tried, how many of them picked up, and how many of 100 were to."""

    tried: int
    answered: int
    expected: int


def look(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast, stand: Sums) -> None:
    """Pause it where it must, warn where something seems wrong. `stand` is how it stands now; twice changes nothing."""
    if broadcast.state != BroadcastState.RUNNING:
        return
    now = rt.clock()
    for reason in _reasons(unit.db, rt, broadcast, stand):
        paused_for = [*broadcast.paused_for, reason]
        if halt(unit.db, now, broadcast.id, reason, paused_for=paused_for):
            unit.db.refresh(broadcast)
            return
    if (
        broadcast.warned_at is None
        and broadcast.kind == VOICE
        and (odd := oddly_low(unit.db, rt, broadcast, stand))
    ):
        broadcast.warned_at = now
        add_audit(unit.db, None, "broadcast-warned", now, "broadcast", broadcast.id, **odd._asdict())


def oddly_low(db: Session, rt: Runtime, broadcast: Broadcast, stand: Sums) -> Odd | None:
    """How few pick up, where these are fewer than half of what was to be expected of these people at this hour.

    Whoever picks up stays longer than a busy tone: those who are on the phone now count as if all of them had.
    """
    tried, answered = (each + stand.in_progress for each in picked_up(stand))
    if not reaching.may_be_oddly_low(tried, answered):
        return None
    expected = expected_of(db, rt, broadcast)
    if not reaching.is_oddly_low(tried, answered, expected):
        return None
    return Odd(tried, answered, round(100 * max(expected, reaching.LEAST_EXPECTED)))


def expected_of(db: Session, rt: Runtime, broadcast: Broadcast) -> float:
    """Return the share that was to pick up at the first try: by what these numbers did before, in the part of the day in
    which they were called. Who was never called before counts as most do. Some hundreds speak for all.
    """
    profile = local_times.profile_of(db, rt, broadcast)
    law = MessageClass.ORGANISATIONAL  # as habits are counted (`deliveries.outcomes`)
    chances = []
    for record, placed_at, outcome in habits.list_first_calls(db, broadcast.id, SAMPLE):
        slot = slot_at(profile, law, placed_at)
        chances.append(chance(before_call(record, slot, outcome == AttemptOutcome.ANSWERED), slot))
    return fmean(chances) if chances else reaching.USUAL[0]


def picked_up(stand: Sums) -> tuple[int, int]:
    """How many have been tried to an end, and how many of them ever picked up: no fewer than at the first try."""
    answered = stand.heard + stand.answered_not_heard
    return answered + sum(stand.not_reached.values()), answered


def _reasons(db: Session, rt: Runtime, broadcast: Broadcast, stand: Sums) -> list[str]:
    """Why it is to pause, what has paused it before left out; asked of the database only where it can be."""
    found, (_, answered) = [], picked_up(stand)
    if OPT_OUTS not in broadcast.paused_for and answered >= reaching.ENOUGH_ANSWERED:
        opt_outs = broadcast_alarms.count_opt_outs(db, broadcast)
        found += [OPT_OUTS] if reaching.has_too_many_opt_outs(answered, opt_outs) else []
    if COMPLAINTS not in broadcast.paused_for:
        since = rt.clock() - timedelta(days=reaching.COMPLAINT_DAYS)
        complaints = broadcast_alarms.count_complaints(db, broadcast, since)
        found += [COMPLAINTS] if reaching.has_too_many_complaints(complaints) else []
    return found
