"""Broadcasts that come again: planning one, stopping one, and making what is due; each time is a copy of the first.

The rule is kept in local time (`rules.calendar`) and read by the wall clock of the broadcast's unit. What is due is made by
the sweep; two sweeps at once make one copy, because a row has one lock and (schedule, time) is unique.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from gateway.broadcasts import local_times
from gateway.broadcasts.copies import OCCURRENCE, copy_of
from gateway.broadcasts.rules_kept import kept, rule_of
from gateway.db import UnitOfWork
from gateway.deliveries import contact
from gateway.errors import Conflict
from gateway.models import Broadcast, Schedule, Unit
from gateway.rules.calendar import Event, Rule, event_instant, next_time, times_between
from gateway.rules.classes import MessageClass
from gateway.rules.profiles import Profile
from gateway.rules.walls import instant_of_wall
from gateway.rules.windows import is_open
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from gateway.store import schedules
from gateway.store.move import move
from gateway.store.staff import add_audit

LATEST = timedelta(hours=6)  # a time missed by more is not made up for: yesterday's bulletin is no news
JUST_BEFORE = timedelta(microseconds=1)
_DISCARDED = (BroadcastState.STOPPED, BroadcastState.FAILED)


def plan(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast, rule: Rule, staff_id: int | None) -> Schedule:
    """Let an approved broadcast come again. Raises Conflict with a sentence where it cannot."""
    unit.db.refresh(broadcast, with_for_update=True)
    if problem := _why_not(unit, rt, broadcast, rt.clock()):
        raise Conflict(_SENTENCES[problem], problem)
    if schedules.find_open(unit.db, broadcast.id) is not None:
        raise Conflict("this broadcast comes again already; stop that first", "planned-already")
    profile, now = local_times.profile_of(unit.db, rt, broadcast), rt.clock()
    first = next_time(rule, profile, now)
    _check_times(rt, broadcast, rule, profile, first)
    kind, values = kept(rule)
    made = Schedule(
        broadcast_id=broadcast.id, kind=kind, rule=values, next_at=first, staff_id=staff_id, created_at=now
    )
    unit.db.add(made)
    unit.db.flush()
    add_audit(unit.db, staff_id, "schedule-made", now, "broadcast", broadcast.id, broadcast.unit_id)
    return made


def stop(unit: UnitOfWork, rt: Runtime, schedule: Schedule, staff_id: int | None) -> None:
    """No further time of it comes; what has begun goes on. Twice changes nothing."""
    if schedule.ended_at is None:
        _end(unit, rt, schedule, staff_id)


def run_due(unit: UnitOfWork, rt: Runtime) -> None:
    """Make what is due, by the first wall clock on which it is; run by the sweep, twice at once makes one."""
    soon = rt.clock() + local_times.FARTHEST
    due = select(Schedule).where(Schedule.ended_at.is_(None), Schedule.next_at <= soon)
    for schedule in unit.db.scalars(due.order_by(Schedule.next_at).with_for_update(skip_locked=True)):
        broadcast = unit.db.get_one(Broadcast, schedule.broadcast_id)
        assert schedule.next_at is not None
        if local_times.first_start(unit.db, rt, broadcast, schedule.next_at) <= rt.clock():
            _come(unit, rt, schedule, broadcast, schedule.next_at)


def next_times(rt: Runtime, schedule: Schedule, profile: Profile, count: int) -> list[datetime]:
    """List the next times of a schedule that goes on, for people to see."""
    found: list[datetime] = []
    at = None if schedule.ended_at else schedule.next_at
    while at is not None and len(found) < count:
        found.append(at)
        at = next_time(rule_of(schedule.kind, schedule.rule), profile, at)
    return found


def _come(unit: UnitOfWork, rt: Runtime, schedule: Schedule, broadcast: Broadcast, at: datetime) -> None:
    """Make the newest of the times that have come; older ones, and one that is long past, are skipped and told."""
    now, rule = rt.clock(), rule_of(schedule.kind, schedule.rule)
    profile = local_times.profile_of(unit.db, rt, broadcast)
    times = times_between(rule, profile, at - JUST_BEFORE, now) or [at]
    newest = times[-1]
    schedule.next_at = next_time(rule, profile, newest)
    ends_at = event_instant(rule, profile) if isinstance(rule, Event) else schedule.next_at
    is_too_late = now - newest > LATEST or (ends_at is not None and now >= ends_at)
    if missed := times if is_too_late else times[:-1]:
        _skip(unit, rt, schedule, broadcast, missed)
    if not is_too_late:
        _make(unit, rt, schedule, broadcast, newest, ends_at)
    if schedule.next_at is None and schedule.ended_at is None:
        schedule.ended_at = now


def _make(
    unit: UnitOfWork,
    rt: Runtime,
    schedule: Schedule,
    broadcast: Broadcast,
    at: datetime,
    ends_at: datetime | None,
) -> None:
    """Copy it, with its approval where the content is the same. A schedule that cannot go on stops, and staff see why."""
    if problem := _why_not(unit, rt, broadcast, max(at, rt.clock())):
        _end(unit, rt, schedule, None, problem)
        return
    own = {"schedule_id": schedule.id, "occurs_at": at, "scheduled_at": at, "expires_at": ends_at}
    made = copy_of(unit, rt, broadcast, broadcast.author_id, OCCURRENCE, **own)
    if contact.hash_of(made) != broadcast.approved_hash:
        _end(unit, rt, schedule, None, "content-changed")
        return
    approval = {name: getattr(broadcast, name) for name in ("approver_id", "approved_hash", "approved_at")}
    move(unit.db, Broadcast, made.id, BroadcastState.APPROVED, tested_at=broadcast.tested_at, **approval)
    unit.db.refresh(made)


def _why_not(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast, at: datetime) -> str | None:
    """Why no copy of it may go out at this time; the guard asks all this again before every attempt."""
    if broadcast.state in _DISCARDED:
        return "stopped"
    if not broadcast.approved_hash or broadcast.approved_hash != contact.hash_of(broadcast):
        return "not-approved"
    if unit.db.get_one(Unit, broadcast.unit_id).closed_at is not None:
        return "unit-closed"
    certificate = contact.certificate_of(broadcast)
    if broadcast.message_class == MessageClass.CAMPAIGN and (
        certificate is None
        or certificate.valid_until <= at
        or certificate.content_hash != broadcast.approved_hash
    ):
        return "no-certificate"
    return None


_SENTENCES = {
    "stopped": "this broadcast was stopped or discarded; copy it instead",
    "not-approved": "it must be approved first: every further time says exactly what was approved",
    "unit-closed": "its unit was closed; copy it to another unit",
    "no-certificate": "its certificate is not valid any more",
}


def _check_times(
    rt: Runtime, broadcast: Broadcast, rule: Rule, profile: Profile, first: datetime | None
) -> None:
    if isinstance(rule, Event):
        if instant_of_wall(profile.timezone, datetime.combine(rule.day, rule.at)) is None:
            raise Conflict(
                f"on {rule.day} the clocks are put forward over {rule.at:%H:%M}: choose another time", "gap"
            )
        if event_instant(rule, profile) <= rt.clock():
            raise Conflict("the event lies in the past", "past")
    if first is None:
        raise Conflict("none of these times lies ahead", "past")
    law = MessageClass(broadcast.message_class)
    if not isinstance(rule, Event) and not is_open(profile, law, first, rt.settings.open_all_day):
        hours = profile.hard[law]
        raise Conflict(
            f"{rule.at:%H:%M} lies outside the hours in which members may be called, "
            f"{hours.opens:%H:%M} to {hours.closes:%H:%M}",
            "outside-window",
        )


def _skip(
    unit: UnitOfWork, rt: Runtime, schedule: Schedule, broadcast: Broadcast, missed: list[datetime]
) -> None:
    schedule.skipped += len(missed)
    schedule.skipped_at = missed[-1]
    now = rt.clock()
    add_audit(
        unit.db,
        None,
        "schedule-skipped",
        now,
        "broadcast",
        broadcast.id,
        broadcast.unit_id,
        count=len(missed),
    )


def _end(
    unit: UnitOfWork, rt: Runtime, schedule: Schedule, staff_id: int | None, problem: str | None = None
) -> None:
    schedule.ended_at, schedule.problem = rt.clock(), problem
    place_id = unit.db.get_one(Broadcast, schedule.broadcast_id).unit_id
    said = {"problem": problem} if problem else {}
    add_audit(
        unit.db,
        staff_id,
        "schedule-stopped",
        rt.clock(),
        "broadcast",
        schedule.broadcast_id,
        place_id,
        **said,
    )
