"""Danger: duty phones ring until a person takes it.

The first phone of a chain rings at once, each further one a minute later than the one before it: so within a minute a
second phone rings, and a chain of five has rung before the five minutes are over after which the next level is rung.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.models import DutyNumber, Report, Unit
from gateway.reports.deeds import Deed
from gateway.reports.history import note
from gateway.rules.escalation import parent_path
from gateway.runtime import Runtime
from gateway.states import DeliveryReason
from gateway.store import reports, units

logger = logging.getLogger(__name__)

RUNG = "duty_rung"
APART = timedelta(seconds=60)
LONGEST_CHAIN = timedelta(minutes=4)


def ring(unit: UnitOfWork, rt: Runtime, report: Report) -> None:
    """Ring the duty chain of the report's place; what is past the local staff rings the level above them."""
    place = unit.db.get_one(Unit, report.desk_unit_id if report.is_past_local else report.unit_id)
    logger.warning("danger reported report_id=%s", report.id)
    _ring_chain(unit, rt, report, units.list_duty_numbers(unit.db, place.path))


def ring_above(unit: UnitOfWork, rt: Runtime, report: Report, rung_id: int) -> bool:
    """Ring the next chain above the unit whose chain was rung in vain; False where there is none."""
    path = units.get_unit(unit.db, rung_id).path
    above = parent_path(path)
    chain = units.list_duty_numbers(unit.db, above) if above else []
    _ring_chain(unit, rt, report, chain)
    return bool(chain)


def taken(deed: Deed) -> None:
    """A person has it: the red light goes out, also of what was merged into it, and no phone rings any more."""
    children = reports.list_merged(deed.unit.db, deed.report.id)
    for report in (deed.report, *children):
        report.taken_at = report.taken_at or deed.at
        owe.cancel_calls(deed.unit, deed.rt, report.id, DeliveryReason.DUTY)


def _ring_chain(unit: UnitOfWork, rt: Runtime, report: Report, chain: list[DutyNumber]) -> None:
    if not chain:
        return
    apart = min(APART, LONGEST_CHAIN / len(chain))
    for nth, duty in enumerate(chain):
        owe.owe_duty_call(unit, rt, report, duty.number_id, duty.unit_id, rt.clock() + nth * apart)
    details = {"unit": chain[0].unit_id, "phones": len(chain)}
    note(unit.db, report, RUNG, rt.clock(), details=details)
