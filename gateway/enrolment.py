"""Joining, step by step, and what lists say of consent (rules.md L5, L10, L11); leaving is `gateway.leaving`."""

from __future__ import annotations

from sqlalchemy import update

from flows.steps import GiveConsent, Join, Remember
from gateway import ledger
from gateway.db import UnitOfWork
from gateway.models import Call, Consent, Member
from gateway.rules import consent as rule
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import MemberStatus
from gateway.store import consents, members, units

KEY = ledger.KEY
EVERYTHING = "all"


def enrol(unit: UnitOfWork, rt: Runtime, scene: Scene, step: Remember | GiveConsent | Join) -> int | None:
    """Take one step of joining; the first one makes an invited member. Returns the member's id.

    A number that is withheld cannot join: None.
    """
    member_id = scene.member_id or _invite(unit, rt, scene)
    if member_id is None:
        return None
    match step:
        case Remember():
            _remember(unit, rt, scene, member_id, step)
        case GiveConsent():
            ledger.agree(unit, rt, scene, member_id, step)
        case Join():
            _join(unit, rt, scene, member_id)
    return member_id


def speak_as(unit: UnitOfWork, call_id: int | None, member_id: int) -> None:
    """From here on this call is that member's."""
    if call_id is not None:
        unit.db.execute(update(Call).where(Call.id == call_id).values(member_id=member_id))


def import_consent(
    unit: UnitOfWork, rt: Runtime, member: Member, how: str, staff_id: int | None
) -> ConsentState:
    """Enter what a list says about consent: a coordinator's word allows one introduction call, nothing else."""
    entry = Consent(
        member_id=member.id,
        number_id=member.number_id,
        purpose=EVERYTHING,
        action=rule.GIVEN,
        how=how,
        language=member.language,
        staff_id=staff_id,
        at=rt.clock(),
    )
    state = consents.add_consent(unit.db, entry)
    if state >= ConsentState.ORGANISATIONAL:
        members.set_fields(unit.db, member.id, status=MemberStatus.ACTIVE)
    return state


def _invite(unit: UnitOfWork, rt: Runtime, scene: Scene) -> int | None:
    if scene.number_id is None:
        return None
    root = units.root_unit(unit.db)
    member = members.add_member(unit.db, scene.number_id, root.id, rt.clock(), language=scene.language)
    if scene.call_id is not None:
        speak_as(unit, scene.call_id, member.id)
    return member.id


def _remember(unit: UnitOfWork, rt: Runtime, scene: Scene, member_id: int, step: Remember) -> None:
    match step.field:
        case "language":
            members.set_fields(unit.db, member_id, language=step.value)
        case "adult":
            members.set_fields(unit.db, member_id, is_adult=step.value == "yes")
            if step.value != "yes":
                _turn_away(unit, rt, scene, member_id)
        case "name_note":
            members.set_fields(unit.db, member_id, name_note_id=int(step.value))


def _turn_away(unit: UnitOfWork, rt: Runtime, scene: Scene, member_id: int) -> None:
    """Under eighteen: not enrolled, what was agreed ends (rules.md L11)."""
    ledger.write(unit, rt, scene, member_id, ledger.Line(EVERYTHING, rule.WITHDRAWN))
    members.set_fields(unit.db, member_id, status=MemberStatus.LEFT, left_at=rt.clock())


def _join(unit: UnitOfWork, rt: Runtime, scene: Scene, member_id: int) -> None:
    members.set_fields(unit.db, member_id, status=MemberStatus.ACTIVE)
