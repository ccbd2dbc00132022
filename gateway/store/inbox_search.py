"""What is looked for in the inbox, as SQL: tabs, filters, their order and the key of a page. No query is run here."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true, tuple_
from sqlalchemy.orm import aliased

from gateway.models import Mention, Report, Unit
from gateway.states import REPORTS_OVER, ReportState, Urgency
from gateway.store.reports import Seen, visible_to
from gateway.store.sight import Sight
from gateway.store.units import is_under


class Tab(enum.StrEnum):
    """The lists of the inbox, in the order in which they are shown."""

    WAITING = "waiting"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    UP = "up"  # came up to the viewer's own unit from below
    MENTIONED = "mentioned"
    ANSWERED = "answered"  # the reporter's word is awaited
    CLOSED = "closed"
    ALL = "all"


Head, HeadPlace = aliased(Report, name="head"), aliased(Unit, name="head_place")
WAITING_TABS = (Tab.WAITING, Tab.MINE, Tab.UNASSIGNED, Tab.UP)  # danger first, then the oldest


@dataclass(frozen=True)
class Search:
    """What is looked for; kept in the address, so that a link shows a colleague the same list of what they may see.

    `unit_path` is where they are, `counted_path` where they count (`sight_unit_id`), as in the control room. `category` is
    a code of two keys, or its first one; `since` and `until` limit when the report came; `overdue_at` is the moment by
    which a deadline has passed; `head_id` asks for those merged into that one; `after` is the key of a page.
    """

    tab: Tab = Tab.WAITING
    unit_path: str | None = None
    category: str | None = None
    languages: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    state: ReportState | None = None
    urgency: Urgency | None = None
    must_act: str | None = None
    has_voice: bool | None = None
    is_partial: bool | None = None
    is_unnamed: bool | None = None
    is_restricted: bool | None = None
    is_member: bool | None = None
    in_charge: bool | None = None
    counted_path: str | None = None
    overdue_at: datetime | None = None
    reference: str | None = None
    head: str | None = None
    after: str | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the tab limits the list."""
        return replace(self, after=None) != Search(tab=self.tab)

    @property
    def is_by_age(self) -> bool:
        """Whether danger comes first and then the oldest; else the newest."""
        return self.tab in WAITING_TABS


class Place(NamedTuple):
    """Where a report stands in a list."""

    is_red: bool
    at: datetime
    row_id: int


def key_of(report: Report) -> str:
    """Write the place of a report in any list: the key of the page that begins behind it."""
    return f"{int(report.is_red)}-{int(report.received_at.timestamp() * 1_000_000)}-{report.id}"


def place_of(key: str | None) -> Place | None:
    """Read a key; None for one that somebody spoilt."""
    try:
        is_red, micros, row_id = (int(part) for part in (key or "").split("-"))
        return Place(bool(is_red), datetime.fromtimestamp(micros / 1_000_000, UTC), row_id)
    except (ValueError, OverflowError, OSError):
        return None


def order(search: Search) -> tuple[Any, ...]:
    if search.is_by_age:
        return Report.is_red.desc(), Report.received_at, Report.id
    return Report.received_at.desc(), Report.id.desc()


def behind(search: Search, place: Place) -> ColumnElement[bool]:
    """SQL: the report comes after this place of the list."""
    key = tuple_(Report.received_at, Report.id)
    if not search.is_by_age:
        return key < (place.at, place.row_id)
    if place.is_red:
        return or_(Report.is_red.is_(False), key > (place.at, place.row_id))
    return and_(Report.is_red.is_(False), key > (place.at, place.row_id))


def wanted(search: Search) -> list[ColumnElement[bool]]:
    """List the conditions of a search without its tab; the one on the place needs `Unit` to be joined."""
    return [
        condition(value)
        for name, condition in CONDITIONS.items()
        if (value := getattr(search, name)) not in (None, ())
    ]


def in_tab(tab: Tab, sight: Sight, head: str | None = None) -> ColumnElement[bool]:
    """SQL: the report stands in this tab. What was merged is folded under its head, unless it is asked for by that."""
    match tab:
        case Tab.WAITING | Tab.MINE | Tab.UNASSIGNED | Tab.UP:
            return and_(Report.is_waiting, of_waiting(tab, sight))
        case Tab.MENTIONED:
            return Report.id.in_(
                select(Mention.report_id).where(Mention.staff_id == sight.staff_id, Mention.seen_at.is_(None))
            )
        case Tab.ANSWERED:
            return and_(Report.state == ReportState.ANSWERED, _is_whole(sight, head))
        case Tab.CLOSED:
            return and_(Report.state.in_(REPORTS_OVER), _is_whole(sight, head))
        case Tab.ALL:
            return _is_whole(sight, head)


