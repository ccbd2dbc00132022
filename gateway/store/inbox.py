"""Reports as staff look for them: rows of a page by key, counts beside the tabs. Every query is limited to the viewer's sight.

Cheap among a million: pages go on behind a key along an index, whatever is counted is counted to `MOST` and no further, and
each question is planned for its own values: what finds a booth's reports quickly takes an age for the state's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, false, func, literal, select
from sqlalchemy.orm import Session, aliased

from gateway.errors import NotFound
from gateway.models import Member, PhoneNumber, Report, ReportEvent, Staff, Unit, VoiceNote
from gateway.states import ReportState
from gateway.store.inbox_search import (
    WAITING_TABS,
    Place,
    Search,
    Tab,
    behind,
    in_tab,
    key_of,
    of_waiting,
    order,
    place_of,
    select_seen,
)
from gateway.store.planning import ANEW, WARM, plan
from gateway.store.reports import select_visible
from gateway.store.sight import Sight

__all__ = ["PAGE", "Page", "Row", "Search", "Tab", "Waiting", "key_of"]

PAGE = 18  # fifty kilobytes hold no more in Hindi
MOST = 1000  # counted exactly up to here
PLANNED = "planned for values"  # noted with the unit of work's db
OF_YEARS = (Tab.CLOSED, Tab.ALL)
UNHEARD = (ReportState.DRAFT, ReportState.UNVERIFIED, ReportState.RECEIVED)

Holder = aliased(Staff, name="holder")


@dataclass(frozen=True)
class Row:
    """One report with what its line shows; `holder` has it open (`locked_until` says until when)."""

    report: Report
    place: Unit
    note: VoiceNote | None
    member_name: str
    tail: str | None
    assignee: str | None
    holder: str | None = None


@dataclass(frozen=True)
class Page:
    """Rows of one page and the key of the next, None at the end."""

    rows: list[Row]
    next_key: str | None


@dataclass(frozen=True)
class Waiting:
    """What waits in one sentence: dangers nobody took, reports nobody heard, since when the oldest waits; to `MOST`."""

    danger: int
    unheard: int
    waiting: int
    oldest: datetime | None


def list_rows(db: Session, sight: Sight, search: Search, size: int = PAGE) -> Page:
    """List one page: what waits with danger first and then the oldest, else the newest first."""
    _plan_for_values(db)
    found = _rows(db, sight, search, _found(sight, search, place_of(search.after)).limit(size + 1))
    return Page(found[:size], key_of(found[size - 1].report) if len(found) > size else None)


def next_row(db: Session, sight: Sight, search: Search, place: Place, now: datetime) -> Row | None:
    """Return the report after this place of the list on which nobody else is at work; None at the end."""
    _plan_for_values(db)
    others = Report.locked_by_id != (sight.staff_id or 0)
    is_held = func.coalesce(others & (Report.locked_until > now), False)
    query = _found(sight, search, place).where(~is_held, Report.id != place.row_id)
    return next(iter(_rows(db, sight, search, query.limit(1))), None)


def get_row(db: Session, sight: Sight, public_id: str) -> Row | None:
    """Return one report as a row, None where the viewer may not know of it."""
    return next(iter(rows_of(db, sight, [public_id])), None)


def get_of_event(db: Session, sight: Sight, event_id: int) -> Report:
    """Return the report of this line of a history; raises NotFound where the viewer may not know of it."""
    query = select_visible(sight).join(ReportEvent, ReportEvent.report_id == Report.id)
    report: Report | None = db.scalar(query.where(ReportEvent.id == event_id))
    if report is None:
        raise NotFound("there is no such report")
    return report


def rows_of(db: Session, sight: Sight, public_ids: Sequence[str]) -> list[Row]:
    """Return those of these reports that the viewer may know of."""
    query = select(Report.id).where(Report.public_id.in_(public_ids))
    return _rows(db, sight, Search(), query) if public_ids else []


def rows_outside(db: Session, sight: Sight, search: Search, public_ids: Sequence[str]) -> dict[str, str]:
    """Of reports that a page showed: those that are no longer what it lists, each with who moved it on ("" for nobody)."""
    still = select_seen(sight, search, Report.public_id).where(_here(sight, search))
    left = set(public_ids) - set(db.scalars(still.where(Report.public_id.in_(public_ids))))
    latest = (
        select(Staff.name)
        .join(ReportEvent, ReportEvent.staff_id == Staff.id)
        .where(ReportEvent.report_id == Report.id)
        .order_by(ReportEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select_visible(sight).with_only_columns(Report.public_id, func.coalesce(latest, ""))
    return {each[0]: each[1] for each in db.execute(query.where(Report.public_id.in_(left)))} if left else {}


def count_tabs(db: Session, sight: Sight, search: Search) -> dict[Tab, int | None]:
    """Count every tab under the same filters; more than `MOST` are `MOST` and one.

    Of a narrowed search those that hold years of reports are not counted (None): a rare one is sought among all of them.
    """
    _plan_for_values(db)
    seen = select_seen(sight, search, literal(1))
    counts = _count_waiting_tabs(db, sight, search, seen)
    rest = [tab for tab in Tab if tab not in counts and not (search.is_narrowed and tab in OF_YEARS)]
    each = (_capped(seen.where(_here(sight, replace(search, tab=tab)))) for tab in rest)
    counts.update(zip(rest, db.execute(select(*each)).one(), strict=True))
    return {tab: counts.get(tab) for tab in Tab}


def _count_waiting_tabs(db: Session, sight: Sight, search: Search, seen: Select[Any]) -> dict[Tab, int]:
    """Look once for what waits: where that is not more than `MOST`, the other lists of it are known as well."""
    flags = [of_waiting(tab, sight).label(tab) for tab in WAITING_TABS]
    waiting = seen.with_only_columns(*flags).where(_here(sight, replace(search, tab=Tab.WAITING)))
    some = waiting.limit(MOST + 1).subquery()
    row = db.execute(select(*(func.count().filter(some.c[tab]) for tab in WAITING_TABS))).one()
    counts = dict(zip(WAITING_TABS, row, strict=True))
    return counts if counts[Tab.WAITING] <= MOST else {Tab.WAITING: counts[Tab.WAITING]}


def count(db: Session, sight: Sight, search: Search, most: int) -> int:
    """Count what a search finds; more than `most` are `most` and one."""
    found = select_seen(sight, search, literal(1)).where(_here(sight, search))
    return int(db.scalar(select(_capped(found, most))) or 0)


def count_waiting(db: Session, sight: Sight) -> Waiting:
    """Count what waits for this viewer."""
    _plan_for_values(db)
    waiting = select_seen(sight, Search(), literal(1)).where(Report.is_waiting)
    query = select(
        _capped(waiting.where(Report.is_red)),
        _capped(waiting.where(Report.state.in_(UNHEARD))),
        _capped(waiting),
        func.least(_oldest(waiting, is_red=True), _oldest(waiting, is_red=False)),
    )
    return Waiting(*db.execute(query).one())


def per_day(db: Session, sight: Sight, since: datetime, zone: str) -> dict[Any, int]:
    """Count the viewer's reports per local day since then."""
    day = func.date(func.timezone(zone, Report.received_at))
    query = select_seen(sight, Search(since=since), day, func.count())
    return {row[0]: row[1] for row in db.execute(query.group_by(day))}


