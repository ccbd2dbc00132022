"""Up the tree: where a report goes when its desk did not do what it owed, or did it badly."""

from __future__ import annotations

from gateway.reports.deeds import Deed
from gateway.rules.escalation import parent_path
from gateway.states import ReportState
from gateway.store import units

_TAKEN_FROM = (ReportState.ASSIGNED, ReportState.IN_WORK)


def climb(deed: Deed, *, needs_staff: bool = False) -> bool:
    """Put the report on the desk one level up and out of its owner's hands; False where there is none.

    A reporter's "no" goes up in any case (contract), what is only late to where somebody works.
    """
    report, above = deed.report, _level_above(deed, needs_staff)
    if above is None:
        return False
    report.desk_unit_id = above
    report.ups += 1
    give_back(deed)
    return True


def _level_above(deed: Deed, needs_staff: bool) -> int | None:
    """Return the next unit above the present desk that has staff, else the next one above.

    The desk is where staff are: a booth without any is worked on by its block, so the level above is the block's.
    """
    db = deed.unit.db
    desk = units.get_unit(db, deed.report.desk_unit_id)
    local = units.find_staffed_unit(db, desk.path) or desk
    above = parent_path(local.path)
    staffed = units.find_staffed_unit(db, above) if above else None
    if staffed is not None:
        return staffed.id
    return None if needs_staff else local.parent_id


def give_back(deed: Deed) -> None:
    """Nobody owns it any more: it waits to be given to somebody."""
    deed.report.assignee_id = None
    if deed.report.state in _TAKEN_FROM:
        deed.move(ReportState.HEARD)
