"""The rows that a member's own words, number and name lie in: found for an erasure, blanked in place (rules.md L12)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CursorResult,
    any_,
    delete,
    exists,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from gateway.models import (
    Call,
    Conversation,
    Delivery,
    DutyNumber,
    Enrolment,
    Habit,
    JoinCode,
    Member,
    Merge,
    NewsHeard,
    NumberChange,
    OtherNumber,
    OverlayMember,
    PaperForm,
    PhoneNumber,
    Post,
    Report,
    RightsRequest,
    Staff,
    VoiceNote,
)
from gateway.rules.consent import ConsentState
from gateway.states import CallState, DeliveryReason, DeliveryState, MemberStatus

OPEN = (DeliveryState.QUEUED, DeliveryState.HELD)
UNDER_WAY = (DeliveryState.SENDING, DeliveryState.SENT, DeliveryState.IN_DOUBT)


def same_person(db: Session, member_id: int) -> list[int]:
    """Return the member and every row that was merged into it, however often."""
    found = [member_id]
    waiting = [member_id]
    while waiting:
        query = select(Member.id).where(Member.merged_into_id.in_(waiting), Member.id.not_in(found))
        waiting = list(db.scalars(query))
        found += waiting
    return found


def cancel_owed(db: Session, member_ids: Collection[int], number_ids: Collection[int], now: datetime) -> int:
    """Take back what was still to be tried, and let what is under way not be tried again."""
    is_theirs = or_(
        Delivery.member_id.in_(member_ids),
        Delivery.number_id.in_(number_ids) & Delivery.member_id.is_(None) & Delivery.staff_id.is_(None),
    )
    taken_back = (
        update(Delivery)
        .where(is_theirs, Delivery.state.in_(OPEN))
        .values(state=DeliveryState.CANCELLED, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    under_way = (
        update(Delivery)
        .where(is_theirs, Delivery.state.in_(UNDER_WAY))
        .values(expires_at=now)
        .execution_options(synchronize_session=False)
    )
    db.execute(under_way)
    return _count(db.execute(taken_back))


def withhold_notes(db: Session, note_ids: Collection[int], now: datetime) -> None:
    """Nobody plays these any more; what was not fetched yet never will be."""
    db.execute(
        update(VoiceNote)
        .where(is_any(VoiceNote.id, note_ids), VoiceNote.withheld_at.is_(None))
        .values(withheld_at=now, sealed_url=None, peaks=None)
    )
    db.execute(
        update(VoiceNote)
        .where(is_any(VoiceNote.id, note_ids), VoiceNote.fetched_at.is_(None), VoiceNote.lost_at.is_(None))
        .values(lost_at=now)
    )


def forget_ties(
    db: Session, member_ids: Collection[int], own_numbers: Collection[int], now: datetime
) -> None:
    """Take the member out of what only lists people: posts, wings, news they heard, numbers, codes, talks by SMS."""
    for model in (Post, OtherNumber, OverlayMember, NewsHeard):
        db.execute(delete(model).where(model.member_id.in_(member_ids)))
    codes = update(JoinCode).where(JoinCode.member_id.in_(member_ids))
    db.execute(codes.values(title="", member_id=None))
    db.execute(
        update(JoinCode)
        .where(JoinCode.member_id.in_(member_ids), JoinCode.closed_at.is_(None))
        .values(closed_at=now)
    )
    enrolments = update(Enrolment).where(Enrolment.member_id.in_(member_ids))
    db.execute(enrolments.values(number_id=None, place_note_id=None, sealed_place=None))
    changes = or_(NumberChange.member_id.in_(member_ids), NumberChange.newcomer_id.in_(member_ids))
    db.execute(update(NumberChange).where(changes).values(note_id=None, sealed_text=None, old_number_id=None))
    undecided = update(NumberChange).where(changes, NumberChange.decided_at.is_(None))
    db.execute(undecided.values(decision="refused", decided_at=now))
    db.execute(update(Merge).where(Merge.kept_id.in_(member_ids)).values(details={}))
    db.execute(delete(Conversation).where(Conversation.number_id.in_(own_numbers)))
    forms = update(PaperForm).where(PaperForm.member_id.in_(member_ids), PaperForm.purged_at.is_(None))
    db.execute(forms.values(purged_at=now))


NOTHING_ADDED = {"call_id": None, "message_id": None, "voice_note_id": None, "sealed_text": None}


def forget_reports(db: Session, report_ids: Collection[int]) -> None:
    """Leave a problem of the place with what became of it, told by nobody."""
    db.execute(
        update(Report)
        .where(Report.id.in_(report_ids))
        .values(
            member_id=None,
            number_id=None,
            call_id=None,
            message_id=None,
            voice_note_id=None,
            sealed_text=None,
            sealed_number=None,
            call_mark=None,
        )
    )


def forget_talks(db: Session, call_ids: Collection[int]) -> None:
    """Blank what calls that are over knew and said; one under way keeps it until its end."""
    db.execute(
        update(Call)
        .where(Call.id.in_(call_ids), Call.state == CallState.ENDED)
        .values(facts=None, conversation=None)
    )


def blank_members(db: Session, member_ids: Collection[int], now: datetime) -> None:
    """Leave rows that say nothing but that there was somebody."""
    db.execute(
        update(Member)
        .where(Member.id.in_(member_ids))
        .values(
            name="",
            search="",
            name_note_id=None,
            number_id=None,
            home_unit_id=None,
            language=None,
            handset=None,
            slot=None,
            tags=[],
            is_adult=None,
            is_trained=False,
            status=MemberStatus.LEFT,
            consent=ConsentState.NONE,
            erased_at=now,
        )
    )
    db.execute(update(Member).where(Member.id.in_(member_ids), Member.left_at.is_(None)).values(left_at=now))


def close_requests(db: Session, member_ids: Collection[int], now: datetime) -> None:
    """What they asked before is settled by this; their words go."""
    theirs = update(RightsRequest).where(RightsRequest.member_id.in_(member_ids))
    db.execute(theirs.values(sealed_text=None, voice_note_id=None, number_id=None))
    db.execute(theirs.where(RightsRequest.done_at.is_(None)).values(done_at=now, outcome="erased"))


def numbers_in_use(db: Session, number_ids: Collection[int]) -> set[int]:
    """Return which of these numbers belong to somebody: a member, a person of staff, a duty."""
    if not number_ids:
        return set()
    queries = (
        select(Member.number_id).where(Member.number_id.in_(number_ids)),
        select(OtherNumber.number_id).where(
            OtherNumber.number_id.in_(number_ids), OtherNumber.until.is_(None)
        ),
        select(Staff.number_id).where(Staff.number_id.in_(number_ids), Staff.disabled_at.is_(None)),
        select(DutyNumber.number_id).where(DutyNumber.number_id.in_(number_ids)),
    )
    return {number_id for query in queries for number_id in db.scalars(query) if number_id is not None}


def numbers_busy(db: Session, number_ids: Collection[int]) -> set[int]:
    """Return which of these numbers are on a call now, or still owed something they asked for."""
    if not number_ids:
        return set()
    calls = select(Call.number_id).where(Call.number_id.in_(number_ids), Call.state != CallState.ENDED)
    theirs = select(Delivery.number_id).where(Delivery.number_id.in_(number_ids))
    owed = theirs.where(Delivery.reason != DeliveryReason.BROADCAST, Delivery.state.in_(OPEN))
    sending = theirs.where(Delivery.state == DeliveryState.SENDING)
    return {
        number_id
        for query in (calls, owed, sending)
        for number_id in db.scalars(query)
        if number_id is not None
    }


def blank_numbers(db: Session, number_ids: Collection[int]) -> int:
    """Take away what could be dialled and when it was answered; the keyed hash stays, so that a suppression holds."""
    db.execute(delete(Habit).where(is_any(Habit.number_id, number_ids)))
    statement = update(PhoneNumber).where(is_any(PhoneNumber.id, number_ids), PhoneNumber.sealed != b"")
    return _count(db.execute(statement.values(sealed=b"", tail="")))


def has_members_besides(db: Session, number_id: int, member_ids: Collection[int]) -> bool:
    """Say whether anybody else who has not left is on this number."""
    others = select(Member.id).where(
        Member.number_id == number_id, Member.id.not_in(member_ids), Member.status != MemberStatus.LEFT
    )
    further = select(OtherNumber.id).where(
        OtherNumber.number_id == number_id,
        OtherNumber.member_id.not_in(member_ids),
        OtherNumber.until.is_(None),
    )
    return bool(db.scalar(select(or_(exists(others), exists(further)))))


def blank(db: Session, model: Any, ids: Collection[int], **values: Any) -> None:
    """Set these columns of these rows."""
    if ids:
        db.execute(update(model).where(model.id.in_(ids)).values(**values))


def is_any(column: Any, ids: Collection[int]) -> ColumnElement[bool]:
    """SQL: one of these, as one array; of ten thousand placeholders the database would compare each with each."""
    return column == any_(literal(list(ids), ARRAY(BigInteger)))  # type: ignore[no-any-return]


def _count(result: Any) -> int:
    assert isinstance(result, CursorResult)
    return result.rowcount
