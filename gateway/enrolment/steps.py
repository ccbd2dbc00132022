"""The steps of joining, one by one, and what lists say of consent (rules.md L5, L10, L11); leaving is `gateway.leaving`."""

from __future__ import annotations

from sqlalchemy import update

from flows.steps import GiveConsent, Join, Remember, Speak
from gateway import codes, ledger, referrals
from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.models import Call, Consent, Member
from gateway.names import search_key
from gateway.rules import consent as rule
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import MemberStatus
from gateway.store import consents, enrolments, members, numbers, suppressions, units

KEY = ledger.KEY
EVERYTHING = "all"
LONGEST_NAME, LONGEST_PLACE = 200, 400


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
            _agree(unit, rt, scene, member_id, step)
        case Join():
            _join(unit, rt, scene, member_id)
    return member_id


def speak_as(unit: UnitOfWork, call_id: int | None, member_id: int | None) -> None:
    """From here on this call is that member's, or that of somebody who is not known yet."""
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
        expires_at=rule.expiry(rt.clock(), rt.profile.consent_days),
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
    enrolments.begin(unit.db, member.id, _way(scene), scene.number_id, rt.clock())
    speak_as(unit, scene.call_id, member.id)
    return member.id


def _remember(unit: UnitOfWork, rt: Runtime, scene: Scene, member_id: int, step: Remember) -> None:
    db = unit.db
    match step.field:
        case "language":
            members.set_fields(db, member_id, language=step.value)
        case "adult":
            members.set_fields(db, member_id, is_adult=step.value == "yes")
            if step.value != "yes":
                _turn_away(unit, rt, scene, member_id)
        case "name_note":
            members.set_fields(db, member_id, name_note_id=int(step.value))
        case "place_note":
            enrolments.begin(db, member_id, _way(scene), scene.number_id, rt.clock())
            enrolments.set_fields(db, member_id, place_note_id=int(step.value))
        case "name":
            _write_name(unit, member_id, " ".join(step.value.split())[:LONGEST_NAME])
        case "place":
            _place_by_words(unit, rt, scene, member_id, step.value)


def _write_name(unit: UnitOfWork, member_id: int, name: str) -> None:
    """A text does not say who of a shared phone wrote it: a name that is known is never written over."""
    if not members.get_member(unit.db, member_id).name:
        members.set_fields(unit.db, member_id, name=name, search=search_key(name))


def _place_by_words(unit: UnitOfWork, rt: Runtime, scene: Scene, member_id: int, written: str) -> None:
    """A code of a class, or the name of the village, which staff match."""
    if codes.use_later(unit, rt, member_id, written):
        return
    enrolments.begin(unit.db, member_id, _way(scene), scene.number_id, rt.clock())
    sealed = rt.vault.seal_text(written[:LONGEST_PLACE], enrolments.PLACE_PURPOSE, member_id)
    enrolments.set_fields(unit.db, member_id, sealed_place=sealed)


def _turn_away(unit: UnitOfWork, rt: Runtime, scene: Scene, member_id: int) -> None:
    """Under eighteen: not enrolled, what was agreed ends, and neither number nor name is kept (rules.md L11)."""
    ledger.write(unit, rt, scene, member_id, ledger.Line(EVERYTHING, rule.WITHDRAWN))
    forget(unit, rt, members.get_member(unit.db, member_id))


def forget(unit: UnitOfWork, rt: Runtime, member: Member) -> None:
    """Keep of somebody who did not join neither number nor voice; only the ledger and the year's log know of them."""
    row = enrolments.find(unit.db, member.id)
    for note_id in (member.name_note_id, row.place_note_id if row else None):
        enrolments.withhold_note(unit.db, note_id, rt.clock())
    if row is not None:
        row.number_id = row.place_note_id = row.sealed_place = None
    unit.db.flush()
    members.set_fields(
        unit.db,
        member.id,
        status=MemberStatus.LEFT,
        left_at=rt.clock(),
        number_id=None,
        name="",
        search="",
        name_note_id=None,
    )


def _agree(unit: UnitOfWork, rt: Runtime, scene: Scene, member_id: int, step: GiveConsent) -> None:
    """The member agreed: their number's opt-out ends, and so does what kept a recycled number silent."""
    ledger.agree(unit, rt, scene, member_id, step)
    if scene.number_id is not None:
        index = numbers.index_of(unit.db, scene.number_id)
        suppressions.lift_recycled(unit.db, index, rt.clock())


def _join(unit: UnitOfWork, rt: Runtime, scene: Scene, member_id: int) -> None:
    """Complete: a member from now on, judged where somebody is credited, told once by SMS."""
    members.set_fields(unit.db, member_id, status=MemberStatus.ACTIVE, left_at=None)
    row = enrolments.begin(unit.db, member_id, _way(scene), scene.number_id, rt.clock())
    if row.joined_at is None:
        row.joined_at, row.number_id = rt.clock(), scene.number_id
        if (
            row.code_id is None
            and members.get_member(unit.db, member_id).unit_id != units.root_unit(unit.db).id
        ):
            row.placed_at = rt.clock()  # a list has said long ago where they belong
        unit.db.flush()
        referrals.look_at(unit, rt, row)
    if scene.call_id is not None and scene.number_id is not None:
        words = Speak("sms.joined", scene.language, codes.welcome(unit, rt))
        owe.owe_sms(unit, rt, scene.number_id, rt.words.text(words), f"joined:{member_id}", member_id)


def _way(scene: Scene) -> str:
    return enrolments.CALL if scene.call_id else enrolments.SMS
