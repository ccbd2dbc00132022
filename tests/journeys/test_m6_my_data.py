"""M6: what is kept about me, what is wrong with it, and to be forgotten; by voice and by SMS."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import Call, Delivery, Erasure, Member, PhoneNumber, RightsRequest
from gateway.phones import Number
from gateway.rights import erase
from gateway.rights.requests import words_of
from gateway.runtime import Runtime
from gateway.states import DeliveryReason
from tests.builders import a_member, a_number
from tests.lines import ANSWERS, Caller
from tests.walks import NOTE, SILENCE, all_of, go_on, picked_up, text, texts_to, walk, words


@pytest.fixture
def number() -> Number:
    return a_number()


def calls_owed(rt: Runtime) -> list[Delivery]:
    return [each for each in all_of(rt, Delivery) if each.reason == DeliveryReason.RING]


def test_what_is_kept_is_told_in_counts_and_never_in_contents(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    a_member(rt, "Sita", number=number)
    text(client, number, "REPORT the pump is broken")
    said = walk(Caller(client, number, line=ANSWERS), "0", "5", SILENCE)
    assert words(rt, "my_data.kept") in said
    counts = {
        "calls": rt.words.number("hi", 1),
        "messages": rt.words.number("hi", 1),
        "reports": rt.words.number("hi", 1),
        "notes": rt.words.number("hi", 0),
    }
    assert words(rt, "my_data.counts", **counts) in said
    month = rt.words.month("hi", rt.clock().date())
    assert month in said and "pump" not in said and "Sita" not in said


def test_what_is_wrong_is_said_or_written_and_staff_have_it(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    member_id = a_member(rt, "Sita", number=number)
    assert words(rt, "my_data.wrong_kept") in walk(
        Caller(client, number, line=ANSWERS), "0", "5", SILENCE, "1", NOTE
    )
    text(client, number, "MYDATA my village is Rampur")
    spoken, written = all_of(rt, RightsRequest)
    assert (spoken.kind, spoken.member_id, spoken.voice_note_id is not None) == (
        "correction",
        member_id,
        True,
    )
    assert words_of(rt, written) == "my village is Rampur"
    assert written.sealed_text is not None and b"Rampur" not in written.sealed_text


def test_who_rings_in_is_rung_back_before_anything_is_forgotten(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    member_id = a_member(rt, "Sita", number=number)
    caller = Caller(client, number, line=ANSWERS)
    assert words(rt, "my_data.rings_back") in walk(caller, "0", "5", SILENCE, "2")
    caller.hang_up()
    assert all_of(rt, Erasure) == []
    ours = picked_up(rt, client)
    assert words(rt, "forgetting.hello") in ours.ring()
    assert words(rt, "forgetting.done") in go_on(ours, "1")
    ours.hang_up()
    with unit_of_work(rt.engine) as unit:
        member = unit.db.get_one(Member, member_id)
        assert member.erased_at is not None and member.name == ""
        assert unit.db.scalars(select(Erasure)).one().how == "key"
        assert unit.db.scalars(select(PhoneNumber)).one().sealed == b""
        assert [each.facts for each in unit.db.scalars(select(Call))] == [None, None]
        assert unit.db.scalars(select(RightsRequest)).one().outcome == "erased"


def test_rung_back_silence_keeps_everything(rt: Runtime, client: FlaskClient, number: Number) -> None:
    member_id = a_member(rt, "Sita", number=number)
    text(client, number, "मिटाओ")
    assert texts_to(rt, number) == [rt.words.texts["hi"]["sms.forget"]]
    ours = picked_up(rt, client)
    ours.ring()
    assert words(rt, "forgetting.kept") in go_on(ours, SILENCE, SILENCE)
    with unit_of_work(rt.engine) as unit:
        assert unit.db.get_one(Member, member_id).erased_at is None
    assert all_of(rt, RightsRequest)[0].outcome == "kept"


def test_asking_twice_by_sms_rings_once(rt: Runtime, client: FlaskClient, number: Number) -> None:
    a_member(rt, "Sita", number=number)
    text(client, number, "FORGET")
    text(client, number, "forget me")
    assert len(calls_owed(rt)) == 1
    assert len(all_of(rt, RightsRequest)) == 1


def test_on_a_shared_phone_the_one_who_was_named_is_forgotten(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    sita, ramesh = a_member(rt, "Sita", number=number), a_member(rt, "Ramesh", number=number)
    text(client, number, "FORGET")
    ours = picked_up(rt, client)
    ours.ring()
    assert words(rt, "forgetting.done") in go_on(ours, "2", "1")
    with unit_of_work(rt.engine) as unit:
        assert unit.db.get_one(Member, ramesh).erased_at is not None
        assert unit.db.get_one(Member, sita).erased_at is None
        assert unit.db.scalars(select(PhoneNumber)).one().sealed != b""


def test_a_text_says_counts_only(rt: Runtime, client: FlaskClient, number: Number) -> None:
    a_member(rt, "Sita", number=number, language="en")
    text(client, number, "My data")
    (said,) = texts_to(rt, number)
    assert "messages: 1" in said and "Sita" not in said


def test_the_last_text_is_sent_before_the_number_goes(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    member_id = a_member(rt, "Sita", number=number)
    text(client, number, "HELP")
    with unit_of_work(rt.engine) as unit:
        erase.erase(unit, rt, member_id, erase.STAFF)
    assert [each.state for each in all_of(rt, Delivery)] == ["cancelled"]
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(PhoneNumber)).one().sealed == b""
