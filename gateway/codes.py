"""Codes that are told by one person and keyed by another: a trainer's class, a member who brings a friend (S0-14, S4-59).

Drawn by chance, so that nobody guesses the next one, with a check digit that finds every slip of one key.
"""

from __future__ import annotations

import secrets

from flows.references import check_digit
from flows.typed import ascii_digits
from gateway import referrals
from gateway.db import UnitOfWork
from gateway.errors import Conflict
from gateway.models import Enrolment, JoinCode, Member
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store import enrolments, join_codes, members, sender
from gateway.store.join_codes import CLASS, INVITER
from gateway.store.staff import add_audit

SHORTEST = {CLASS: 4, INVITER: 5}  # digits without the check digit
LONGEST, DRAWS = 6, 12


def open_class(
    unit: UnitOfWork,
    rt: Runtime,
    *,
    unit_id: int,
    trainer_id: int | None,
    title: str = "",
    drive_id: int | None = None,
    staff_id: int | None = None,
) -> JoinCode:
    """Give a class a code: who keys it belongs to its unit and was brought in by its trainer."""
    made = _draw(unit, rt, CLASS, unit_id, trainer_id, title, drive_id)
    add_audit(unit.db, staff_id, "class-opened", rt.clock(), "join-code", made.id, unit_id=unit_id)
    return made


def own_code(unit: UnitOfWork, rt: Runtime, member_id: int) -> JoinCode:
    """Return the code by which this member brings friends; it is made when it is first asked for."""
    found = join_codes.find_of(unit.db, member_id, INVITER)
    if found is not None:
        return found
    member = members.get_member(unit.db, member_id)
    return _draw(unit, rt, INVITER, member.unit_id, member_id, "", None)


def close_class(unit: UnitOfWork, rt: Runtime, code: JoinCode, staff_id: int) -> None:
    """The class is over; its code may be given to another."""
    join_codes.close(code, rt.clock())
    add_audit(unit.db, staff_id, "class-closed", rt.clock(), "join-code", code.id, unit_id=code.unit_id)


def use(unit: UnitOfWork, rt: Runtime, member_id: int, keyed: str) -> JoinCode | None:
    """A member who joins, or is in already, keys a code; None where it does not exist or can do nothing for them.

    A class places whoever is new and credits its trainer; who is in is credited to the first class they sat in. A friend's
    code works on joining only, and staff confirm the place.
    """
    code = join_codes.find_open(unit.db, keyed) if check_digit(keyed) == 0 else None
    if code is None or code.member_id == member_id:
        return None
    member = unit.db.get_one(Member, member_id)
    if member.status == MemberStatus.ACTIVE:
        return _credit(unit, rt, member, code)
    row = enrolments.begin(unit.db, member_id, enrolments.CALL, member.number_id, rt.clock())
    _place(unit, rt, member, row, code)
    return code


def use_later(unit: UnitOfWork, rt: Runtime, member_id: int, written: str) -> bool:
    """Who joined a moment ago by SMS writes a code where the village was asked: it counts as if keyed before."""
    digits = "".join(ascii_digits(written).split())
    row = enrolments.find(unit.db, member_id)
    is_code = digits.isascii() and digits.isdigit() and check_digit(digits) == 0
    code = join_codes.find_open(unit.db, digits) if is_code else None
    if row is None or row.code_id is not None or code is None or code.member_id == member_id:
        return False
    _place(unit, rt, unit.db.get_one(Member, member_id), row, code)
    referrals.look_at(unit, rt, row)
    return True


def welcome(unit: UnitOfWork, rt: Runtime) -> dict[str, str]:
    """What the SMS to a new member names: the organisation as it chose, and the number to ring, the free one first."""
    lines = sorted(rt.settings.voice_numbers, key=lambda each: each.habit != "call-back")
    name = sender.find_sender(unit.db).in_sms(rt.settings.organisation)
    return {"organisation": name, "line": lines[0].number if lines else ""}


def _place(unit: UnitOfWork, rt: Runtime, member: Member, row: Enrolment, code: JoinCode) -> None:
    row.code_id, row.inviter_id = code.id, code.member_id
    member.unit_id = code.unit_id
    row.placed_at = rt.clock() if code.kind == CLASS else None
    unit.db.flush()


def _credit(unit: UnitOfWork, rt: Runtime, member: Member, code: JoinCode) -> JoinCode | None:
    if code.kind != CLASS:
        return None
    row = enrolments.begin(unit.db, member.id, enrolments.LIST, member.number_id, rt.clock())
    if row.code_id is None:
        row.code_id = code.id
        unit.db.flush()
    return code


def _draw(
    unit: UnitOfWork,
    rt: Runtime,
    kind: str,
    unit_id: int,
    member_id: int | None,
    title: str,
    drive_id: int | None,
) -> JoinCode:
    for length in range(SHORTEST[kind], LONGEST + 1):
        for _ in range(DRAWS):
            number = str(secrets.randbelow(9 * 10 ** (length - 1)) + 10 ** (length - 1))
            row: dict[str, object] = {
                "code": number + str(check_digit(number)),
                "kind": kind,
                "member_id": member_id,
                "unit_id": unit_id,
                "drive_id": drive_id,
                "title": title,
                "created_at": rt.clock(),
            }
            made = join_codes.add(unit.db, row)
            if made is not None:
                return made
    raise Conflict("all codes are given out; close classes that are over")
