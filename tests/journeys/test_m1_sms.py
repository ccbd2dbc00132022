"""M1 by SMS: JOIN, the notice, one word that joins, then name and village; resumable, in the words of three languages."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from flows.steps import Speak
from gateway import codes
from gateway.db import unit_of_work
from gateway.models import Report
from gateway.phones import Number
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store.enrolments import PLACE_PURPOSE
from tests.builders import a_member, a_number, a_unit
from tests.walks import all_of, enrolment_of, ledger_of, members_on, text, texts_to, the_member


@pytest.fixture
def number() -> Number:
    return a_number()


def wrote(rt: Runtime, prompt: str, **values: str) -> str:
    return rt.words.text(Speak(prompt, "hi", {"organisation": rt.settings.organisation, **values}))


@pytest.mark.parametrize("word", ["JOIN", "judna", "जुड़ना", "যোগ"])
@pytest.mark.parametrize("yes", ["1", "हाँ"])
def test_one_word_joins_then_name_and_village_are_asked(
    rt: Runtime, client: FlaskClient, number: Number, word: str, yes: str
) -> None:
    for said in (word, yes, "सीता देवी", "रामपुर"):
        text(client, number, said)
    member = the_member(rt, number)
    assert (member.status, member.is_adult, member.name) == (MemberStatus.ACTIVE, True, "सीता देवी")
    assert ledger_of(rt, member) == [("given", "sms", "sms_join.ask")]
    row = enrolment_of(rt, member)
    assert (row.way, row.joined_at) == ("sms", rt.clock())
    assert rt.vault.open_text(row.sealed_place or b"", PLACE_PURPOSE, member.id) == "रामपुर"
    assert texts_to(rt, number) == [
        wrote(rt, "sms_join.ask"),
        f"{wrote(rt, 'sms_join.done')} {wrote(rt, 'sms_join.name')}",
        wrote(rt, "sms_join.place"),
        wrote(rt, "sms_join.thanks"),
    ]
    assert all_of(rt, Report) == []


def test_code_written_with_join_places_the_member(rt: Runtime, client: FlaskClient, number: Number) -> None:
    code = a_class(rt)
    for said in (f"JOIN {code}", "yes", "Sita"):
        text(client, number, said)
    assert texts_to(rt, number)[-1] == wrote(rt, "sms_join.thanks")
    assert is_in(rt, the_member(rt, number).unit_id, "VILLAGE-9")


def test_code_written_where_the_village_was_asked_places_the_member(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    code = a_class(rt)
    for said in ("JOIN", "1", "Sita", code):
        text(client, number, said)
    member = the_member(rt, number)
    assert is_in(rt, member.unit_id, "VILLAGE-9")
    assert enrolment_of(rt, member).sealed_place is None


def test_member_who_is_in_credits_the_class_by_one_text(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    code = a_class(rt)
    a_member(rt, "Sita", number=number, unit="BOOTH-1")
    text(client, number, f"JOIN {code}")
    assert texts_to(rt, number) == [wrote(rt, "sms.code_kept", unit="Village 9")]
    assert is_in(rt, the_member(rt, number).unit_id, "BOOTH-1")


def test_member_who_is_in_is_told_so(rt: Runtime, client: FlaskClient, number: Number) -> None:
    a_member(rt, "Sita", number=number)
    text(client, number, "JOIN")
    assert texts_to(rt, number)[0].startswith(wrote(rt, "sms.joined", line="").split(".")[0])


@pytest.mark.parametrize("no", ["2", "नहीं", "no"])
def test_no_enrols_nobody(rt: Runtime, client: FlaskClient, number: Number, no: str) -> None:
    text(client, number, "JOIN")
    text(client, number, no)
    assert members_on(rt, number) == []
    assert texts_to(rt, number)[-1] == wrote(rt, "sms_join.declined")


def test_neither_yes_nor_no_is_no_consent_and_is_kept_for_staff(
    rt: Runtime, client: FlaskClient, number: Number
) -> None:
    for said in ("JOIN", "kya hai", "pata nahi"):
        text(client, number, said)
    assert all(each.consent == ConsentState.NONE for each in members_on(rt, number))
    assert len(all_of(rt, Report)) == 2


def test_stop_while_the_name_is_asked_stops(rt: Runtime, client: FlaskClient, number: Number) -> None:
    for said in ("JOIN", "1", "STOP"):
        text(client, number, said)
    assert the_member(rt, number).consent == ConsentState.NONE


def test_report_while_the_name_is_asked_is_a_report(rt: Runtime, client: FlaskClient, number: Number) -> None:
    for said in ("JOIN", "1", "REPORT hand pump is dry", "Sita"):
        text(client, number, said)
    assert len(all_of(rt, Report)) == 1
    assert the_member(rt, number).name == "Sita"


def test_invite_from_a_stranger_opens_nothing(rt: Runtime, client: FlaskClient, number: Number) -> None:
    text(client, number, "INVITE")
    assert texts_to(rt, number) == [wrote(rt, "sms.join_first")]


def a_class(rt: Runtime) -> str:
    with unit_of_work(rt.engine) as unit:
        place = a_unit(unit.db, "VILLAGE-9", "Village 9", "village", "BLOCK-9")
        return codes.open_class(unit, rt, unit_id=place.id, trainer_id=None).code


def is_in(rt: Runtime, unit_id: int, code: str) -> bool:
    with unit_of_work(rt.engine) as unit:
        return a_unit(unit.db, code).id == unit_id
