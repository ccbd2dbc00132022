"""Sending SMS with the real SDK over a real socket: what is asked, and what each answer means."""

import json
from decimal import Decimal

import pytest

from gateway.channels.africastalking.client import Client
from gateway.channels.africastalking.sms import AfricasTalkingSms
from gateway.channels.base import Handed, Outcome
from gateway.errors import NumberRefused, ProviderRefused, ProviderSilent, ProviderUnreachable
from gateway.phones import Number
from tests.gateway.channels.africastalking.payloads import answers, fields
from tests.gateway.channels.stand_in import answer, stand_in

ASHA, RAMESH, SITA = Number("+254722000111"), Number("+254733000222"), Number("+919812345670")
PREMIUM_ID = "ATXid_cb1517115b2941db5fe09c1cb31f0ec4"

REQUESTS = {"sms_request_sdk": ("MEMBRLINE", [ASHA, RAMESH]), "sms_request_hindi": ("", [SITA])}
# We sell nothing, and the JSON endpoint is not in the SDK (africastalking.md C1, E4).
NEVER_ASKED = {"sms_request_premium", "sms_request_bulk_json", "sms_inbox_response_GET"}
TAKEN = {
    "sms_response_queued": [Handed(ASHA, PREMIUM_ID, cost=Decimal("0.8000"), currency="KES")],
    "sms_response_sent": [
        Handed(ASHA, "ATXid_91de061686f65136b5024269a8f5de6c", cost=Decimal("0.8000"), currency="KES"),
        Handed(RAMESH, "ATXid_c2bf48c2c31320517004f147d0c818cd", cost=Decimal("0.8000"), currency="KES"),
    ],
    "sms_response_premium": [Handed(ASHA, PREMIUM_ID, cost=Decimal(0))],
}
REFUSED = {
    "sms_response_401_riskhold": (NumberRefused, Outcome.REJECTED),
    "sms_response_403_invalidphonenumber": (NumberRefused, Outcome.INVALID),
    "sms_response_404_unsupportednumbertype": (NumberRefused, Outcome.FAILED),
    "sms_response_406_userinblacklist": (NumberRefused, Outcome.OPTED_OUT),
    "sms_response_407_couldnotroute": (NumberRefused, Outcome.FAILED),
    "sms_response_409_donotdisturbrejection": (NumberRefused, Outcome.REJECTED),
    "sms_response_500_internalservererror": (ProviderUnreachable, Outcome.NETWORK),
    "sms_response_501_gatewayerror": (ProviderUnreachable, Outcome.NETWORK),
    "sms_response_502_rejectedbygateway": (ProviderUnreachable, Outcome.NETWORK),
}
WHOLE = {
    "sms_response_405_insufficientbalance": ProviderRefused,
    "api_response_throttled": ProviderUnreachable,
}


def sms(server, sender=""):
    return AfricasTalkingSms(Client("memberline", "key", server.url), sender)


def send(body, to):
    with stand_in(answer(201, json.dumps(body))) as server:
        return sms(server).send_sms("Hello", to)


def report(*recipients, message="Sent to 1/1"):
    return {"SMSMessageData": {"Message": message, "Recipients": list(recipients)}}


def recipient(number, code=102, status="Success", message_id="ATXid_1"):
    return {
        "number": number,
        "statusCode": code,
        "status": status,
        "messageId": message_id,
        "cost": "KES 0.8000",
    }


@pytest.mark.parametrize("name", REQUESTS)
def test_request_is_the_sdks_when_sms_are_sent(name):
    sender, to = REQUESTS[name]
    wanted = {"enqueue": "1"} | fields(
        name
    )  # "accepted, answered at once" is the provider's default anyway (C1)
    with stand_in(answer(201, json.dumps(report(*map(recipient, to))))) as server:
        sms(server, sender).send_sms(wanted["message"], to)
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/version1/messaging")
    assert request.form == wanted
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("name", TAKEN)
def test_message_is_taken_when_the_provider_says_so(name):
    with stand_in(answers(name)) as server:
        assert sms(server).send_sms("Hello", [each.number for each in TAKEN[name]]) == TAKEN[name]


@pytest.mark.parametrize("name", REFUSED)
def test_number_is_refused_when_its_entry_says_so(name):
    number = Number("+917003312345") if "404" in name else ASHA
    with stand_in(answers(name)) as server:
        (handed,) = sms(server).send_sms("Hello", [number])
    error, outcome = REFUSED[name]
    assert (type(handed.error), handed.outcome, handed.provider_id) == (error, outcome, None)
    assert handed.error.code.lower() in name


@pytest.mark.parametrize("name", WHOLE)
def test_nothing_is_sent_when_the_account_is_refused(name):
    with stand_in(answers(name)) as server, pytest.raises(WHOLE[name]):
        sms(server).send_sms("Hello", [ASHA])


def test_nothing_is_sent_when_the_sender_is_refused_as_a_whole():
    with pytest.raises(ProviderRefused, match="InvalidSenderId"):
        send(report(message="InvalidSenderId"), [ASHA])


def test_sent_ones_are_kept_when_the_balance_ends_in_between():
    first, second = send(
        report(recipient(RAMESH, 405, "InsufficientBalance", "None"), recipient(ASHA)), [ASHA, RAMESH]
    )
    assert first.provider_id == "ATXid_1"
    assert isinstance(second.error, ProviderRefused)


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        (recipient(ASHA, "102"), type(None)),
        (recipient(ASHA, None), type(None)),
        (recipient(ASHA, None, "Could Not Send", "None"), ProviderSilent),
        (recipient(ASHA, None, "InvalidPhoneNumber", "None"), NumberRefused),
        (recipient(ASHA, 102, "Success", "None"), ProviderSilent),
        (recipient(ASHA, 777, "Evaporated"), type(None)),
        (recipient(ASHA, "²", "Evaporated", None), ProviderSilent),
        (recipient(RAMESH), ProviderSilent),
        (7, ProviderSilent),
    ],
)
def test_entry_is_weighed_when_it_is_odd(entry, wanted):
    (handed,) = send(report(entry), [ASHA])
    assert type(handed.error) is wanted


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"SMSMessageData": None},
        {"SMSMessageData": []},
        report(),
        report(message="Sent to 2/2"),
        report(message=""),
    ],
)
def test_everybody_is_silent_when_the_answer_says_nothing(body):
    if body == report(message=""):
        body["SMSMessageData"].pop("Message")
    assert [type(each.error) for each in send(body, [ASHA, RAMESH])] == [ProviderSilent, ProviderSilent]


def test_answers_follow_the_numbers_when_the_provider_shuffles_them():
    handed = send(
        report(recipient(ASHA, message_id="a"), recipient("254733000222", message_id="r")),
        [RAMESH, ASHA, RAMESH],
    )
    assert [each.provider_id for each in handed] == ["r", "a", "r"]


@pytest.mark.parametrize("words", ["", " \n", "\x00"])
def test_sms_is_a_mistake_when_it_has_no_words(words):
    with stand_in() as server, pytest.raises(ValueError, match="words"):
        sms(server).send_sms(words, [ASHA])


def test_words_are_sent_when_some_cannot_be():
    with stand_in(answers("sms_response_queued")) as server:
        sms(server).send_sms("a\ud800\x00ब", [ASHA])
    assert server.requests[0].form["message"] == "aब"
