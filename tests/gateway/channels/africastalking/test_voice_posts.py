"""Posts about calls, as the provider sends them, and as it never should."""

from dataclasses import replace
from decimal import Decimal

import pytest

from gateway.channels.africastalking.voice import CAUSES, parse_voice
from gateway.channels.base import Outcome, VoiceEvent
from gateway.errors import CallbackInvalid
from tests.gateway.channels.africastalking.payloads import fields

ASHA, RAMESH, LINE = "+254722000111", "+254733000222", "+254711000100"
FIRST = "ATVId_87473621b9654b1fead1a02ee6804ee2"
ANSWERED = "ATVId_9bdab36abd4002a5ba799112841e27ee"

IN = VoiceEvent(FIRST, ASHA, LINE, is_inbound=True, is_over=False)
OUT = VoiceEvent(ANSWERED, RAMESH, LINE, is_inbound=False, is_over=False)
OVER = replace(IN, is_over=True, outcome=Outcome.ANSWERED, currency="KES")
MISSED = replace(OUT, number=ASHA, is_over=True, seconds=0, cost=Decimal(0), currency="KES")

EVENTS = {
    "voice_inbound_first": IN,
    "voice_inbound_first_indian_caller": replace(
        IN, provider_id="ATVId_7a3b2daf84861f1fe515d7ccbd19503c", number="+919812345670"
    ),
    "voice_after_getdigits": replace(IN, digits="1"),
    "voice_after_getdigits_multi": replace(IN, digits="4821"),
    "voice_after_getdigits_with_finish_key": replace(IN, digits="4821"),
    "voice_after_silence_redirect": IN,
    "voice_after_record": replace(
        IN, recording_url="https://recordings.example.net/11aa59c74eabfa2778bed7922b228b08.mp3"
    ),
    "voice_inbound_final": replace(OVER, seconds=63, cost=Decimal("2.000")),
    "voice_inbound_final_rejected": replace(
        OVER, provider_id="ATVId_fd02e4a519a256626d40100824958412", seconds=0, cost=Decimal("0.000")
    ),
    "voice_inbound_final_terminal_record": replace(
        OVER,
        provider_id="ATVId_ba394d5f3eacb785c2b913da5f350e2e",
        number=RAMESH,
        seconds=95,
        cost=Decimal("3.000"),
        recording_url="http://192.0.2.10:8080/6bcc9f75809b1c7c8a4fbc8e9accb5c0.mp3",
    ),
    "voice_outbound_answered": OUT,
    "voice_outbound_final_answered": replace(
        OUT, is_over=True, outcome=Outcome.ANSWERED, seconds=41, cost=Decimal("4.000"), currency="KES"
    ),
    "voice_outbound_final_user_busy": replace(
        MISSED, provider_id="ATVId_310a72ae5fd8108ba758eeb57db9f3f8", outcome=Outcome.BUSY
    ),
    "voice_outbound_final_no_answer": replace(
        MISSED, provider_id="ATVId_3c156f1d93507a1362d2494e39264159", outcome=Outcome.NO_ANSWER
    ),
    "voice_outbound_final_call_rejected": replace(
        MISSED, provider_id="ATVId_a12ab1b5ea851a96ea87c616da518fff", outcome=Outcome.REJECTED
    ),
    "voice_outbound_final_unallocated_number": replace(
        MISSED, provider_id="ATVId_0a9558717f2c85ef6567be262af69ad5", outcome=Outcome.INVALID
    ),
    "voice_outbound_answered_with_tag": replace(
        OUT, provider_id="ATVId_93c3bbeffba9f812b4f648566a44cbf6", number=ASHA
    ),
    "voice_queue_dequeued": replace(IN, provider_id="ATVId_ff33f1b12213e021c2c4a888141953ba"),
}
UNREADABLE = {"voice_event_transfer_completed": "sessionId is missing"}

LAST = "voice_outbound_final_no_answer"


@pytest.mark.parametrize("name", EVENTS)
def test_post_becomes_event_when_real(name):
    assert replace(parse_voice(fields(name)), raw={}) == EVENTS[name]


@pytest.mark.parametrize("name", EVENTS)
def test_post_is_kept_whole_when_read(name):
    assert parse_voice(fields(name)).raw == fields(name)


@pytest.mark.parametrize(("name", "reason"), UNREADABLE.items())
def test_post_is_refused_when_it_names_no_call(name, reason):
    with pytest.raises(CallbackInvalid, match=reason):
        parse_voice(fields(name))


@pytest.mark.parametrize("state", ["Completed", "CallTerminated", "Active", "none of them"])
def test_call_goes_on_whatever_the_state_says(state):
    event = parse_voice(fields("voice_inbound_first") | {"callSessionState": state, "status": "Success"})
    assert (event.is_over, event.outcome, event.seconds) == (False, None, None)


