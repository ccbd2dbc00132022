"""D30: a missed call on the call-back line is declined and rung back within a minute, once, at any hour."""

from __future__ import annotations

import time

from gateway.models import Delivery
from gateway.phones import Number
from gateway.states import DeliveryReason
from tests.hands import CALLS_BACK, Phone
from tests.house import House, until
from tests.journeys.looks import number_id, report_of, words


def call_backs(house: House, number: str) -> list[Delivery]:
    return house.all_of(
        Delivery, Delivery.number_id == number_id(house, number), Delivery.reason == DeliveryReason.RING
    )


def test_ring_is_declined_and_called_back_within_a_minute(house: House, sita: Phone) -> None:
    sita.answers_with({})
    began = time.monotonic()
    assert sita.call(to=CALLS_BACK).outcome == "declined"
    until(lambda: sita.calls("Outbound"), 60)
    assert time.monotonic() - began < 60
    organisation = house.rt.settings.organisation
    assert words(house, "greeting.call_back", organisation=organisation) in sita.rung().words


def test_member_reports_on_the_call_back(house: House, sita: Phone) -> None:
    sita.answers_with({1: "1", 2: "2"}, speak_seconds=3.0)
    sita.call(to=CALLS_BACK)
    assert report_of(house, sita.number).voice_note_id is not None


def test_ten_rings_make_one_call_back(house: House, sita: Phone) -> None:
    sita.take()
    for _ in range(10):
        sita.dial(CALLS_BACK)
        until(lambda: sita.show()["state"] != "dialling")
        if sita.show()["state"] == "ringing":
            sita.hang_up()
    until(lambda: len(sita.calls("Inbound")) == 10)
    until(lambda: len(sita.calls("Outbound")) == 1)
    assert len(call_backs(house, sita.number)) == 1


def test_stranger_is_called_back_and_may_join(house: House, number: Number) -> None:
    phone = house.phone(number)
    phone.answers_with({})
    phone.call(to=CALLS_BACK)
    assert "मिस कॉल आई थी" in phone.rung().words


def test_foreign_number_is_not_called_back(house: House) -> None:
    phone = house.phone("+254700000001")
    phone.call(to=CALLS_BACK)
    assert call_backs(house, "+254700000001") == []
