"""Asks the leads of units how the day was: one call each at the set hour, and one more where nobody answered.

A unit's day is a row, unique by unit and date; with it goes the delivery, written by the same statement. Units are taken
in batches by id and a mark says how far the evening has come, so that a restart goes on and two who ask at once do no
harm. The hour is the wall clock's: where it does not exist the next minute counts, where it comes twice the row is there.

Whom: the first holder of a lead's post who may be called (consent, a number that works). A lead who has reported a problem
that day has said something and is not rung. Nobody picks up: the next lead is rung, of a single one the same again after
half an hour; three calls at most. The question stays open until midnight. It is no broadcast, so it does not
count for the one a day of rules.md L9, and that one does not hold it up: it has these caps of its own.
"""

from __future__ import annotations

import logging
import time as timing
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries import owe
from gateway.models import Delivery
from gateway.rules.windows import instant_of, local_day
from gateway.runtime import Runtime
from gateway.states import DeliveryState
from gateway.store import daily, unit_days
from gateway.store.daily import Daily

logger = logging.getLogger(__name__)

BATCH = 5_000
SECONDS = 20.0  # then others get a turn
EVERY = timedelta(
    minutes=1
)  # how often answers that came as reports, and phones that nobody picked up, are looked for
NIGHT = timedelta(minutes=10)  # after midnight: what was reported in the last minute is still the day's


def ring_due(unit: UnitOfWork, rt: Runtime) -> None:
    """Wake whoever asks, where there is something to do; the sweep calls it every 15 s."""
    chosen = daily.find_daily(unit.db)
    now = rt.clock()
    if not chosen.is_on or not (_has_begun(rt, chosen, now) or _is_just_over(rt, now)):
        return
    mark = daily.find_mark(unit.db)
    is_begun = mark.get("day") == local_day(rt.profile, now).isoformat() and mark.get("is_done")
    if not is_begun or datetime.fromisoformat(mark["again_at"]) <= now:
        unit.ring(rt.bells.ask_leads)


def ask_leads(rt: Runtime, seconds: float = SECONDS, batch: int = BATCH) -> None:
    """Ask whoever is still to be asked this evening, in batches of their own; twice, or twice at once, changes nothing more."""
    until = timing.monotonic() + seconds
    while _ask_some(rt, batch) and timing.monotonic() < until:
        pass


def _ask_some(rt: Runtime, batch: int) -> bool:
    """Do one batch; False where nothing is left for now, or somebody else is at it."""
    now = rt.clock()
    day = local_day(rt.profile, now)
    with unit_of_work(rt.engine) as unit:
        chosen = daily.find_daily(unit.db)
        if not chosen.is_on or not unit_days.take_turn(unit.db):
            return False
        if not _has_begun(rt, chosen, now):
            if _is_just_over(rt, now):
                _take_reports(unit.db, rt, day - timedelta(days=1), now)
            return False
        mark = daily.find_mark(unit.db)
        if mark.get("day") != day.isoformat():
            mark = {"day": day.isoformat(), "after": 0, "is_done": False}
        if mark["is_done"]:
            _look_again(unit, rt, chosen, day, now)
            daily.keep_mark(unit.db, **{**mark, "again_at": (now + EVERY).isoformat()})
            return False
        last = unit_days.last_of_batch(unit.db, chosen.kinds, mark["after"], batch)
        if last is not None:
            asked = unit_days.ask(unit.db, chosen, _night(rt, day), mark["after"], last, now)
            logger.info("leads asked units=%s", asked)
            owe.ring_senders(unit, rt, owe.VOICE)
        mark |= {"after": last or 0, "is_done": last is None, "again_at": (now + EVERY).isoformat()}
        daily.keep_mark(unit.db, **mark)
    return last is not None


def _look_again(unit: UnitOfWork, rt: Runtime, chosen: Daily, day: date, now: datetime) -> None:
    _take_reports(unit.db, rt, day, now)
    if unit_days.ask_again(unit.db, chosen, _night(rt, day), now):
        owe.ring_senders(unit, rt, owe.VOICE)


def _take_reports(db: Session, rt: Runtime, day: date, now: datetime) -> None:
    """Who reported a problem that day has said something; they are not rung any more."""
    pending = unit_days.take_reports(db, _night(rt, day))
    cancel(db, [each for each in pending if each is not None], now)


def cancel(db: Session, delivery_ids: list[int], now: datetime) -> None:
    """Take back calls that were not made yet."""
    db.execute(
        update(Delivery)
        .where(Delivery.id.in_(delivery_ids))
        .where(Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.HELD)))
        .values(state=DeliveryState.CANCELLED, ended_at=now)
        .execution_options(synchronize_session=False)
    )


def _night(rt: Runtime, day: date) -> unit_days.Span:
    """A local day, from midnight to midnight."""
    return unit_days.Span(day, instant_of(rt.profile, day), instant_of(rt.profile, day + timedelta(days=1)))


def _has_begun(rt: Runtime, chosen: Daily, now: datetime) -> bool:
    return now >= instant_of(rt.profile, local_day(rt.profile, now), chosen.at)


def _is_just_over(rt: Runtime, now: datetime) -> bool:
    return now - instant_of(rt.profile, local_day(rt.profile, now)) < NIGHT