@pytest.mark.parametrize(
    ("status", "cause", "outcome"),
    [
        *(("NotAnswered", cause, outcome) for cause, outcome in CAUSES.items() if cause != "NORMAL_CLEARING"),
        ("NotAnswered", "NORMAL_CLEARING", Outcome.NO_ANSWER),
        ("NotAnswered", "None", Outcome.NO_ANSWER),
        ("Success", "RECOVERY_ON_TIMER_EXPIRE", Outcome.ANSWERED),
        ("Aborted", "", Outcome.FAILED),
        ("Aborted", "USER_BUSY", Outcome.BUSY),
        ("", "NORMAL_CLEARING", Outcome.ANSWERED),
        ("", "SUBSCRIBER_ABSENT", Outcome.OFF),
        ("", "", Outcome.UNKNOWN),
        ("NotAnswered", "COSMIC_RAYS", Outcome.NO_ANSWER),
        ("Evaporated", "", Outcome.UNKNOWN),
        ("Evaporated", "NORMAL_CLEARING", Outcome.UNKNOWN),
        ("Evaporated", "CALL_REJECTED", Outcome.REJECTED),
    ],
)
def test_outcome_is_the_cause_when_the_call_is_over(status, cause, outcome):
    assert parse_voice(fields(LAST) | {"status": status, "hangupCause": cause}).outcome == outcome


@pytest.mark.parametrize("null", ["absent", "", "None", "  "])
@pytest.mark.parametrize(
    "name", ["dtmfDigits", "recordingUrl", "durationInSeconds", "amount", "currencyCode"]
)
def test_null_is_none_however_it_is_spelt(name, null):
    post = fields(LAST) | {name: null}
    if null == "absent":
        del post[name]
    event = parse_voice(post)
    ours = {"dtmfDigits": "digits", "recordingUrl": "recording_url", "durationInSeconds": "seconds"}
    assert getattr(event, ours.get(name, {"amount": "cost"}.get(name, "currency"))) is None


@pytest.mark.parametrize(
    ("keys", "digits"),
    [("1", "1"), ("12#", "12"), ("#", "#"), ("*#", "*"), ("0*9", "0*9"), ("1" * 32, "1" * 32)],
)
def test_digits_are_read_when_they_are_keys(keys, digits):
    assert parse_voice(fields("voice_inbound_first") | {"dtmfDigits": keys}).digits == digits


@pytest.mark.parametrize("keys", ["²", "१", "1 2", "Q", "1" * 33, "1" * 5000, "1\n2", "+1", "１"])
def test_digits_are_refused_when_no_phone_has_such_keys(keys):
    with pytest.raises(CallbackInvalid, match="dtmfDigits") as refusal:
        parse_voice(fields("voice_inbound_first") | {"dtmfDigits": keys})
    assert keys not in str(refusal.value)


@pytest.mark.parametrize("name", ["sessionId", "isActive", "direction", "destinationNumber", "callerNumber"])
def test_post_is_refused_when_a_field_is_missing(name):
    post = fields("voice_inbound_first")
    del post[name]
    with pytest.raises(CallbackInvalid, match=f"{name} is missing"):
        parse_voice(post)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("isActive", "2"),
        ("isActive", "１"),
        ("direction", "Sideways"),
        ("sessionId", "A" * 129),
        ("recordingUrl", "h" * 4097),
    ],
)
def test_post_is_refused_when_a_value_is_impossible(name, value):
    with pytest.raises(CallbackInvalid, match=name) as refusal:
        parse_voice(fields("voice_inbound_first") | {name: value})
    assert value not in str(refusal.value)


@pytest.mark.parametrize("withheld", ["", "None"])
def test_caller_is_nobody_when_the_number_is_withheld(withheld):
    assert parse_voice(fields("voice_inbound_first") | {"callerNumber": withheld}).number == ""


@pytest.mark.parametrize("odd", ["²", "9" * 4000, "-1", "1e9", "x"])
def test_call_still_ends_when_a_figure_is_odd(odd):
    event = parse_voice(
        fields(LAST) | {"durationInSeconds": odd, "amount": odd.replace("-1", "--"), "currencyCode": odd}
    )
    assert (event.is_over, event.seconds, event.cost, event.currency) == (True, None, None, None)


def test_post_is_cleaned_when_it_cannot_be_stored():
    event = parse_voice(
        fields("voice_inbound_first") | {"callerNumber": "\x00+2547\ud800", "new\x00Field": "\udfff"}
    )
    assert event.number == "+2547"
    assert event.raw["newField"] == ""
