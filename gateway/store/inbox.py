"""Reports as staff look for them: tabs with counts, filters, pages by key. Every query is limited to the viewer's unit."""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from gateway.models import Member, PhoneNumber, Report, Staff, Unit, VoiceNote
from gateway.states import REPORTS_WAITING, ReportState, Urgency
from gateway.store.reports import select_visible
from gateway.store.sight import Sight
from gateway.store.units import is_under

PAGE = 25
UNHEARD = (ReportState.DRAFT, ReportState.UNVERIFIED, ReportState.RECEIVED)
CLOSED = (ReportState.CONFIRMED, ReportState.CLOSED_UNCONFIRMED, ReportState.BLANK)


class Tab(enum.StrEnum):
    """The lists of the inbox, in the order in which they are shown."""

    WAITING = "waiting"
    MINE = "mine"
    ANSWERED = "answered"
    CLOSED = "closed"
    ALL = "all"


@dataclass(frozen=True)
class Search:
    """What is looked for; kept in the address, so that a link shows a colleague the same list."""

    tab: Tab = Tab.WAITING
    unit_id: int | None = None
    state: ReportState | None = None
    urgency: Urgency | None = None
    has_voice: bool | None = None
    language: str | None = None
    reference: str | None = None
    after: str | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything but the tab limits the list."""
        return replace(self, after=None) != Search(tab=self.tab)


@dataclass(frozen=True)
class Row:
    """One report with what its line shows."""

    report: Report
    place: Unit
    note: VoiceNote | None
    member_name: str
    tail: str | None
    assignee: str | None


@dataclass(frozen=True)
class Page:
    """Rows of one page and the key of the next, None at the end."""

    rows: list[Row]
    next_key: str | None


@dataclass(frozen=True)
class Waiting:
    """What waits in one sentence: dangers nobody took, reports nobody heard, since when the oldest waits."""

    danger: int
    unheard: int
    waiting: int
    oldest: datetime | None


def list_rows(db: Session, sight: Sight, search: Search, size: int = PAGE) -> Page:
    """List one page: what waits with danger first and then the oldest, else the newest first."""
    query = _searched(sight, search).where(_in_tab(search.tab, sight.staff_id))
    is_waiting = search.tab in (Tab.WAITING, Tab.MINE)
    rank = case((_is_red(), 0), else_=1)
    query = _after(query, search.after, rank, is_waiting)
    order = (
        (rank, Report.received_at, Report.id) if is_waiting else (Report.received_at.desc(), Report.id.desc())
    )
    found = db.execute(query.order_by(*order).limit(size + 1)).all()
    rows = [Row(each[0], each[1], each[2], each[3] or "", each[4], each[5]) for each in found[:size]]
    return Page(rows, _key(rows[-1].report) if len(found) > size else None)


def get_row(db: Session, sight: Sight, public_id: str) -> Row | None:
    """Return one report as a row, None where the viewer may not know of it."""
    each = db.execute(_joined(sight).where(Report.public_id == public_id)).one_or_none()
    return Row(each[0], each[1], each[2], each[3] or "", each[4], each[5]) if each else None


def count_tabs(db: Session, sight: Sight, search: Search) -> dict[Tab, int]:
    """Count every tab under the same filters."""
    counts = [func.count().filter(_in_tab(tab, sight.staff_id)) for tab in Tab]
    query = _searched(sight, search).with_only_columns(*counts).order_by(None)
    return dict(zip(Tab, db.execute(query).one(), strict=True))


def count_waiting(db: Session, sight: Sight) -> Waiting:
    """Count what waits for this viewer."""
    is_waiting = Report.state.in_(REPORTS_WAITING)
    query = select_visible(sight).with_only_columns(
        func.count().filter(_is_red()),
        func.count().filter(Report.state.in_(UNHEARD)),
        func.count().filter(is_waiting),
        func.min(Report.received_at).filter(is_waiting),
    )
    return Waiting(*db.execute(query).one())


def list_languages(db: Session, sight: Sight) -> list[str]:
    """List the languages in which reports were made."""
    query = select_visible(sight).with_only_columns(Report.language).distinct()
    return sorted(each for each in db.scalars(query) if each)


def _joined(sight: Sight) -> Select[Any]:
    query: Select[Any] = (
        select_visible(sight)
        .outerjoin(VoiceNote, VoiceNote.id == Report.voice_note_id)
        .outerjoin(Member, Member.id == Report.member_id)
        .outerjoin(PhoneNumber, PhoneNumber.id == Report.number_id)
        .outerjoin(Staff, Staff.id == Report.assignee_id)
        .with_only_columns(Report, Unit, VoiceNote, Member.name, PhoneNumber.tail, Staff.name)
    )
    return query


def _searched(sight: Sight, search: Search) -> Select[Any]:
    query = _joined(sight)
    for condition in _conditions(search):
        query = query.where(condition)
    return query


def _conditions(search: Search) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if search.unit_id is not None:
        above = select(Unit.path).where(Unit.id == search.unit_id).scalar_subquery()
        wanted.append(Unit.path.like(above.concat("%")))
    if search.state is not None:
        wanted.append(Report.state == search.state)
    if search.urgency is not None:
        wanted.append(Report.urgency == search.urgency)
    if search.has_voice is not None:
        wanted.append(
            Report.voice_note_id.is_not(None) if search.has_voice else Report.voice_note_id.is_(None)
        )
    if search.language is not None:
        wanted.append(Report.language == search.language)
    if search.reference is not None:
        wanted.append(Report.reference.like(search.reference + "%"))
    return wanted


def _in_tab(tab: Tab, staff_id: int | None) -> ColumnElement[bool]:
    match tab:
        case Tab.WAITING:
            return Report.state.in_(REPORTS_WAITING)
        case Tab.MINE:
            return and_(Report.state.in_(REPORTS_WAITING), Report.assignee_id == staff_id)
        case Tab.ANSWERED:
            return Report.state == ReportState.ANSWERED
        case Tab.CLOSED:
            return Report.state.in_(CLOSED)
        case Tab.ALL:
            return Report.id.is_not(None)


def _is_red() -> ColumnElement[bool]:
    return and_(Report.urgency == Urgency.DANGER, Report.taken_at.is_(None), Report.state.not_in(CLOSED))


def _key(report: Report) -> str:
    is_red = report.urgency == Urgency.DANGER and report.taken_at is None and report.state not in CLOSED
    micros = int(report.received_at.timestamp() * 1_000_000)
    return f"{0 if is_red else 1}-{micros}-{report.id}"


def _after(query: Select[Any], key: str | None, rank: ColumnElement[int], is_waiting: bool) -> Select[Any]:
    """Go on behind a key; one that somebody spoilt starts at the beginning."""
    try:
        at_rank, micros, row_id = (int(part) for part in (key or "").split("-"))
        at = datetime.fromtimestamp(micros / 1_000_000, UTC)
    except (ValueError, OverflowError, OSError):
        return query
    place = (at_rank, at, row_id)
    if is_waiting:
        return query.where(tuple_(rank, Report.received_at, Report.id) > place)
    return query.where(tuple_(Report.received_at, Report.id) < place[1:])


def per_day(db: Session, sight: Sight, since: datetime, zone: str) -> dict[Any, int]:
    """Count the viewer's reports per local day since then."""
    day = func.date(func.timezone(zone, Report.received_at))
    query = select_visible(sight).with_only_columns(day, func.count()).where(Report.received_at >= since)
    return {row[0]: row[1] for row in db.execute(query.group_by(day))}


def list_places(db: Session, sight: Sight) -> list[Unit]:
    """List the units from which the viewer may hear and from which a report came, by name."""
    ids = select_visible(sight).with_only_columns(Report.unit_id).distinct()
    query = select(Unit).where(is_under(Unit.path, sight.path), or_(Unit.id.in_(ids)))
    return list(db.scalars(query.order_by(Unit.name).limit(200)))
