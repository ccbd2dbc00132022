"""Asking the emulator what became of a call or a text, through the adapter that the house uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.channels.africastalking.client import Client
from gateway.channels.africastalking.look_up import EmulatorLookUp
from gateway.channels.base import MessageReported, Outcome, VoiceEvent
from gateway.phones import Number
from tests.emulator.conftest import RAMESH, SITA, Desk, FakeGateway, until

LONG_AGO = datetime.now(UTC) - timedelta(minutes=1)


def look_up(desk: Desk) -> EmulatorLookUp:
    return EmulatorLookUp(Client("memberline", "emulator", desk.url))


def test_call_is_known_from_the_start_and_its_end_as_it_was_posted(gateway: FakeGateway, desk: Desk) -> None:
    desk.post("script", number=RAMESH, answers="busy")
    provider_id = desk.call(RAMESH)
    assert [each.provider_id for each in look_up(desk).find("voice", Number(RAMESH), LONG_AGO)] == [
        provider_id
    ]
    gateway.final()
    (found,) = look_up(desk).find("voice", Number(RAMESH), LONG_AGO)
    assert isinstance(found.last, VoiceEvent)
    assert (found.last.provider_id, found.last.outcome) == (provider_id, Outcome.BUSY)
    assert look_up(desk).find("voice", Number(SITA), LONG_AGO) == []
    assert look_up(desk).find("voice", Number(RAMESH), datetime.now(UTC) + timedelta(hours=1)) == []


def test_text_is_known_with_the_word_of_its_receipt(gateway: FakeGateway, desk: Desk) -> None:
    fields = {"to": f"{RAMESH},{SITA}", "message": "कल मीटिंग है।"}
    desk.phone(SITA, "switch", on=False)
    sent = desk.api("/version1/messaging", **fields).json()["SMSMessageData"]["Recipients"]
    until(lambda: [kind for kind, _ in gateway.posts if kind == "receipts"])
    (found,) = look_up(desk).find("sms", Number(RAMESH), LONG_AGO)
    assert found.provider_id == sent[0]["messageId"]
    assert isinstance(found.last, MessageReported)
    assert (found.last.outcome, found.last.is_final) == (Outcome.DELIVERED, True)
    (waits,) = look_up(desk).find("sms", Number(SITA), LONG_AGO)
    assert (waits.provider_id, waits.last) == (sent[1]["messageId"], None)
