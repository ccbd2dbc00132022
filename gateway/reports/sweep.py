"""What happens to reports by itself when its time comes; rung every 15 s (`workers.sweep`).

Each report in a transaction of its own, which takes its row or leaves it to whoever has it, and looks again whether it is
due: two sweeps at once, or one that dies at any line, call nobody twice and let nothing climb twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Report
from gateway.reports import asking, desk, late, reach, results
from gateway.reports.deeds import begin
from gateway.runtime import Runtime
from gateway.store import life

logger = logging.getLogger(__name__)

Deed = Callable[[UnitOfWork, Runtime, int], int]


def sweep(rt: Runtime) -> int:
    """Do what has become due, some of each kind; returns how much was done. Twice in a row changes nothing more."""
    now = rt.clock()
    with unit_of_work(rt.engine) as unit:
        left, climbing = life.list_left(unit.db), life.list_due(unit.db, life.LATE, now)
        telling, asked = life.list_due(unit.db, life.TO_TELL, now), life.list_due(unit.db, life.TO_ASK, now)
        results.sever_ended(unit, rt)
    done = _each(rt, left, give_back) + _each(rt, climbing, late.climb_late)
    return done + _each(rt, telling, tell) + _each(rt, asked, asking.ask_again)


def give_back(unit: UnitOfWork, rt: Runtime, report_id: int) -> int:
    """Its owner has left: it waits to be given to somebody again."""
    report = unit.db.get_one(Report, report_id, populate_existing=True)
    if report.assignee_id is None or not life.has_left(unit.db, report.assignee_id):
        return 0
    return desk.give_back_of_leaver(unit, rt, report_id)


def tell(unit: UnitOfWork, rt: Runtime, report_id: int) -> int:
    """A week without a word: the reporter hears that it is not forgotten. One call a number and day tells of one."""
    deed = begin(unit, rt, report_id, None)
    if deed.report.tell_at is None or deed.report.tell_at > deed.at:
        return 0
    owed = reach.owe_interim(unit, rt, deed.report)
    reach.text_interim(unit, rt, deed.report)
    return deed.done("interim", is_rung=owed is not None)


def _each(rt: Runtime, report_ids: Sequence[int], deed: Deed) -> int:
    done = 0
    for report_id in report_ids:
        with unit_of_work(rt.engine) as unit:
            if life.lock_unless_busy(unit.db, report_id):
                done += bool(deed(unit, rt, report_id))
    if done:
        logger.info("reports moved on by themselves what=%s count=%s", deed.__name__, done)
    return done
