"""Placing calls with the real SDK over a real socket: what is asked, and what each answer means."""

import json

import pytest

from gateway.channels.africastalking.client import Client
from gateway.channels.africastalking.voice import AfricasTalkingVoice
from gateway.channels.base import Handed, Outcome
from gateway.errors import NumberRefused, ProviderRefused, ProviderSilent
from gateway.phones import Number
from tests.gateway.channels.africastalking.payloads import answers, fields
from tests.gateway.channels.stand_in import answer, stand_in

ASHA, RAMESH, LINE = Number("+254722000111"), Number("+254733000222"), Number("+254711000100")
FIRST, SECOND = "ATVId_9bdab36abd4002a5ba799112841e27ee", "ATVId_93c3bbeffba9f812b4f648566a44cbf6"

REQUESTS = {"call_request_sdk"}
# Through the SDK neither a tag nor actions can be sent (africastalking.md 0.10); transfers come later.
NEVER_ASKED = {"call_request_with_tag", "call_request_json_actions", "call_transfer_response"}
RESPONSES = {
    "call_response_queued": [(ASHA, FIRST), (RAMESH, SECOND)],
    "call_response_insufficient_credit": ProviderRefused,
    "call_response_invalid_caller_id": ProviderRefused,
}


def voice(server):
    return AfricasTalkingVoice(Client("memberline", "key", server.url))


def place(body, to=(ASHA, RAMESH), status=200, content_type="application/json"):
    with stand_in(
        answer(status, body if isinstance(body, str) else json.dumps(body), content_type)
    ) as server:
        return voice(server).place_calls(to, LINE)


def entry(number, status="Queued", session=FIRST):
    return {"phoneNumber": number, "status": status, "sessionId": session}


def shown(handed):
    return [(each.number, each.provider_id, type(each.error), each.outcome) for each in handed]


TAKEN, SILENT = (ASHA, FIRST, type(None), None), (RAMESH, None, ProviderSilent, None)


def test_request_is_the_sdks_when_calls_are_placed():
    with stand_in(answers("call_response_queued")) as server:
        handed = voice(server).place_calls([ASHA, RAMESH], LINE)
    assert handed == [Handed(ASHA, FIRST), Handed(RAMESH, SECOND)]
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/call")
    assert request.form == fields("call_request_sdk")
    assert request.body == ("username=memberline&from=%2B254711000100&to=%2B254722000111%2C%2B254733000222")
    assert request.headers["apikey"] == "key"
    assert request.headers["accept"] == "application/json"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("name", [name for name, wanted in RESPONSES.items() if wanted is ProviderRefused])
def test_nobody_is_called_when_the_account_is_refused(name):
    with stand_in(answers(name)) as server, pytest.raises(ProviderRefused) as refusal:
        voice(server).place_calls([ASHA], LINE)
    assert "0711000100" not in str(refusal.value)


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        ("InvalidPhoneNumber", NumberRefused, Outcome.INVALID),
        ("DestinationNotSupported", NumberRefused, Outcome.FAILED),
        ("InsufficientCredit", ProviderRefused, Outcome.FAILED),
        ("InsufficientBalance", ProviderRefused, Outcome.FAILED),
        ("Evaporated", ProviderSilent, None),
        ("Queued", ProviderSilent, None),  # but no call id
    ],
)
def test_each_number_has_its_answer_when_one_is_refused(status, error, outcome):
    body = {"entries": [entry(RAMESH, status, "None"), entry(ASHA)], "errorMessage": "None"}
    assert shown(place(body)) == [TAKEN, (RAMESH, None, error, outcome)]


@pytest.mark.parametrize(
    "body",
    [
        {"entries": [entry("254722000111")], "errorMessage": "None"},  # and no plus
        {"entries": [entry("+254799999999", session="x"), entry(ASHA)]},
        {"entries": [entry(ASHA), 7, None, "x"], "errorMessage": "Invalid callerId: 0711"},
        {"entries": [entry(ASHA), entry(ASHA, "InvalidPhoneNumber")]},
        {"entries": [entry(ASHA, "Evaporated"), entry(RAMESH, session=7)]},
    ],
)
def test_number_is_silent_when_the_answer_leaves_it_out(body):
    assert shown(place(body)) == [TAKEN, SILENT]


@pytest.mark.parametrize(
    "body", [{}, {"entries": []}, {"entries": {"a": 1}, "errorMessage": "None"}, {"entries": None}]
)
def test_everybody_is_silent_when_the_answer_says_nothing(body):
    assert [type(each.error) for each in place(body)] == [ProviderSilent, ProviderSilent]


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "text/plain", "text/html"])
def test_answer_is_read_whatever_its_content_type(content_type):
    handed = place({"entries": [entry(ASHA)]}, [ASHA], 201, content_type)
    assert shown(handed) == [TAKEN]


def test_number_is_asked_once_when_it_stands_twice():
    with stand_in(answers("call_response_queued")) as server:
        handed = voice(server).place_calls([RAMESH, ASHA, RAMESH], LINE)
    assert [each.provider_id for each in handed] == [SECOND, FIRST, SECOND]
    assert server.requests[0].form["to"] == f"{RAMESH},{ASHA}"


@pytest.mark.parametrize(
    "bad", ["+0722000111", "0722000111", "+25472२000111", "+254722000111\n", "+1234", "", "+" + "2" * 16]
)
def test_number_is_not_asked_for_when_it_is_none(bad):
    with stand_in() as server:
        (handed,) = voice(server).place_calls([bad], LINE)
    assert shown([handed]) == [(bad, None, NumberRefused, Outcome.INVALID)]
    assert server.requests == []


def test_nothing_is_asked_when_there_is_nobody():
    with stand_in() as server:
        assert voice(server).place_calls([], LINE) == []
    assert server.requests == []
