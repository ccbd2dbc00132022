"""Links that let one person choose a password: a new colleague's, seven days; one who forgot theirs, half an hour.

Only the hash of a link is kept, so it is shown once; it works once; a newer one ends the older.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from gateway.access import tokens
from gateway.access.passwords import hash_password
from gateway.access.permissions import Role
from gateway.access.viewer import Viewer
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries.owe import owe_sms
from gateway.errors import NotAllowed, NotFound
from gateway.models import Invitation, Staff, Unit
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.staff.rank import check_may_change, check_may_give
from gateway.store import invitations, numbers, sign_ins, staff

INVITED_FOR, RESET_FOR = timedelta(days=7), timedelta(minutes=30)


@dataclass(frozen=True)
class NewColleague:
    """Who is invited: an address that nobody has yet, a name, what they may and where; a number for SMS and test calls."""

    email: str
    name: str
    role: Role
    place: Unit
    number: Number | None = None


def invite(unit: UnitOfWork, rt: Runtime, viewer: Viewer | None, new: NewColleague) -> tuple[Staff, str]:
    """Add a colleague without a password and return their link. Raises Conflict for a taken address, NotAllowed."""
    check_may_give(viewer, new.role, new.place.path)
    person = staff.add_staff(unit.db, new.email, new.name, str(new.role), new.place.id, None, rt.clock())
    if new.number is not None:
        person.number_id = numbers.add_number(unit.db, rt.vault, new.number, rt.clock())
    _note(unit, rt, viewer, person, "staff-invited", role=person.role)
    return person, _link(unit, rt, viewer, person)


def link_for(unit: UnitOfWork, rt: Runtime, viewer: Viewer | None, person: Staff) -> str:
    """Return a new link for a colleague: another invitation, or a new password for who has one."""
    check_may_change(viewer, person.id, person.role)
    if person.disabled_at is not None:
        raise NotAllowed("this person may not sign in", code="disabled")
    _note(
        unit, rt, viewer, person, "link-made" if person.password_hash else "staff-invited", role=person.role
    )
    return _link(unit, rt, viewer, person)


def send_link(unit: UnitOfWork, rt: Runtime, person: Staff, text: str) -> bool:
    """Send the words with a link as SMS; False where we know no number of this colleague."""
    if person.number_id is None:
        return False
    newest = invitations.newest_of(unit.db, person.id)
    owe_sms(unit, rt, person.number_id, text, f"invitation:{newest.id if newest else 0}")
    return True


def take_back(unit: UnitOfWork, rt: Runtime, viewer: Viewer | None, person: Staff) -> None:
    """End every link of this colleague that was not used."""
    check_may_change(viewer, person.id, person.role)
    invitations.revoke_all(unit.db, person.id, rt.clock())
    _note(unit, rt, viewer, person, "links-ended")


def whose(rt: Runtime, token: str) -> Staff:
    """Return who may choose a password with this link. Raises NotFound for one that is used, old or taken back."""
    with unit_of_work(rt.engine) as unit:
        found = invitations.find_open(unit.db, tokens.hash_of(token), rt.clock())
        if found is None:
            raise NotFound("this link does not work any more", code="link")
        return staff.get_staff(unit.db, found.staff_id)


def accept(rt: Runtime, token: str, password: str) -> str:
    """Take the password, use the link up, end every sign-in; returns the token that makes this browser known.

    Raises NotFound where the link was used meanwhile.
    """
    made, now = hash_password(password), rt.clock()
    with unit_of_work(rt.engine) as unit:
        staff_id = invitations.use(unit.db, tokens.hash_of(token), now)
        if staff_id is None:
            raise NotFound("this link does not work any more", code="link")
        person = staff.get_staff(unit.db, staff_id)
        person.password_hash, person.must_change_password = made, False
        sign_ins.revoke_sign_ins(unit.db, staff_id, now)
        known = tokens.new_token()
        sign_ins.remember_browser(unit.db, staff_id, tokens.hash_of(known), now)
        staff.add_audit(unit.db, staff_id, "password-chosen", now, "staff", staff_id, person.unit_id)
    return known


def _link(unit: UnitOfWork, rt: Runtime, viewer: Viewer | None, person: Staff) -> str:
    now, token = rt.clock(), tokens.new_token()
    invitations.revoke_all(unit.db, person.id, now)
    unit.db.add(
        Invitation(
            token_hash=tokens.hash_of(token),
            staff_id=person.id,
            invited_by_id=viewer.staff_id if viewer else None,
            at=now,
            expires_at=now + (RESET_FOR if person.password_hash else INVITED_FOR),
        )
    )
    unit.db.flush()
    return f"{rt.settings.public_url}/invitation/{token}"


def _note(
    unit: UnitOfWork, rt: Runtime, viewer: Viewer | None, person: Staff, action: str, **details: object
) -> None:
    who = viewer.staff_id if viewer else None
    staff.add_audit(unit.db, who, action, rt.clock(), "staff", person.id, person.unit_id, **details)
