"""No case of `payloads.toml` is left out, and no post of any shape gets past CallbackInvalid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.africastalking.sms import parse_opt_out, parse_receipt, parse_sms
from gateway.channels.africastalking.ussd import parse_ussd
from gateway.channels.africastalking.voice import parse_voice
from gateway.errors import CallbackInvalid
from tests.gateway.channels.africastalking import (
    test_client,
    test_place_calls,
    test_send_sms,
    test_sms_posts,
    test_voice_posts,
    test_xml,
)
from tests.gateway.channels.africastalking.payloads import CASES

NOT_WRITTEN = {"ussd_reply_continue"}  # every USSD dialogue ends for now
PARSERS = [parse_voice, parse_sms, parse_receipt, parse_opt_out, parse_ussd]
POSTS = [case["fields"] for case in CASES.values() if case["kind"] == "callback"]
NASTY = st.sampled_from(
    ["", "None", "²", "9" * 5000, "\x00", "\ud800", "١", "1e999", "{{7*7}}", "-0", "'--", "\u202e"]
)
VALUES = st.text(max_size=40) | NASTY


def test_no_payload_is_left_out():
    covered = {
        *test_voice_posts.EVENTS,
        *test_voice_posts.UNREADABLE,
        *test_sms_posts.EVENTS,
        *test_sms_posts.SCREENS,
        *test_xml.ALIKE,
        *test_xml.WRONG,
        *test_xml.NEVER_WRITTEN,
        *test_place_calls.REQUESTS,
        *test_place_calls.RESPONSES,
        *test_place_calls.NEVER_ASKED,
        *test_send_sms.REQUESTS,
        *test_send_sms.TAKEN,
        *test_send_sms.REFUSED,
        *test_send_sms.WHOLE,
        *test_send_sms.NEVER_ASKED,
        *(name for each in test_client.SERVICES for name in (f"{each}_request", f"{each}_response")),
        *(response for _, _, response in test_client.SERVICES.values()),
        *NOT_WRITTEN,
    }
    assert set(CASES) - covered == set()


@pytest.mark.parametrize("parse", PARSERS)
@given(post=st.sampled_from(POSTS), changes=st.data())
def test_post_is_an_event_or_invalid_when_it_is_mutated(parse, post, changes):
    mutated = dict(post) | changes.draw(
        st.dictionaries(st.sampled_from(sorted(post)) | VALUES, VALUES, max_size=4)
    )
    for name in changes.draw(st.sets(st.sampled_from(sorted(post)), max_size=2)):
        mutated.pop(name, None)
    try:
        event = parse(mutated)
    except CallbackInvalid as refusal:
        assert len(str(refusal)) < 80
    else:
        repr(event).encode()
        str(event.raw).encode()
