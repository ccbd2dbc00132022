"""M1 and S0-14, S4-59: a trainer's class code, a friend's code, and what looks odd about who joins with them."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from flows.steps import Speak
from gateway import codes, referrals
from gateway.db import unit_of_work
from gateway.models import AuditEntry, Enrolment, Member
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.store import enrolments
from tests.builders import a_member, a_number, a_person_of_staff, a_unit
from tests.conftest import TestClock
from tests.lines import Caller
from tests.walks import (
    NOTE,
    SILENCE,
    all_of,
    enrolment_of,
    go_on,
    text,
    texts_to,
    the_member,
    walk,
    words,
)

TO_CODE = ("1", "1", "2", "1", NOTE, "1")


@pytest.fixture
def number() -> Number:
    return a_number()


@pytest.fixture
def trainer(rt: Runtime) -> int:
    return a_member(rt, "Asha", unit="VILLAGE-1", under="BLOCK-1")


@pytest.fixture
def class_code(rt: Runtime, trainer: int) -> str:
    with unit_of_work(rt.engine) as unit:
        place = a_unit(unit.db, "VILLAGE-1")
        return codes.open_class(unit, rt, unit_id=place.id, trainer_id=trainer).code


def inviter_code(rt: Runtime, member_id: int) -> str:
    with unit_of_work(rt.engine) as unit:
        return codes.own_code(unit, rt, member_id).code


def a_friend(rt: Runtime, client: FlaskClient, code: str, number: Number | None = None) -> Enrolment:
    number = number or a_number()
    friend = Caller(client, number)
    walk(friend, *TO_CODE, code, SILENCE)
    friend.hang_up()
    with unit_of_work(rt.engine) as unit:
        return unit.db.query(Enrolment).order_by(Enrolment.id.desc()).first()  # type: ignore[return-value]


def test_class_code_places_the_member_and_credits_the_trainer(
    rt: Runtime, client: FlaskClient, number: Number, trainer: int, class_code: str
) -> None:
    said = walk(Caller(client, number), *TO_CODE, class_code, SILENCE)
    assert words(rt, "joining.in_class", unit="Village 1").split("।")[0][:5] in said
    member = the_member(rt, number)
    row = enrolment_of(rt, member)
    with unit_of_work(rt.engine) as unit:
        assert member.unit_id == a_unit(unit.db, "VILLAGE-1").id
    assert (row.inviter_id, row.placed_at, row.flags) == (trainer, rt.clock(), [])


def test_code_that_nobody_gave_out_is_asked_for_once_more_then_the_village(
    rt: Runtime, client: FlaskClient, number: Number, class_code: str
) -> None:
    wrong = class_code[:-1] + str((int(class_code[-1]) + 1) % 10)
    caller = Caller(client, number)
    assert words(rt, "joining.code_again") in walk(caller, *TO_CODE, wrong, SILENCE)
    assert words(rt, "joining.village") in go_on(caller, wrong, SILENCE)


def test_member_who_is_in_keys_the_code_of_the_class_and_stays_where_they_live(
    rt: Runtime, client: FlaskClient, number: Number, class_code: str
) -> None:
    sita_id = a_member(rt, "Sita", number=number, unit="VILLAGE-2")
    assert words(rt, "training.kept") in walk(Caller(client, number), "0", "7", "4", class_code, SILENCE)
    row = enrolment_of(rt, the_member(rt, number))
    assert (row.code_id is not None, row.inviter_id) == (True, None)
    with unit_of_work(rt.engine) as unit:
        assert unit.db.get_one(Member, sita_id).unit_id == a_unit(unit.db, "VILLAGE-2").id


def test_class_that_is_over_takes_nobody_in(
    rt: Runtime, client: FlaskClient, number: Number, class_code: str
) -> None:
    staff_id = a_person_of_staff(rt)
    with unit_of_work(rt.engine) as unit:
        code = codes.join_codes.find_open(unit.db, class_code)
        assert code is not None
        codes.close_class(unit, rt, code, staff_id)
    assert words(rt, "joining.code_again") in walk(Caller(client, number), *TO_CODE, class_code, SILENCE)


def test_member_hears_the_code_for_friends_and_it_stays_the_same(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    sita_id = a_member(rt, "Sita", number=number)
    said = walk(Caller(client, number), "0", "7", "3", SILENCE)
    code = inviter_code(rt, sita_id)
    spoken = " ".join(rt.words.texts["hi"][f"digit.{digit}"] for digit in code)
    assert spoken in said
    text(client, number, "INVITE")
    assert code in texts_to(rt, number)[0]


def test_friend_is_credited_once_when_they_are_in(rt: Runtime, client: FlaskClient, number: Number) -> None:
    sita_id = a_member(rt, "Sita", unit="VILLAGE-3")
    code = inviter_code(rt, sita_id)
    caller = Caller(client, number)
    walk(caller, *TO_CODE[:-2])
    with unit_of_work(rt.engine) as unit:
        assert enrolments.credits(unit.db, sita_id) == 0
    go_on(caller, NOTE, "1", code, SILENCE)
    caller.hang_up()
    text(client, number, f"JOIN {code}")
    with unit_of_work(rt.engine) as unit:
        assert enrolments.credits(unit.db, sita_id) == 1
    row = enrolment_of(rt, the_member(rt, number))
    assert (row.flags, row.placed_at) == ([], None)


def test_own_code_brings_nobody(rt: Runtime, client: FlaskClient, number: Number) -> None:
    sita_id = a_member(rt, "Sita", number=number)
    code = inviter_code(rt, sita_id)
    text(client, number, f"JOIN {code}")
    assert texts_to(rt, number) == [rt.words.text(Speak("sms.code_unknown", "hi"))]


def test_second_person_on_the_inviters_own_phone_is_held(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    sita_id = a_member(rt, "Sita", number=number)
    code = inviter_code(rt, sita_id)
    walk(Caller(client, number), "0", "7", "1", "1", *TO_CODE, code, SILENCE)
    row = all_of(rt, Enrolment)[-1]
    assert row.flags == ["self"]
    with unit_of_work(rt.engine) as unit:
        assert enrolments.credits(unit.db, sita_id) == 0


def test_numbers_one_after_the_other_are_held_until_staff_clear_or_refuse_them(
    rt: Runtime, client: FlaskClient, clock: TestClock
) -> None:
    sita_id, staff_id = a_member(rt, "Sita", number=a_number(900_000)), a_person_of_staff(rt)
    code = inviter_code(rt, sita_id)
    for tail in (500_001, 500_002):
        assert a_friend(rt, client, code, a_number(tail)).flags == []
        clock.forward(hours=2)
    held = [a_friend(rt, client, code, a_number(tail)) for tail in (500_003, 500_004)]
    assert [each.flags for each in held] == [["sequence"], ["sequence"]]
    with unit_of_work(rt.engine) as unit:
        assert enrolments.credits(unit.db, sita_id) == 2
        cleared, refused = (unit.db.get_one(Enrolment, each.id) for each in held)
        referrals.clear(unit, rt, cleared, staff_id, 1)
        referrals.refuse(unit, rt, refused, staff_id, 1)
        referrals.clear(unit, rt, refused, staff_id, 1)
        assert enrolments.credits(unit.db, sita_id) == 3
    noted = [each.action for each in all_of(rt, AuditEntry) if each.action.startswith("joining-")]
    assert noted == ["joining-cleared", "joining-refused"]


def test_burst_of_friends_is_held(rt: Runtime, client: FlaskClient) -> None:
    code = inviter_code(rt, a_member(rt, "Sita"))
    rows = [a_friend(rt, client, code, a_number(300_000 + 1000 * each)) for each in range(6)]
    assert [each.flags for each in rows] == [[], [], [], [], [], ["burst"]]
