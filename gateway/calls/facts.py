"""What a conversation may know: a snapshot taken when it begins (the keys are described in `flows.facts`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gateway.content import SPOKEN
from gateway.models import Member, Unit
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store import members, news, reports, suppressions, units

ONE_THING = frozenset({"announcement", "duty"})  # calls of ours that bring this and offer no menu


def facts_for(
    db: Session, rt: Runtime, number_id: int | None, member_id: int | None = None, **more: Any
) -> dict[str, Any]:
    """Collect what is known of whoever is on this number; `member_id` where we rang one member in particular."""
    people = list(members.list_on_number(db, number_id)) if number_id else []
    member = _the_member(people, member_id)
    unit = units.get_unit(db, member.unit_id) if member else units.root_unit(db)
    languages = SPOKEN[rt.settings.country]
    facts: dict[str, Any] = {
        "organisation": rt.settings.organisation,
        "coordinator": "",
        "emergency_number": rt.profile.emergency_number,
        "languages": list(languages),
        "language": _language(member, people, unit, languages[0]),
        "is_outbound": False,
        "is_call_back": False,
        "is_opted_out": _is_opted_out(db, number_id),
        "members": [_member_fact(each) for each in people] if _is_shared(people) else [],
        "member": _member_fact(member) if member else None,
        "has_private": _is_shared(people),
        "has_duty": bool(units.list_duty_numbers(db, unit.path)),
        "report": None,
        "announcement": None,
        "answer": None,
        "duty": None,
    }
    if more.keys() & ONE_THING:
        return facts | {"news": [], "reports": []} | more
    return facts | heard_by_ear(db, rt, facts["language"], people, member, unit, rt.clock()) | more


def heard_by_ear(
    db: Session,
    rt: Runtime,
    language: str,
    people: Sequence[Member],
    member: Member | None,
    unit: Unit,
    now: datetime,
) -> dict[str, Any]:
    """News of the unit's line, and the reports of whoever may be meant, newest first."""
    return {
        "news": news.list_for(db, units.list_line(db, unit), member, language, now),
        "reports": reports.list_spoken(db, [each.id for each in people], language),
    }


def _the_member(people: Sequence[Member], member_id: int | None) -> Member | None:
    if member_id is not None:
        return next((each for each in people if each.id == member_id), None)
    return people[0] if len(people) == 1 else None


def _is_shared(people: Sequence[Member]) -> bool:
    return len(people) > 1


def _member_fact(member: Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "name": member.name,
        "is_joined": is_joined(member),
        "is_trained": member.is_trained,
        "missing": _missing(member),
        "language": member.language,
    }


def _missing(member: Member) -> list[str]:
    """What joining still has to ask; consent only by the member's own act."""
    lacks = {
        "language": member.language is None,
        "consent": member.consent not in (ConsentState.ORGANISATIONAL, ConsentState.ALL),
        "name": not member.name and member.name_note_id is None,
        "adult": member.is_adult is None,
    }
    return [] if is_joined(member) else [item for item, is_lacking in lacks.items() if is_lacking]


def is_joined(member: Member) -> bool:
    """A member whose number is known and who has consented hears the main menu at once (contract)."""
    agreed = member.consent in (ConsentState.ORGANISATIONAL, ConsentState.ALL)
    return member.status == MemberStatus.ACTIVE and agreed


def _language(member: Member | None, people: Sequence[Member], unit: Unit, base: str) -> str:
    known = [each.language for each in ([member] if member else people) if each and each.language]
    return known[0] if known else (unit.language or base)


def _is_opted_out(db: Session, number_id: int | None) -> bool:
    if number_id is None:
        return False
    from_number = suppressions.find_suppression_of(db, number_id)
    return from_number == suppressions.OPTED_OUT
