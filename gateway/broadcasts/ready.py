"""Can a broadcast still be sent? What it is for may have changed since it was written: its unit, or what its filters name.

Asked when filters are written, when it starts and, of its unit, when it is spread; each answer says what to do.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.broadcasts.audience import Filters
from gateway.errors import Conflict
from gateway.models import AudienceList, Broadcast, Import, Overlay, Unit
from gateway.states import ImportState
from gateway.store.units import is_under

UNIT_CLOSED, AUDIENCE_GONE, LIST_UNREAD = "unit-closed", "audience-gone", "list-unread"
NOBODY = "no-audience"


def check_place(db: Session, broadcast: Broadcast) -> None:
    """Raises Conflict where the unit is gone, merged into another, or closed."""
    place = db.get(Unit, broadcast.unit_id, populate_existing=True)
    if place is None:
        raise Conflict("its unit is gone: copy it to another unit", UNIT_CLOSED)
    if place.merged_into_id is not None:
        into = db.get_one(Unit, place.merged_into_id)
        raise Conflict(f"its unit was merged into {into.name}: copy it to that unit", UNIT_CLOSED)
    if place.closed_at is not None:
        raise Conflict("its unit was closed: copy it to another unit", UNIT_CLOSED)


def check_filters(db: Session, filters: Filters, sight: str = "/") -> None:
    """Raises Conflict where a filter names what is not there (any more), is not read yet, or lies outside `sight`."""
    if filters.overlay_id and not _is_there(db, Overlay, filters.overlay_id, sight):
        raise Conflict("its constituency or wing was closed: copy it and choose another", AUDIENCE_GONE)
    for broadcast_id in (filters.heard, filters.not_heard, filters.answered):
        if broadcast_id and not _is_there(db, Broadcast, broadcast_id, sight):
            raise Conflict(
                "who heard that broadcast is not kept any more: choose other people", AUDIENCE_GONE
            )
    if filters.list_id:
        _check_list(db, filters.list_id, sight)


def _check_list(db: Session, list_id: int, sight: str) -> None:
    if not _is_there(db, AudienceList, list_id, sight):
        raise Conflict("the list is gone: hand it in again", AUDIENCE_GONE)
    read = select(Import).join(AudienceList, AudienceList.import_id == Import.id)
    made = db.scalar(read.where(AudienceList.id == list_id).execution_options(populate_existing=True))
    if made is not None and made.state == ImportState.CHECKING:
        raise Conflict("the list is still being read: try again in a moment", LIST_UNREAD)
    if made is not None and (made.error or made.state != ImportState.CHECKED):
        raise Conflict("the list could not be read: hand it in again", AUDIENCE_GONE)


def _is_there(db: Session, model: type[Overlay | Broadcast | AudienceList], row_id: int, sight: str) -> bool:
    query = select(model).join(Unit, Unit.id == model.unit_id)
    found = db.scalar(query.where(model.id == row_id, is_under(Unit.path, sight)))
    match found:
        case Overlay():
            return found.closed_at is None
        case Broadcast():
            return found.kept_sums is None
        case _:
            return found is not None
