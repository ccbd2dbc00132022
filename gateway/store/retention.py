"""What is past its time, and doing away with it: queries of ids, and deletes that respect every foreign key (rules.md L13).

Columns that point to a purged table are found from the tables themselves, so that a new one cannot hold up the purge.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Exists,
    Select,
    Table,
    and_,
    delete,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session, aliased

from gateway.models import (
    Addition,
    Base,
    Broadcast,
    Call,
    Consent,
    Delivery,
    Enrolment,
    Erasure,
    Import,
    Member,
    Message,
    PhoneNumber,
    Report,
    VoiceNote,
)
from gateway.states import CallState, DeliveryReason, DeliveryState, MemberStatus, ReportState
from gateway.store.rights_rows import is_any

RETENTION = 4_726_013  # any fixed number: two purges at once take turns, batch by batch
STILL_OWED = (
    DeliveryState.QUEUED,
    DeliveryState.HELD,
    DeliveryState.SENDING,
    DeliveryState.SENT,
    DeliveryState.IN_DOUBT,
)
Ids = Select[Any]


def begin(db: Session) -> None:
    """Take turns with another purge, and say to the ledgers' guard that deleting is meant; until the transaction's end."""
    db.execute(select(func.pg_advisory_xact_lock(RETENTION)))
    db.execute(text("SET LOCAL memberline.purging = 'on'"))


def count(db: Session, ids: Ids) -> int:
    return db.scalars(select(func.count()).select_from(ids.subquery())).one()


def members_who_left(before: datetime) -> Ids:
    return select(Member.id).where(
        Member.status == MemberStatus.LEFT,
        Member.left_at < before,
        Member.erased_at.is_(None),
        Member.merged_into_id.is_(None),
    )


def erasures_due(now: datetime) -> Ids:
    return select(Erasure.id).where(Erasure.purge_after <= now, Erasure.purged_at.is_(None))


def notes_over(before: datetime) -> Ids:
    """Recordings of what was over before then; a name or a village that was spoken lives as long as its member."""
    is_over = or_(*(which.where(_is_closed(before)) for which in _of_reports()), ~or_(*_of_reports()))
    is_name = exists().where(Member.name_note_id == VoiceNote.id)
    is_place = exists().where(Enrolment.place_note_id == VoiceNote.id)
    return select(VoiceNote.id).where(VoiceNote.announced_at < before, is_over, ~is_name, ~is_place)


def notes_to_withhold(before: datetime) -> Ids:
    return notes_over(before).where(VoiceNote.withheld_at.is_(None), VoiceNote.purged_at.is_(None))


def notes_to_purge(before: datetime) -> Ids:
    """Those of an erased member stay sealed with all else until the erasure's own day."""
    call = aliased(Call)
    speaker = func.coalesce(
        VoiceNote.member_id, select(call.member_id).where(call.id == VoiceNote.call_id).scalar_subquery()
    )
    is_sealed = exists().where(Erasure.member_id == speaker, Erasure.purged_at.is_(None))
    return notes_over(before).where(VoiceNote.purged_at.is_(None), ~is_sealed)


def reports_to_unname(before: datetime) -> Ids:
    is_named = or_(
        Report.member_id.is_not(None),
        Report.number_id.is_not(None),
        Report.sealed_number.is_not(None),
        Report.sealed_text.is_not(None),
    )
    return select(Report.id).where(is_named, _is_closed(before))


def calls_over(before: datetime) -> Ids:
    return select(Call.id).where(Call.started_at < before, Call.state == CallState.ENDED)


def messages_before(before: datetime) -> Ids:
    return select(Message.id).where(Message.at < before)


def deliveries_over(before: datetime) -> Ids:
    return select(Delivery.id).where(Delivery.created_at < before, Delivery.state.not_in(STILL_OWED))