def _plan_for_values(db: Session) -> None:
    """Until the transaction ends no plan is kept for the next time that the same question is asked."""
    if not db.info.get(PLANNED):
        plan(db, **ANEW, **WARM)
        db.info[PLANNED] = True


def _oldest(waiting: Select[Any], is_red: bool) -> ScalarSelect[Any]:
    query = waiting.with_only_columns(Report.received_at).where(Report.is_red.is_(is_red))
    return query.order_by(*order(Search())).limit(1).scalar_subquery()


def _capped(found: Select[Any], most: int = MOST) -> ScalarSelect[Any]:
    return select(func.count()).select_from(found.limit(most + 1).subquery()).scalar_subquery()


def _here(sight: Sight, search: Search) -> ColumnElement[bool]:
    """SQL: the report stands in the search's tab; whatever is past its deadline waits, in any of them."""
    here = in_tab(search.tab, sight, search.head)
    if search.overdue_at is None or search.tab in WAITING_TABS:
        return here
    return false() if search.tab in (Tab.ANSWERED, Tab.CLOSED) else and_(Report.is_waiting, here)


def _joined(sight: Sight) -> Select[Any]:
    query: Select[Any] = (
        select_visible(sight)
        .outerjoin(VoiceNote, VoiceNote.id == Report.voice_note_id)
        .outerjoin(Member, Member.id == Report.member_id)
        .outerjoin(PhoneNumber, PhoneNumber.id == Report.number_id)
        .outerjoin(Staff, Staff.id == Report.assignee_id)
        .outerjoin(Holder, Holder.id == Report.locked_by_id)
        .with_only_columns(Report, Unit, VoiceNote, Member.name, PhoneNumber.tail, Staff.name, Holder.name)
    )
    return query


def _found(sight: Sight, search: Search, place: Place | None) -> Select[Any]:
    """The ids of a list in its order, found in an index before anything else of a row is looked at."""
    query = select_seen(sight, search, Report.id).where(_here(sight, search)).order_by(*order(search))
    return query.where(behind(search, place)) if place else query


def _rows(db: Session, sight: Sight, search: Search, ids: Select[Any]) -> list[Row]:
    found = db.scalars(ids).all()
    if not found:
        return []
    query = _joined(sight).where(Report.id.in_(found)).order_by(*order(search))
    return [
        Row(each[0], each[1], each[2], each[3] or "", each[4], each[5], each[6]) for each in db.execute(query)
    ]
