"""What a conversation may know: a snapshot taken when it begins (the keys are described in `flows.facts`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.words.pieces import RECORDED
from gateway.calls.asking import asked_of
from gateway.content import SPOKEN
from gateway.models import Call, Member, Unit, VoiceNote
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store import consents, enrolments, members, news, own_reports, sender, suppressions, units

ONE_THING = frozenset(
    {"announcement", "duty", "number_change", "brief"}
)  # calls of ours that bring this and offer no menu


def facts_for(
    db: Session, rt: Runtime, number_id: int | None, member_id: int | None = None, **more: Any
) -> dict[str, Any]:
    """Collect what is known of whoever is on this number; `member_id` where we rang one member in particular."""
    people = list(members.list_on_number(db, number_id)) if number_id else []
    member = _the_member(people, member_id)
    unit = _home(db, [member] if member else people)
    languages = [each for each in SPOKEN[rt.settings.country] if rt.words.can_join(each)]
    line = units.list_line(db, unit)
    nearby = units.spoken_on(line)
    called = sender.find_sender(db)
    facts: dict[str, Any] = {
        "organisation": rt.settings.organisation,
        "sender": called.in_calls(rt.settings.organisation),
        "is_discreet": called.is_discreet,
        "coordinator": "" if called.is_discreet else _who_vouched(db, member),
        "emergency_number": rt.profile.emergency_number,
        "languages": languages,
        "language": _language(member, people) or next(iter(nearby), SPOKEN[rt.settings.country][0]),
        "unit_languages": nearby,
        "is_outbound": False,
        "keeps_sealed": rt.profile.retention.erased_floor_days > 0,
        "is_call_back": False,
        "is_opted_out": _is_opted_out(db, number_id),
        "members": [member_fact(db, each) for each in people] if _is_shared(people) else [],
        "member": member_fact(db, member) if member else None,
        "has_private": _is_shared(people),
        "has_duty": bool(units.list_duty_numbers(db, unit.path)),
        "report": None,
        "announcement": None,
        "answer": None,
        "duty": None,
    }
    if more.keys() & ONE_THING:
        return facts | {"news": [], "reports": [], "asked": []} | more
    return facts | heard_by_ear(db, rt, facts["language"], people, member, line, rt.clock()) | more


def heard_by_ear(
    db: Session,
    rt: Runtime,
    language: str,
    people: Sequence[Member],
    member: Member | None,
    line: Sequence[Unit],
    now: datetime,
) -> dict[str, Any]:
    """News of the unit's line, the reports of whoever may be meant and what they were asked, newest first."""
    mine, nearby = [each.id for each in people], units.spoken_on(line)
    return {
        "news": news.list_for(db, line, member, language, now),
        "reports": own_reports.list_spoken(db, mine, language, rt.profile, now, nearby),
        "asked": asked_of(db, rt, language, mine, line, now),
    }


def _who_vouched(db: Session, member: Member | None) -> str:
    """Whom somebody who has not joined yet knows near them: it is their name that makes our call a trusted one (D9)."""
    return consents.who_vouched(db, member.id) if member and not is_joined(member) else ""


def _home(db: Session, people: Sequence[Member]) -> Unit:
    """Where whoever is on this phone lives: the same place for all, or nothing narrower than the top."""
    places = {each.unit_id for each in people}
    return units.get_unit(db, places.pop()) if len(places) == 1 else units.root_unit(db)


def _the_member(people: Sequence[Member], member_id: int | None) -> Member | None:
    if member_id is not None:
        return next((each for each in people if each.id == member_id), None)
    return people[0] if len(people) == 1 else None


def _is_shared(people: Sequence[Member]) -> bool:
    return len(people) > 1


def member_fact(db: Session, member: Member, call_id: int | None = None) -> dict[str, Any]:
    """What a conversation may know of one member; `call_id` is the call under way, which is no earlier one."""
    has_called = not is_joined(member) and _has_called(db, member, call_id)
    return {
        "id": member.id,
        "name": name_of(db, member),
        "is_joined": is_joined(member),
        "is_trained": member.is_trained,
        "is_begun": has_called and member.status == MemberStatus.INVITED,
        "missing": _missing(db, member, has_called),
        "language": member.language,
    }


def name_of(db: Session, member: Member) -> str:
    """The name as it is spoken: written, or else the sound of the member saying it, once that has come."""
    if member.name or member.name_note_id is None:
        return member.name
    note = db.get(VoiceNote, member.name_note_id)
    return f"{RECORDED}{note.clip_key}" if note and note.clip_key and note.withheld_at is None else ""


def _missing(db: Session, member: Member, has_called: bool) -> list[str]:
    """What joining still has to ask; consent only by the member's own act. Name and place also of who is in."""
    is_in = is_joined(member)
    lacks = {
        "language": not is_in and member.language is None,
        "practice": not is_in and not has_called,
        "consent": member.consent not in (ConsentState.ORGANISATIONAL, ConsentState.ALL),
        "name": not member.name and member.name_note_id is None,
        "adult": not is_in and member.is_adult is None,
        "place": _lacks_place(db, member),
    }
    return [item for item, is_lacking in lacks.items() if is_lacking]


def _has_called(db: Session, member: Member, call_id: int | None) -> bool:
    earlier = select(Call.id).where(
        Call.member_id == member.id, Call.conversation.is_not(None), Call.id != (call_id or 0)
    )
    return db.scalar(earlier.limit(1)) is not None


def _lacks_place(db: Session, member: Member) -> bool:
    """Only who came in by themselves stands at the root without having said where they live."""
    row = enrolments.find(db, member.id)
    is_told = row is None or row.placed_at or row.code_id or row.place_note_id or row.sealed_place
    return not is_told and member.unit_id == units.root_unit(db).id


def is_joined(member: Member) -> bool:
    """A member whose number is known and who has consented hears the main menu at once (contract)."""
    agreed = member.consent in (ConsentState.ORGANISATIONAL, ConsentState.ALL)
    return member.status == MemberStatus.ACTIVE and agreed


def _language(member: Member | None, people: Sequence[Member]) -> str | None:
    known = (each.language for each in ([member] if member else people) if each.language)
    return next(known, None)


def _is_opted_out(db: Session, number_id: int | None) -> bool:
    if number_id is None:
        return False
    from_number = suppressions.find_suppression_of(db, number_id)
    return from_number == suppressions.OPTED_OUT
