"""The provider that delivers to a list, and its script."""

import pytest

from gateway.channels.base import Handed, Outcome
from gateway.channels.loopback import LoopbackCallbacks, LoopbackSms, LoopbackVoice, Placed, Sent
from gateway.errors import CallbackInvalid, NumberRefused, ProviderSilent, ProviderUnreachable
from gateway.phones import Number
from tests.gateway.channels.contract import LOOP_CALL

SITA, RAMESH, LINE = Number("+917000000001"), Number("+917000000002"), Number("+918000000001")


def test_calls_are_kept_when_placed():
    voice = LoopbackVoice()
    voice.place_calls([SITA, RAMESH], LINE)
    assert voice.placed == [Placed(SITA, LINE, "loop-call-1"), Placed(RAMESH, LINE, "loop-call-2")]


def test_sms_are_kept_when_sent():
    sms = LoopbackSms()
    sms.send_sms("Hello", [SITA])
    sms.send_sms("Again", [SITA])
    assert sms.sent == [Sent(SITA, "Hello", "loop-sms-1"), Sent(SITA, "Again", "loop-sms-2")]


def test_number_is_refused_when_the_script_says_so():
    voice, error = LoopbackVoice(), NumberRefused("no such number")
    voice.script.refuse(SITA, error, Outcome.INVALID)
    assert voice.place_calls([SITA], LINE) == [Handed(SITA, error=error, outcome=Outcome.INVALID)]
    assert voice.placed == []


def test_requests_fail_in_turn_when_the_script_says_so():
    sms = LoopbackSms()
    sms.script.fail(ProviderUnreachable("busy", 3))
    sms.script.fail(ProviderSilent("hung"))
    with pytest.raises(ProviderUnreachable):
        sms.send_sms("Hello", [SITA])
    with pytest.raises(ProviderSilent):
        sms.send_sms("Hello", [SITA])
    assert sms.send_sms("Hello", [SITA])[0].provider_id


@pytest.mark.parametrize(
    "odd", [{"is_over": "maybe"}, {"is_over": "yes"}, {"is_over": "yes", "outcome": "x"}, {"is_inbound": ""}]
)
def test_post_is_refused_when_it_is_odd(odd):
    with pytest.raises(CallbackInvalid):
        LoopbackCallbacks().parse_voice(LOOP_CALL | odd)


def test_post_is_refused_when_its_seconds_are_odd():
    with pytest.raises(CallbackInvalid, match="seconds"):
        LoopbackCallbacks().parse_voice(LOOP_CALL | {"is_over": "yes", "outcome": "busy", "seconds": "²"})
