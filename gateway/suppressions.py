"""The list of numbers that are left alone, in the hands of staff: entering, lifting, bringing a list (rules.md L7).

Reasons are kept apart. What staff enter they may lift, with a reason that stays; an opt-out ends only when the person
agrees again themselves. Below the root only numbers of one's own members are seen or touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from gateway import leaving, ledger
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict, NotAllowed
from gateway.people.columns import Wanted
from gateway.people.lists import Row, open_table
from gateway.people.refusals import Imported, Refused, refuse
from gateway.phones import Number, NumberUnreadable, parse_number
from gateway.rules import consent as rule
from gateway.rules.contact import Suppressed
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import numbers, staff, suppressions

ROOT = "/"
WHY_LIFTED = ("mistake", "over", "new-owner")
BATCH = 1000


@dataclass(frozen=True)
class By:
    """Who does it, and of which unit: all that staff see or touch lies at or below it."""

    staff_id: int | None = None
    unit_path: str = ROOT


def add(unit: UnitOfWork, rt: Runtime, by: By, number: Number, reason: str) -> bool:
    """Leave this number alone from now on; says whether that is new.

    An opt-out goes into the ledger of everybody on the number, too, and is confirmed to them once. Raises NotAllowed for a
    number that is not of a member of one's own.
    """
    index = rt.vault.index(number)
    if not suppressions.is_number_of(unit.db, by.unit_path, index):
        raise NotAllowed("this is not the number of a member of your unit; ask the main office", "not-yours")
    known = Suppressed(reason)
    is_new = _opt_out(unit, rt, by, number) if known is Suppressed.OPT_OUT else False
    is_new |= suppressions.add_suppression(unit.db, index, known, rt.clock(), suppressions.STAFF, by.staff_id)
    if is_new:
        staff.add_audit(unit.db, by.staff_id, "suppression-added", rt.clock(), "suppression", reason=known)
    return is_new


def lift(unit: UnitOfWork, rt: Runtime, by: By, suppression_id: int, why: str) -> None:
    """End an entry, with one of WHY_LIFTED. Raises NotFound, NotAllowed for an opt-out or a court's order, Conflict."""
    if why not in WHY_LIFTED:
        raise Conflict("say why this entry ends", "why")
    entry = suppressions.lift(unit.db, by.unit_path, suppression_id, rt.clock())
    if entry.reason == Suppressed.COURT and not suppressions.is_root(by.unit_path):
        raise NotAllowed("a court's order is ended by the main office", "court")
    said = {"reason": entry.reason, "why": why}
    staff.add_audit(
        unit.db, by.staff_id, "suppression-lifted", rt.clock(), "suppression", entry.id, None, **said
    )


def import_list(rt: Runtime, stream: BinaryIO, by: By, *, dry_run: bool = False) -> Imported:
    """Take a list with phone and reason; a number that is on the list for that reason already is `updated`.

    Bad rows are refused with their line, the others taken. `dry_run` says the same and keeps nothing.
    """
    table = open_table(stream, Wanted(("phone", "reason")))
    result = Imported(ignored=table.ignored)
    while rows := list(islice(table.rows, BATCH)):
        with unit_of_work(rt.engine) as unit:
            nested = unit.db.begin_nested()
            for row in rows:
                _take(unit, rt, by, row, result)
            nested.rollback() if dry_run else nested.commit()
    if not dry_run:
        with unit_of_work(rt.engine) as unit:
            staff.add_audit(
                unit.db, by.staff_id, "suppressions-imported", rt.clock(), "suppression", new=result.taken
            )
    return result


def _take(unit: UnitOfWork, rt: Runtime, by: By, row: Row | Refused, result: Imported) -> None:
    if isinstance(row, Refused):
        result.refused.append(row)
        return
    reason = row.cells["reason"].lower()
    if reason not in set(Suppressed):
        result.refused.append(refuse(row.line, "reason", "suppression-reason", words=", ".join(Suppressed)))
        return
    try:
        number = parse_number(row.cells["phone"], rt.settings.country)
        is_new = add(unit, rt, by, number, reason)
    except NumberUnreadable as error:
        result.refused.append(refuse(row.line, "phone", error.code))
    except NotAllowed as error:
        result.refused.append(Refused(row.line, "phone", str(error)))
    else:
        result.taken += is_new
        result.updated += not is_new


def _opt_out(unit: UnitOfWork, rt: Runtime, by: By, number: Number) -> bool:
    """Somebody asked a coordinator for it. Of a number that we do not know nothing but its hash is kept."""
    number_id = numbers.find_number_id(unit.db, rt.vault, number)
    if number_id is None:
        return False
    line = ledger.Line(leaving.EVERYTHING, rule.WITHDRAWN, ledger.COORDINATOR, by.staff_id)
    return leaving.leave_number(unit, rt, Scene(number_id, None, ""), line, suppressions.STAFF)
