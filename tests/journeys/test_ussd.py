"""USSD on the handset, through the real house: join, report by `1`, its words and its urgency, stop, and a session that ends."""

from __future__ import annotations

import pytest

from gateway.models import Call, Member
from gateway.phones import Number
from gateway.rules.consent import ConsentState
from gateway.states import CallState, MemberStatus, Urgency
from gateway.store.reports import TEXT_PURPOSE
from tests.hands import Phone
from tests.house import House, until
from tests.journeys.looks import number_id, report_of, reports_of


@pytest.fixture(autouse=True)
def unhurried(house: House) -> None:
    """Half a minute without an input ends a session: on a hurried clock that is less than a busy machine takes."""
    house.control("speed", speed=1)


def sessions(house: House, number: str) -> list[Call]:
    return house.all_of(Call, Call.number_id == number_id(house, number), Call.channel == "ussd")


def member(house: House, number: str) -> Member:
    return house.all_of(Member, Member.number_id == number_id(house, number))[0]


def in_english(phone: Phone) -> str:
    """Take English where the languages are offered; what is shown then."""
    offered = phone.dial_menu()
    return phone.type(next(line[0] for line in offered.splitlines() if line.endswith("English")))


def test_stranger_joins_by_screen_and_is_known_from_then_on(house: House, number: Number) -> None:
    phone = house.phone(number)
    assert "2 Join us" in in_english(phone)
    shown = phone.type("2")
    while "98 More" in shown:
        shown = phone.type("98")
    assert "Do you agree?" in shown
    for words in ("1", "Asha Devi", "1", "1"):
        phone.type(words)
    assert phone.type("Rampur").startswith("You have joined")
    assert (member(house, number).name, member(house, number).status) == ("Asha Devi", MemberStatus.ACTIVE)
    assert "1 Tell a problem" in phone.dial_menu()


def test_member_reports_by_one_its_words_and_its_urgency(house: House, sita: Phone) -> None:
    assert "1 Dikkat bataiye" in sita.dial_menu()
    sita.type("1")
    assert "2 Jaldi chahiye" in sita.type("chapakal toota * do din se")
    last = sita.type("2")
    report = report_of(house, sita.number)
    kept = house.rt.vault.open_text(report.sealed_text or b"", TEXT_PURPOSE, report.reference)
    assert (report.source, kept, report.urgency) == ("ussd", "chapakal toota * do din se", Urgency.SOON)
    assert report.reference in last
    assert until(lambda: any(report.reference in text for text in sita.inbox()))
    assert until(lambda: sessions(house, sita.number)[0].seconds is not None)


def test_stop_on_a_screen_stops_everything(house: House, sita: Phone) -> None:
    sita.dial_menu()
    sita.type("STOP")
    assert until(lambda: member(house, sita.number).consent == ConsentState.NONE)


def test_session_that_times_out_goes_on_in_the_next_one(house: House, sita: Phone) -> None:
    sita.dial_menu()
    sita.type("1")
    sita.type("chapakal toota hai")
    house.control("speed", speed=60)
    until(lambda: sessions(house, sita.number)[0].state == CallState.ENDED)
    house.control("speed", speed=1)
    assert "2 Jaldi chahiye" in sita.dial_menu()
    sita.type("1")
    assert [report.urgency for report in reports_of(house, sita.number)] == [Urgency.CAN_WAIT]
