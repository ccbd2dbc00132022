"""Paper forms keyed in: the member, their consent on paper, the photograph of the signed form (activities.md S3-39, rules.md L5).

One person keeps one member id: who is known on this number by name, or in this unit without a name yet, is completed, never
doubled; where it is unclear the caller asks a person and says whom they chose.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import partial

from gateway.db import UnitOfWork
from gateway.errors import MemberlineError
from gateway.models import Consent, Member, PaperForm, Unit
from gateway.names import search_key
from gateway.people import agreeing
from gateway.phones import Number, NumberUnreadable, country_of, is_premium, parse_number
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store import consents, enrolments, members, numbers, suppressions, units
from gateway.store.staff import add_audit

LARGEST = 5_000_000
PAPER = "paper"
# The first bytes of a file tell what it is, its name does not (reliability.md C12).
_KINDS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"%PDF-", "application/pdf"))


class PhotoRefused(MemberlineError):
    """The file is too large, or no JPEG, PNG or PDF."""

    code = "photo"


class NumberRefused(MemberlineError):
    """The number cannot be one of a member here."""

    code = "number"


@dataclass(frozen=True)
class Filled:
    """One form as it was keyed in; `signed_on` None is today."""

    name: str
    number: Number
    place: Unit
    language: str | None = None
    signed_on: date | None = None
    photo: bytes | None = None


@dataclass(frozen=True)
class Kept:
    """What became of a form: `is_new` member or one completed; `note` says why the consent has no effect (agreeing.py)."""

    member: Member
    is_new: bool
    note: str = ""


def kind_of(photo: bytes) -> str:
    """Return the media type of a photograph. Raises PhotoRefused."""
    if len(photo) > LARGEST:
        raise PhotoRefused(f"the photo is larger than {LARGEST // 1_000_000} MB")
    for first, kind in _KINDS:
        if photo.startswith(first):
            return kind
    raise PhotoRefused("the photo must be a JPEG, a PNG or a PDF")


def read_number(rt: Runtime, typed: str) -> Number:
    """Read a number as people write it. Raises NumberRefused."""
    try:
        number = parse_number(typed, rt.settings.country)
    except NumberUnreadable as error:
        raise NumberRefused(str(error)) from error
    if country_of(number) != rt.settings.country:
        raise NumberRefused("this is a number of another country")
    if is_premium(number) or number in {each.number for each in rt.settings.voice_numbers}:
        raise NumberRefused("this cannot be the number of a member")
    return number


def known_on(
    unit: UnitOfWork, rt: Runtime, viewer_path: str, number: Number
) -> Sequence[tuple[Member, Unit]]:
    """List whom the viewer may know on this number."""
    number_id = numbers.find_number_id(unit.db, rt.vault, number)
    people = members.list_on_number(unit.db, number_id) if number_id else []
    root = units.root_unit(unit.db)
    placed = [(each, units.get_unit(unit.db, each.unit_id)) for each in people]
    return [
        (each, place) for each, place in placed if place.path.startswith(viewer_path) or place.id == root.id
    ]


def same_person(filled: Filled, known: Sequence[tuple[Member, Unit]]) -> Member | None:
    """Return who this form surely is: the same name on the same number, however it is spelt; None where a person must say."""
    key = search_key(filled.name)
    return next((each for each, _ in known if each.name and search_key(each.name) == key), None)


def keep(unit: UnitOfWork, rt: Runtime, filled: Filled, member: Member | None, staff_id: int) -> Kept:
    """Keep a form: complete `member`, or add a new one where it is None. A withdrawal or an opt-out is never undone (L7)."""
    number_id = numbers.add_number(unit.db, rt.vault, filled.number, rt.clock())
    is_new = member is None
    if member is None:
        member = members.add_member(
            unit.db, number_id, filled.place.id, rt.clock(), filled.name, filled.language
        )
    _complete(unit, rt, member, filled)
    form = _keep_photo(unit, rt, filled, member.id, staff_id)
    note = _agree(unit, rt, member, number_id, filled, form, staff_id)
    row = enrolments.begin(unit.db, member.id, enrolments.FORM, number_id, rt.clock())
    row.joined_at, row.placed_at = row.joined_at or rt.clock(), row.placed_at or rt.clock()
    unit.db.flush()
    add_audit(
        unit.db,
        staff_id,
        "form-keyed-in",
        rt.clock(),
        "member",
        member.id,
        unit_id=member.unit_id,
        is_new=is_new,
    )
    return Kept(member, is_new, note)


def _complete(unit: UnitOfWork, rt: Runtime, member: Member, filled: Filled) -> None:
    """Fill in what is not known yet; who came in by themselves is placed by the form."""
    if not member.name:
        member.name, member.search = filled.name, search_key(filled.name)
        unit.ring(partial(rt.bells.build_sounds, "member", member.id))
    row = enrolments.find(unit.db, member.id)
    if row is not None and row.placed_at is None:
        member.unit_id = filled.place.id
    member.language = member.language or filled.language
    member.is_adult = True
    unit.db.flush()


def _keep_photo(
    unit: UnitOfWork, rt: Runtime, filled: Filled, member_id: int, staff_id: int
) -> PaperForm | None:
    if not filled.photo:
        return None
    kind = kind_of(filled.photo)
    form = PaperForm(
        member_id=member_id,
        file_key=rt.files.put(io.BytesIO(filled.photo)),
        media_type=kind,
        staff_id=staff_id,
        at=rt.clock(),
    )
    unit.db.add(form)
    unit.db.flush()
    return form


def _agree(
    unit: UnitOfWork,
    rt: Runtime,
    member: Member,
    number_id: int,
    filled: Filled,
    form: PaperForm | None,
    staff_id: int,
) -> str:
    now = rt.clock()
    ledger = consents.entries_of(unit.db, [member.id])[member.id]
    suppression = suppressions.find_suppression_of(unit.db, number_id)
    at = _noon(rt, filled.signed_on, now)
    judged = agreeing.judge(PAPER, at, ledger, suppression, now, rt.profile.consent_days)
    if judged.entry is None:
        return judged.note
    entry = Consent(
        member_id=member.id,
        number_id=number_id,
        purpose=judged.entry.purpose,
        action=judged.entry.action,
        how=PAPER,
        language=filled.language,
        form_id=form.id if form else None,
        staff_id=staff_id,
        at=judged.entry.at,
        expires_at=judged.entry.expires_at,
    )
    consents.add_consent(unit.db, entry)
    if consents.rederive(unit.db, member.id, now) >= ConsentState.ORGANISATIONAL:
        members.set_fields(unit.db, member.id, status=MemberStatus.ACTIVE)
    return judged.note


def _noon(rt: Runtime, day: date | None, now: datetime) -> datetime:
    """Noon of that day where the organisation is; today counts from now."""
    if day is None:
        return now
    return min(now, datetime.combine(day, time(12), rt.profile.timezone).astimezone(now.tzinfo))
