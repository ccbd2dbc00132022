"""The roll-up on a leader's phone: the figures of their own unit, tried again where nobody picks up."""

from __future__ import annotations

from datetime import timedelta

from flask.testing import FlaskClient

from gateway.deliveries.send import send_some
from gateway.rollups import send
from gateway.runtime import Runtime
from gateway.states import DeliveryState
from tests.conftest import TestClock
from tests.gateway.rollups.frozen import frozen
from tests.gateway.rollups.test_send import a_leader, evening, owed
from tests.lines import CALLS_BACK, Caller

__all__ = ["evening"]


def call(rt: Runtime, client: FlaskClient) -> Caller:
    send_some(rt, "voice")
    placed = rt.voice.placed[-1]
    return Caller(client, placed.number, CALLS_BACK, is_inbound=False, provider_id=placed.provider_id)


def test_leader_hears_the_figures_of_their_unit(rt: Runtime, client: FlaskClient, evening: None) -> None:
    a_leader(rt, "Asha", "voice", locale="hi")
    frozen(rt)
    send.send_due(rt)
    phone = call(rt, client)
    phone.ring()
    phone.hang_up(50)
    heard = "".join(phone.heard)
    assert "Bah" in heard
    assert "दो" in heard
    assert [each.state for each in owed(rt)] == [DeliveryState.HEARD]


def test_phone_that_is_off_is_tried_again_until_the_next_day(
    rt: Runtime, client: FlaskClient, clock: TestClock, evening: None
) -> None:
    a_leader(rt, "Asha", "voice")
    frozen(rt)
    send.send_due(rt)
    call(rt, client).hang_up(0, "off")
    (delivery,) = owed(rt)
    assert delivery.state is DeliveryState.QUEUED
    assert timedelta(hours=12) < delivery.due_at - clock() < timedelta(hours=24)
