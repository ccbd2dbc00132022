"""The contract of `gateway.channels.base`, kept by every provider of the registry."""

import pytest

from flows.steps import WaitDigits, WaitVoiceNote
from gateway.channels.base import Outcome, Speech
from gateway.channels.registry import PROVIDERS
from gateway.errors import CallbackInvalid
from gateway.phones import Number
from tests.gateway.channels.contract import OPENINGS

SITA, RAMESH, LINE = Number("+917000000001"), Number("+917000000002"), Number("+918000000001")
CALLBACK = "https://line.example.org/callbacks/x/SECRET/voice?turn=2"
CLIP = Speech("Hello", "en", "https://line.example.org/clips/1.mp3")


@pytest.fixture(params=sorted(PROVIDERS))
def opening(request):
    return OPENINGS[request.param]


@pytest.fixture
def channels(opening):
    with opening.open() as opened:
        yield opened


def ask(channels, kind, to):
    return channels.voice.place_calls(to, LINE) if kind == "voice" else channels.sms.send_sms("Hello", to)


@pytest.mark.parametrize("kind", ["voice", "sms"])
def test_each_number_has_one_answer_in_order_when_asked(channels, kind):
    handed = ask(channels, kind, [RAMESH, SITA, RAMESH])
    assert [each.number for each in handed] == [RAMESH, SITA, RAMESH]
    assert all(each.provider_id and each.error is None for each in handed)
    assert handed[0] == handed[2]
    assert handed[0].provider_id != handed[1].provider_id


@pytest.mark.parametrize("kind", ["voice", "sms"])
def test_nobody_is_answered_when_nobody_is_asked_for(channels, kind):
    assert ask(channels, kind, []) == []


def test_sms_is_a_mistake_when_it_has_no_words(channels):
    with pytest.raises(ValueError, match="words"):
        channels.sms.send_sms(" ", [SITA])


def test_call_is_read_from_beginning_to_end(channels, opening):
    events = [
        channels.callbacks.parse_voice(opening.posts[name]) for name in ("call_begins", "key_1", "call_over")
    ]
    assert {(each.provider_id, each.number, each.line, each.is_inbound) for each in events} == {
        ("c1", SITA, LINE, False)
    }
    assert [each.is_over for each in events] == [False, False, True]
    assert [each.digits for each in events] == [None, "1", None]
    assert [(each.outcome, each.seconds) for each in events] == [
        (None, None),
        (None, None),
        (Outcome.BUSY, 0),
    ]


def test_messages_are_read(channels, opening):
    callbacks, posts = channels.callbacks, opening.posts
    arrived = callbacks.parse_sms(posts["sms"])
    report = callbacks.parse_receipt(posts["receipt"])
    step = callbacks.parse_ussd(posts["ussd"])
    assert (arrived.provider_id, arrived.number, arrived.line, arrived.text) == ("m1", SITA, "22384", "HELP")
    assert (report.provider_id, report.outcome, report.is_final) == ("m1", Outcome.DELIVERED, True)
    assert callbacks.parse_opt_out(posts["opt_out"]).number == SITA
    assert (step.provider_id, step.service_code, step.text, step.is_over) == ("u1", "*384#", "1*2", False)


@pytest.mark.parametrize("name", ["parse_voice", "parse_sms", "parse_receipt", "parse_opt_out", "parse_ussd"])
def test_post_is_invalid_when_it_is_empty(channels, name):
    with pytest.raises(CallbackInvalid, match="missing"):
        getattr(channels.callbacks, name)({})


@pytest.mark.parametrize("speech", [None, CLIP, Speech("Hello", "en")])
@pytest.mark.parametrize("wait", [None, WaitDigits(), WaitDigits(4, 7), WaitVoiceNote()])
def test_reply_comes_back_to_us_when_it_listens(channels, speech, wait):
    reply = channels.callbacks.render(speech, wait, CALLBACK)
    assert reply.content_type
    assert (CALLBACK in reply.body) is (wait is not None)
    assert speech is None or (speech.clip_url or speech.text) in reply.body


def test_last_words_are_written(channels):
    assert channels.callbacks.decline().body
    assert "Thank you" in channels.callbacks.ussd_reply("Thank you", False).body


def test_screen_says_whether_it_asks_for_more_and_keeps_its_lines(channels):
    asks, ends = (
        channels.callbacks.ussd_reply("How urgent?\n1 Can wait", goes_on).body for goes_on in (True, False)
    )
    assert asks != ends
    assert asks.endswith("How urgent?\n1 Can wait") and ends.endswith("How urgent?\n1 Can wait")


def test_end_of_a_session_is_told_apart_from_an_input(channels, opening):
    over = channels.callbacks.parse_ussd(opening.posts["ussd_over"])
    assert (over.provider_id, over.text, over.is_over) == ("u1", "1*2", True)
    assert (over.outcome, over.seconds) == (Outcome.ANSWERED, 31)


def test_secrets_stay_out_of_sight_when_the_bundle_is_shown(channels, opening):
    assert ("not-for-logs" in channels.secrets()) is opening.is_on_wire
    assert "not-for-logs" not in repr(channels)


def test_every_provider_has_an_opening():
    assert set(OPENINGS) == set(PROVIDERS)
