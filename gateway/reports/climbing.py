"""Up the tree: where a report goes when its desk did not do what it owed, or did it badly."""

from __future__ import annotations

from gateway.models import Unit
from gateway.reports.deeds import Deed
from gateway.rules.escalation import parent_path
from gateway.states import ReportState
from gateway.store import units

_TAKEN_FROM = (ReportState.ASSIGNED, ReportState.IN_WORK)


def level_above(deed: Deed) -> Unit | None:
    """Return the next unit above the present desk that has staff; None where the desk is the top.

    The desk is where staff are: a booth without any is worked on by its block, so the level above is the block's.
    """
    db = deed.unit.db
    desk = units.get_unit(db, deed.report.desk_unit_id)
    local = units.find_staffed_unit(db, desk.path) or desk
    above = parent_path(local.path)
    if above is None:
        return None
    return units.find_staffed_unit(db, above) or db.get_one(Unit, local.parent_id)


def climb(deed: Deed) -> bool:
    """Put the report on the desk one level up and out of its owner's hands; False where it is at the top."""
    report, above = deed.report, level_above(deed)
    if above is None:
        return False
    report.desk_unit_id = above.id
    report.ups += 1
    give_back(deed)
    return True


def give_back(deed: Deed) -> None:
    """Nobody owns it any more: it waits to be given to somebody."""
    deed.report.assignee_id = None
    if deed.report.state in _TAKEN_FROM:
        deed.move(ReportState.HEARD)