def consents_over(before: datetime) -> Ids:
    """The ledger of who left before then, and of the rows that were merged into theirs."""
    kept = aliased(Member)
    has_left = and_(
        Member.status == MemberStatus.LEFT, Member.left_at < before, Member.merged_into_id.is_(None)
    )
    kept_has_left = exists().where(
        kept.id == Member.merged_into_id, kept.status == MemberStatus.LEFT, kept.left_at < before
    )
    return select(Consent.id).join(Member, Member.id == Consent.member_id).where(or_(has_left, kept_has_left))


def imports_with_files(before: datetime) -> Ids:
    return select(Import.id).where(Import.created_at < before, Import.file_key.is_not(None))


def numbers_of_nobody(before: datetime) -> Ids:
    """Numbers that no row of any table names any more, and that could still be dialled.

    What a broadcast owed names its member, too, who keeps a number also after it has changed.
    """
    named = [
        ~exists().where(column == PhoneNumber.id, *_looked_up(column))
        for table in Base.metadata.sorted_tables
        for column in _columns_to(table, "numbers")
    ]
    return select(PhoneNumber.id).where(PhoneNumber.created_at < before, PhoneNumber.sealed != b"", *named)


def delete_rows(db: Session, table: str, ids: Sequence[int]) -> None:
    """Delete these rows; what points to them is set free, and what cannot be without them goes too."""
    for other in Base.metadata.sorted_tables:
        for column in _columns_to(other, table):
            theirs = is_any(column, ids)
            if column.nullable:
                db.execute(update(other).where(theirs).values({column.name: None}))
            else:
                db.execute(delete(other).where(theirs))
    this = Base.metadata.tables[table]
    db.execute(delete(this).where(is_any(this.c.id, ids)))


def delete_before(db: Session, table: str, column: str, before: datetime, limit: int) -> int:
    """Delete up to so many of the rows of that time; tables that nothing points to."""
    this = Base.metadata.tables[table]
    row: ColumnElement[Any] = literal_column("ctid")
    some = select(row).select_from(this).where(this.c[column] < before).limit(limit)
    found = db.execute(delete(this).where(row.in_(some)))
    assert isinstance(found, CursorResult)
    return found.rowcount


def count_before(db: Session, table: str, column: str, before: datetime) -> int:
    this = Base.metadata.tables[table]
    return db.scalars(select(func.count()).select_from(this).where(this.c[column] < before)).one()


def broadcasts_of(db: Session, delivery_ids: Sequence[int]) -> list[int]:
    """List the broadcasts whose sums would be lost with these deliveries."""
    query = select(Delivery.broadcast_id).where(is_any(Delivery.id, delivery_ids)).distinct()
    known = select(Broadcast.id).where(Broadcast.id.in_(query), Broadcast.kept_sums.is_(None))
    return list(db.scalars(known))


def pointing_to(table: str) -> list[tuple[str, str]]:
    """List (table, column) that point to this one; each must be indexed, or the purge crawls."""
    return [
        (other.name, column.name)
        for other in Base.metadata.sorted_tables
        for column in _columns_to(other, table)
    ]


def _columns_to(table: Table, target: str) -> list[Any]:
    return [
        column
        for column in table.columns
        if any(key.column.table.name == target for key in column.foreign_keys)
    ]


def _looked_up(column: Any) -> list[ColumnElement[bool]]:
    """Of a million deliveries of broadcasts none is looked up by its number."""
    is_theirs = column.table is Delivery.__table__
    return [Delivery.reason != DeliveryReason.BROADCAST] if is_theirs else []


def _is_closed(before: datetime) -> ColumnElement[bool]:
    return or_(
        Report.closed_at < before, and_(Report.state == ReportState.BLANK, Report.received_at < before)
    )


def _of_reports() -> tuple[Exists, Exists]:
    """The report that a recording is, and the one that it was added to."""
    added = Addition.voice_note_id == VoiceNote.id
    return exists().where(Report.voice_note_id == VoiceNote.id), exists().where(
        added, Addition.report_id == Report.id
    )
