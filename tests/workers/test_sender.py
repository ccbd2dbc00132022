"""A sender ends its turn where all that is due waits for others, and whoever hangs up rings it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from sqlalchemy import select

from gateway.channels.base import Outcome, VoiceEvent
from gateway.db import unit_of_work
from gateway.deliveries import call_ended, owe, send
from gateway.models import Attempt, Call
from gateway.queue import SEND
from gateway.runtime import Runtime
from gateway.states import CallState
from gateway.store import numbers, paces
from tests.builders import a_member, a_number
from tests.gateway.deliveries.crowds import begin
from workers import deliveries


def waiting(redis: Redis) -> list[object]:
    return [each.args[0] for each in Queue(SEND, connection=redis, serializer=JSONSerializer).jobs]


def test_sender_waits_for_no_phone_and_whoever_hangs_up_rings_it(
    house: Runtime, work_off: Callable[[], None], redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "LONGEST_BREATH", 0.15)
    monkeypatch.setattr(deliveries, "SLICE_SECONDS", 60.0)  # whose turn is over rings for itself
    shared = a_number()
    a_member(house, "Sita", number=shared)
    a_member(house, "Ramesh", number=shared)
    begin(house, kind="voice")
    house.bells.send_due("voice")
    work_off()
    assert (len(house.voice.placed), waiting(redis)) == (1, [])
    with unit_of_work(house.engine) as unit:
        assert send.has_due(unit.db, house, "voice")
        attempt = unit.db.scalars(select(Attempt)).one()
        event = VoiceEvent(str(attempt.provider_id), shared, "", False, True, outcome=Outcome.BUSY)
        call = Call(is_inbound=False, provider_id=attempt.provider_id, state=CallState.ENDED)
        call_ended(unit, house, call, event)
    assert waiting(redis) == ["voice"]
    work_off()
    assert len(house.voice.placed) == 2


def test_nothing_is_due_while_the_line_is_closed(house: Runtime) -> None:
    with unit_of_work(house.engine) as unit:
        number_id = numbers.add_number(unit.db, house.vault, a_number(), house.clock())
        owe.owe_sms(unit, house, number_id, "REF 4711", "reply:1")
        assert send.has_due(unit.db, house, "sms")
        line = str(send.line_of(house, "sms"))
        paces.close_line(unit.db, line, house.clock() + timedelta(minutes=1), "refused")
        assert not send.has_due(unit.db, house, "sms")
    assert send.send_single(house, "sms").handed == 0