def of_waiting(tab: Tab, sight: Sight) -> ColumnElement[bool]:
    """SQL: a report that waits stands in this one of the tabs of what waits."""
    match tab:
        case Tab.MINE:
            return Report.assignee_id == sight.staff_id
        case Tab.UNASSIGNED:
            return Report.assignee_id.is_(None)
        case Tab.UP:
            own = _unit_id(sight)
            return and_(Report.desk_unit_id == own, Report.unit_id != own) if own else false()
        case _:
            return true()


def select_seen(sight: Sight, search: Search, *columns: Any) -> Select[Any]:
    """Return the reports of a search that the viewer may know of, joined only to what limits them."""
    query = select(*columns).select_from(Report).join(Seen, Seen.id == Report.sight_unit_id)
    if search.unit_path is not None:
        query = query.join(Unit, Unit.id == Report.unit_id)
    return query.where(visible_to(sight), *wanted(search))


def _is_whole(sight: Sight, asked_head: str | None) -> ColumnElement[bool]:
    """SQL: not merged, or into one that the viewer may not know of: then it is theirs as it stands."""
    if asked_head:
        return true()
    seen = (
        select(Head.id)
        .join(HeadPlace, HeadPlace.id == Head.sight_unit_id)
        .where(Head.id == Report.merged_into_id, is_under(HeadPlace.path, sight.path))
    )
    if not sight.sees_restricted:
        seen = seen.where(or_(Head.is_restricted.is_(False), Head.assignee_id == (sight.staff_id or 0)))
    return (
        ~seen.exists()
    )  # bare: as one of two it would be priced for every row, and the planner flee from it


def _id_of(public_id: str) -> Any:
    return select(Head.id).where(Head.public_id == public_id).scalar_subquery()


def _begins(digits: str) -> ColumnElement[bool]:
    """SQL: a reference that begins so; a range of its index, which LIKE could not use."""
    kept = digits.rstrip("9")
    beyond = kept[:-1] + str(int(kept[-1]) + 1) if kept else None
    return and_(Report.reference >= digits, Report.reference < beyond if beyond else true())


def _has_somebody() -> ColumnElement[bool]:
    """SQL: the report is somebody's, or was danger that somebody took."""
    return or_(Report.assignee_id.is_not(None), Report.taken_at.is_not(None))


def _subject(code: str) -> ColumnElement[bool]:
    """SQL: of this subject, or of any in this group."""
    return Report.category.in_([code] if len(code) > 1 else [f"{code}{key}" for key in "123456789"])


def _flag(column: Any, value: bool) -> ColumnElement[bool]:
    """SQL: the bare column, as partial indexes have it."""
    return column if value else ~column  # type: ignore[no-any-return]


def _unit_id(sight: Sight) -> int | None:
    last = sight.path.rstrip("/").rpartition("/")[2]
    return int(last) if last else None


# By the field of `Search`; False is asked for as True is.
CONDITIONS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "unit_path": lambda path: is_under(Unit.path, path),
    "category": _subject,
    "languages": Report.language.in_,
    "since": lambda at: Report.received_at >= at,
    "until": lambda at: Report.received_at < at,
    "state": lambda state: Report.state == state,
    "urgency": lambda urgency: Report.urgency == urgency,
    "must_act": lambda who: Report.must_act == who,
    "has_voice": lambda has: Report.voice_note_id.is_not(None) if has else Report.voice_note_id.is_(None),
    "is_partial": lambda value: _flag(Report.is_partial, value),
    "is_unnamed": lambda value: _flag(Report.is_unnamed, value),
    "is_restricted": lambda value: _flag(Report.is_restricted, value),
    "is_member": lambda known: Report.member_id.is_not(None) if known else Report.member_id.is_(None),
    "in_charge": lambda is_so: _has_somebody() if is_so else ~_has_somebody(),
    "counted_path": lambda path: is_under(Seen.path, path),
    # Of what waits (`in_tab`). In one word for the planner, which takes a deadline for rare since most reports have none.
    "overdue_at": lambda now: func.coalesce(Report.due_at < now, false()),
    "reference": _begins,
    "head": lambda public_id: Report.merged_into_id == _id_of(public_id),
}
