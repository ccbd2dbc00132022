"""Freezes a day: from the freeze of the day before to that of this day, at the set hour of the wall clock.

So the days join without a gap and without counting twice, also where the hour was changed or a day was left out because
nothing ran. With a day the one before it is looked at again, over the same span: what came late makes its second version,
where any figure of any unit differs. A day is unique with its version and one freezes at a time, so that two clocks do
no harm; a clock that is set back finds the day frozen.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta

from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Rollup
from gateway.rules.windows import instant_of, local_day
from gateway.runtime import Runtime
from gateway.store import rollup_rows, rollups, units
from gateway.store.rollups import RollupSetting

logger = logging.getLogger(__name__)

LONGEST = timedelta(days=7)  # what a roll-up looks back at most: after a longer rest it begins anew
DAY = timedelta(days=1)


def ring_due(unit: UnitOfWork, rt: Runtime) -> None:
    """Wake whoever freezes and sends, where there is something to do; the sweep calls it every 15 s."""
    setting, newest = rollups.find_setting(unit.db), rollups.last(unit.db)
    is_frozen = newest is not None and newest.day >= due_day(rt, setting)
    is_sent = newest is None or newest.sent_at is not None
    if not is_sent or (setting.is_on and not is_frozen):
        unit.ring(rt.bells.freeze_day)


def freeze_due(rt: Runtime) -> Rollup | None:
    """Freeze the last day whose hour has come, and correct the one before; None where that is done, or is being done."""
    with unit_of_work(rt.engine) as unit:
        return freeze_in(unit, rt) if rollups.find_setting(unit.db).is_on else None


def freeze_in(unit: UnitOfWork, rt: Runtime) -> Rollup | None:
    """Do the same inside a unit of work, also where it is turned off: a person wants it."""
    setting = rollups.find_setting(unit.db)
    day = due_day(rt, setting)
    if not rollups.take_turn(unit.db):
        return None
    newest = rollups.last(unit.db)
    if newest is not None and newest.day >= day:
        return None
    until = instant_of(rt.profile, day, setting.at)
    since = instant_of(rt.profile, day - DAY, setting.at)
    if newest is not None and until - LONGEST < newest.until < until:
        since = newest.until
    return freeze(unit, rt, day, since, until, newest)


def freeze(
    unit: UnitOfWork, rt: Runtime, day: date, since: datetime, until: datetime, newest: Rollup | None
) -> Rollup | None:
    """Write a day's first version; `newest` is the day before, which is corrected."""
    made = rollups.add(unit.db, day, 1, since, until, rt.clock())
    if made is None:
        return None
    top = units.root_unit(unit.db).id
    rollup_rows.write_rows(unit.db, made.id, top, day, since, until)
    if newest is not None:
        _correct(unit, rt, newest, top)
    logger.info("day frozen rollup_id=%s", made.id)
    return made


def _correct(unit: UnitOfWork, rt: Runtime, first: Rollup, top: int) -> None:
    second = rollups.add(unit.db, first.day, first.version + 1, first.since, first.until, rt.clock())
    if second is None:
        return
    rollup_rows.write_corrected(unit.db, second.id, first.id, top, first.day, first.since, first.until)
    if rollup_rows.differ(unit.db, first.id, second.id):
        second.sent_at = rt.clock()  # the page shows it; nobody is rung again
        logger.info("day corrected rollup_id=%s", second.id)
    else:
        unit.db.delete(second)
    unit.db.flush()


def due_day(rt: Runtime, setting: RollupSetting) -> date:
    """Return the last day whose hour of freezing has come."""
    now = rt.clock()
    today = local_day(rt.profile, now)
    return today if now >= instant_of(rt.profile, today, setting.at) else today - DAY
