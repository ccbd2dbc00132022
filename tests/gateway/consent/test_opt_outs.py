"""The provider's word that somebody wants nothing more: each payload reaches ledger and list (africastalking.md C5)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from gateway.app import create_app
from gateway.channels.base import MessageReported, Outcome
from gateway.channels.registry import open_channels
from gateway.db import unit_of_work
from gateway.deliveries.owe import owe_sms
from gateway.deliveries.send import send_some
from gateway.errors import NumberRefused
from gateway.models import Callback, Member, Suppression
from gateway.phones import Number
from gateway.receipts import message_reported
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from tests.builders import a_member, a_number
from tests.conftest import SECRET, TestClock
from tests.gateway.channels.africastalking.payloads import fields
from tests.gateway.consent.looks import ledger, left_alone, state, texts

S = ConsentState
POSTS = [("sms_opt_out", S.NONE), ("sms_subscription_removed", S.NONE), ("sms_subscription_added", S.ALL)]


@pytest.mark.parametrize(("payload", "expected"), POSTS)
def test_post_of_the_provider_lands_in_ledger_and_list(
    rt: Runtime, clock: TestClock, payload: str, expected: S
) -> None:
    rt = replace(
        rt,
        channels=open_channels("africastalking", rt.settings),
        settings=replace(rt.settings, country="ke"),
    )
    number = Number(fields(payload)["phoneNumber"])
    member_id = a_member(rt, number=number)
    clock.forward(minutes=1)
    client = create_app(rt.settings, rt).test_client()
    for _ in range(2):
        answer = client.post(f"/callbacks/africastalking/{SECRET}/opt-outs", data=fields(payload))
        assert answer.status_code == 200
    assert state(rt, member_id) == expected
    is_out = expected == S.NONE
    assert left_alone(rt, number) == (["opt-out"] if is_out else [])
    assert [each.how for each in ledger(rt, member_id)][1:] == (["provider"] * 2 if is_out else [])
    assert texts(rt) == []  # who opted out of our texts gets none about it
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Callback.outcome)).all() == ["applied"] * 2


@pytest.mark.parametrize("way", ["receipt", "refusal"])
def test_opt_out_that_shows_when_we_send_counts_as_well(rt: Runtime, clock: TestClock, way: str) -> None:
    number = a_number()
    member_id = a_member(rt, number=number)
    clock.forward(minutes=1)
    if way == "refusal":
        rt.sms.script.refuse(number, NumberRefused("on the blacklist"), Outcome.OPTED_OUT)
    with unit_of_work(rt.engine) as unit:
        owe_sms(unit, rt, unit.db.get_one(Member, member_id).number_id, "हाल", "a text")
    send_some(rt, "sms")
    if way == "receipt":
        sent = rt.sms.sent[-1]
        message_reported(rt, MessageReported(sent.provider_id, number, Outcome.OPTED_OUT, True, raw={}))
    assert (state(rt, member_id), left_alone(rt, number)) == (S.NONE, ["opt-out"])
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Suppression.source)).all() == ["provider"]
