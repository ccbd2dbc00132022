"""Asking the emulator what became of a call or a text, through the adapter that the house uses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gateway.channels.africastalking.client import Client
from gateway.channels.africastalking.look_up import EmulatorLookUp
from gateway.channels.base import Known, MessageReported, Outcome, VoiceEvent
from gateway.phones import Number
from tests.emulator.conftest import RAMESH, SITA, Desk, FakeGateway, until

LONG_AGO = datetime.now(UTC) - timedelta(minutes=1)


def look_up(desk: Desk) -> EmulatorLookUp:
    return EmulatorLookUp(Client("memberline", "emulator", desk.url))


def find(desk: Desk, kind: str, number: str, since: datetime = LONG_AGO) -> list[Known]:
    return look_up(desk).find(kind, {Number(number): since})[Number(number)]


def test_call_is_known_from_the_start_and_its_end_as_it_was_posted(gateway: FakeGateway, desk: Desk) -> None:
    desk.post("script", number=RAMESH, answers="busy")
    provider_id = desk.call(RAMESH)
    assert [each.provider_id for each in find(desk, "voice", RAMESH)] == [provider_id]
    gateway.final()
    (found,) = find(desk, "voice", RAMESH)
    assert isinstance(found.last, VoiceEvent)
    assert (found.last.provider_id, found.last.outcome) == (provider_id, Outcome.BUSY)
    assert find(desk, "voice", SITA) == []
    assert find(desk, "voice", RAMESH, datetime.now(UTC) + timedelta(hours=1)) == []


def test_text_is_known_with_the_word_of_its_receipt(gateway: FakeGateway, desk: Desk) -> None:
    fields = {"to": f"{RAMESH},{SITA}", "message": "कल मीटिंग है।"}
    desk.phone(SITA, "switch", on=False)
    sent = desk.api("/version1/messaging", **fields).json()["SMSMessageData"]["Recipients"]
    until(lambda: [kind for kind, _ in gateway.posts if kind == "receipts"])
    (found,) = find(desk, "sms", RAMESH)
    assert found.provider_id == sent[0]["messageId"]
    assert isinstance(found.last, MessageReported)
    assert (found.last.outcome, found.last.is_final) == (Outcome.DELIVERED, True)
    (waits,) = find(desk, "sms", SITA)
    assert (waits.provider_id, waits.last) == (sent[1]["messageId"], None)


def test_many_are_asked_about_at_once(gateway: FakeGateway, desk: Desk) -> None:
    ids = {number: desk.call(number) for number in (RAMESH, SITA)}
    found = look_up(desk).find("voice", dict.fromkeys(map(Number, ids), LONG_AGO))
    assert {number: [each.provider_id for each in known] for number, known in found.items()} == {
        number: [provider_id] for number, provider_id in ids.items()
    }


def test_question_without_an_instant_is_refused_with_a_word(desk: Desk) -> None:
    for body in ({"kind": "voice"}, {"since": {RAMESH: "soon"}}, {"since": [1]}):
        answer = desk.http.request(
            "POST",
            f"{desk.url}/version1/look-up",
            json={"username": "memberline", **body},
            headers={"apikey": "emulator"},
        )
        assert (answer.status, "since" in answer.json()["error"]) == (400, True)
