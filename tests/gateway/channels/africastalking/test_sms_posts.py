"""Incoming SMS, receipts, opt-outs and USSD, as the provider posts them."""

from dataclasses import replace
from decimal import Decimal

import pytest

from gateway.channels.africastalking.sms import FAILURES, parse_opt_out, parse_receipt, parse_sms
from gateway.channels.africastalking.ussd import parse_ussd, ussd_reply
from gateway.channels.base import MessageArrived, MessageReported, OptedOut, Outcome, Reply, UssdStep
from gateway.errors import CallbackInvalid
from tests.gateway.channels.africastalking.payloads import CASES, fields

ASHA, RAMESH = "+254722000111", "+254733000222"
SENT = MessageReported("ATXid_9948c645c094247794f4c7acdbeb2bb6", ASHA, Outcome.SENT, is_final=False)
STEP = UssdStep("ATUid_e4774cdda0793f86414e8b9140bb6db4", ASHA, "*384*44135#", "")

EVENTS = {
    "sms_incoming": (parse_sms, MessageArrived("ec9adc86-51d5-4bc8-8eb0-000000000001", ASHA, "22384", "YES")),
    "sms_incoming_space_date": (
        parse_sms,
        MessageArrived("ec9adc86-51d5-4bc8-8eb0-000000000002", RAMESH, "22384", "BALANCE"),
    ),
    "sms_incoming_sandbox": (
        parse_sms,
        MessageArrived("ATXid_ae7be26cdaa742ca148068d5ac90eaca", ASHA, "12345", "JOIN Asha 560001"),
    ),
    "sms_delivery_sent": (parse_receipt, SENT),
    "sms_delivery_submitted": (parse_receipt, SENT),
    "sms_delivery_buffered": (parse_receipt, SENT),
    "sms_delivery_success": (parse_receipt, replace(SENT, outcome=Outcome.DELIVERED, is_final=True)),
    "sms_delivery_failed_deliveryfailure": (
        parse_receipt,
        replace(SENT, outcome=Outcome.FAILED, is_final=True),
    ),
    "sms_delivery_failed_userdoesnotexist": (
        parse_receipt,
        replace(SENT, outcome=Outcome.INVALID, is_final=True),
    ),
    "sms_delivery_expired": (parse_receipt, replace(SENT, outcome=Outcome.OFF, is_final=True)),
    "sms_opt_out": (parse_opt_out, OptedOut(RAMESH)),
    "sms_subscription_removed": (parse_opt_out, OptedOut(ASHA)),
    "sms_subscription_added": (parse_opt_out, OptedOut(ASHA, is_out=False)),
    "ussd_step_0": (parse_ussd, STEP),
    "ussd_step_1": (parse_ussd, replace(STEP, text="1")),
    "ussd_step_2": (parse_ussd, replace(STEP, text="1*2")),
    "ussd_session_end": (
        parse_ussd,
        replace(STEP, text="1*2", is_over=True, outcome=Outcome.ANSWERED, seconds=12, cost=Decimal("0.10")),
    ),
    "ussd_session_end_incomplete": (
        parse_ussd,
        replace(
            STEP,
            provider_id="ATUid_270c1b084f3f146eb5787075158d9c53",
            number=RAMESH,
            is_over=True,
            outcome=Outcome.ANSWERED,
            seconds=31,
            cost=Decimal("0.10"),
        ),
    ),
}
SCREENS = {
    "ussd_reply_end": ("Your dues are paid.", False),
    "ussd_reply_continue": ("Memberline\n1. My dues\n2. Next meeting", True),
}


@pytest.mark.parametrize("name", EVENTS)
def test_post_becomes_event_when_real(name):
    parse, event = EVENTS[name]
    assert replace(parse(fields(name)), raw={}) == event


def test_post_is_refused_when_it_is_something_else():
    with pytest.raises(CallbackInvalid, match="neither addition nor deletion"):
        parse_opt_out(fields("sms_subscription_added") | {"updateType": "renewal"})


@pytest.mark.parametrize("text", ["", "None", " None ", "बिजली बंद है", "x" * 65_536, "1\n2", "{{7*7}}"])
def test_words_arrive_as_they_are_when_read(text):
    assert parse_sms(fields("sms_incoming") | {"text": text}).text == text


def test_words_lose_only_what_cannot_be_stored():
    assert parse_sms(fields("sms_incoming") | {"text": "a\x00b\ud83dc🙂"}).text == "abc🙂"


@pytest.mark.parametrize(("reason", "outcome"), FAILURES.items())
@pytest.mark.parametrize("status", ["Failed", "Rejected"])
def test_receipt_says_why_when_it_failed(status, reason, outcome):
    report = parse_receipt(fields("sms_delivery_sent") | {"status": status, "failureReason": reason})
    assert (report.outcome, report.is_final) == (outcome, True)


@pytest.mark.parametrize(
    ("status", "reason", "outcome", "is_final"),
    [
        ("Rejected", "", Outcome.REJECTED, True),
        ("Failed", "MoonPhase", Outcome.FAILED, True),
        ("AbsentSubscriber", "", Outcome.OFF, True),
        ("Evaporated", "UserDoesNotExist", Outcome.UNKNOWN, False),
        ("Success", "UserDoesNotExist", Outcome.DELIVERED, True),
    ],
)
def test_receipt_is_weighed_when_it_is_odd(status, reason, outcome, is_final):
    report = parse_receipt(fields("sms_delivery_sent") | {"status": status, "failureReason": reason})
    assert (report.outcome, report.is_final) == (outcome, is_final)


@pytest.mark.parametrize(
    ("parse", "name", "field"),
    [
        *((parse_sms, "sms_incoming", field) for field in ("id", "from", "to", "text")),
        *((parse_receipt, "sms_delivery_sent", field) for field in ("id", "status")),
        (parse_opt_out, "sms_opt_out", "phoneNumber"),
        *(
            (parse_ussd, "ussd_step_1", field)
            for field in ("sessionId", "phoneNumber", "serviceCode", "text")
        ),
    ],
)
def test_post_is_refused_when_a_field_is_missing(parse, name, field):
    post = fields(name)
    del post[field]
    with pytest.raises(CallbackInvalid, match=f"{field} is missing"):
        parse(post)


@pytest.mark.parametrize(
    ("parse", "name", "field", "length"),
    [
        (parse_sms, "sms_incoming", "id", 129),
        (parse_sms, "sms_incoming", "text", 65_537),
        (parse_receipt, "sms_delivery_sent", "status", 4097),
        (parse_ussd, "ussd_step_1", "text", 65_537),
    ],
)
def test_post_is_refused_when_a_field_is_too_long(parse, name, field, length):
    with pytest.raises(CallbackInvalid, match=f"{field} is too long"):
        parse(fields(name) | {field: "7" * length})


@pytest.mark.parametrize("name", SCREENS)
def test_screen_is_what_the_provider_expects(name):
    assert ussd_reply(*SCREENS[name]) == Reply(CASES[name]["body"], CASES[name]["content_type"])


def test_screen_is_cut_when_it_is_too_long():
    body = ussd_reply("word " * 100, False).body
    assert len(body) <= 182
    assert body.endswith("...")
