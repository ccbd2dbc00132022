"""Money: kept back before the provider is asked, never past a ceiling, set right when the price is known."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from gateway.broadcasts import launch
from gateway.channels.base import MessageReported, Outcome
from gateway.db import unit_of_work
from gateway.deliveries import budget, owe
from gateway.deliveries.send import send_some
from gateway.models import Attempt, Broadcast, Spending
from gateway.receipts import message_reported
from gateway.rules.prices import Money, Prices
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, BroadcastState, DeliveryReason
from gateway.store import money, numbers
from tests.builders import a_number
from tests.conftest import TestClock
from tests.gateway.deliveries.crowds import a_crowd, batches_of, begin, stand

PRICES = Prices(currency="INR", call=Decimal("2"), sms=Decimal("0.80"))


def keep(rt: Runtime, **ceilings: Decimal) -> None:
    with unit_of_work(rt.engine) as unit:
        money.keep_money(unit.db, Money(prices=PRICES, **ceilings))


def spent(rt: Runtime) -> dict[str, Decimal]:
    with unit_of_work(rt.engine) as unit:
        return dict(unit.db.execute(select(Spending.scope, Spending.spent)).all())


def state_of(rt: Runtime, broadcast_id: int) -> tuple[BroadcastState, str | None, Decimal]:
    with unit_of_work(rt.engine) as unit:
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        return broadcast.state, broadcast.pause_reason, broadcast.spent


def settle(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        budget.settle(unit, rt)


@pytest.mark.parametrize("kind", ["sms", "voice"])
def test_broadcast_pauses_where_its_budget_ends(rt: Runtime, clock: TestClock, kind: str) -> None:
    keep(rt)
    a_crowd(rt, 12)
    price = Decimal("0.80") if kind == "sms" else Decimal("2")
    broadcast_id = begin(rt, kind=kind, budget=price * 7)
    for _ in range(4):
        send_some(rt, kind)
        clock.forward(seconds=1)
    found = stand(rt, broadcast_id)
    assert (found.in_progress, found.held) == (7, 5)
    settle(rt)
    assert state_of(rt, broadcast_id) == (BroadcastState.PAUSED, "budget", price * 7)
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, broadcast_id).budget = price * 10
        launch.resume(unit, rt, unit.db.get_one(Broadcast, broadcast_id))
    send_some(rt, kind)
    assert stand(rt, broadcast_id).in_progress == 10


def test_ceiling_of_the_hour_holds_over_all_broadcasts(rt: Runtime, clock: TestClock) -> None:
    keep(rt, hour=Decimal("8"), day=Decimal("100"))
    a_crowd(rt, 6, "BOOTH-1")
    a_crowd(rt, 6, "BOOTH-2")
    first, second = begin(rt, "BOOTH-1"), begin(rt, "BOOTH-2")
    for _ in range(3):
        send_some(rt, "sms")
        clock.forward(seconds=1)
    assert len(rt.sms.sent) == 10
    assert spent(rt)["hour"] == spent(rt)["day"] == Decimal("8")
    assert {state_of(rt, each)[0] for each in (first, second)} == {
        BroadcastState.RUNNING,
        BroadcastState.PAUSED,
    }


def test_danger_never_waits_for_money(rt: Runtime) -> None:
    keep(rt, hour=Decimal("1"))
    with unit_of_work(rt.engine) as unit:
        number_id = numbers.add_number(unit.db, rt.vault, a_number(), rt.clock())
        wanted = [
            budget.Wanted(DeliveryReason.REPLY, Decimal("2")),
            budget.Wanted(DeliveryReason.DUTY, Decimal("2")),
        ]
        held = money.find_money(unit.db, rt.profile.money)
        assert budget.reserve(unit.db, rt, held, wanted, rt.clock()) == [False, True]
        owe.owe_call_back(unit, rt, number_id, rt.clock().replace(hour=23))
    assert send_some(rt, "voice").handed == 0
    assert spent(rt)["hour"] == 2


def test_estimate_gives_way_to_what_was_charged(rt: Runtime, clock: TestClock) -> None:
    keep(rt, hour=Decimal("1000"))
    a_crowd(rt, 5)
    broadcast_id = begin(rt, kind="voice")
    assert send_some(rt, "voice").handed == 5
    settle(rt)
    assert state_of(rt, broadcast_id)[2] == 10
    charged = [
        (AttemptOutcome.ANSWERED, Decimal("3.5"), "INR"),
        (AttemptOutcome.ANSWERED, Decimal("9"), "USD"),  # nobody knows the rate: the estimate stays
        (AttemptOutcome.BUSY, None, None),
        (AttemptOutcome.ANSWERED, None, None),
    ]
    with unit_of_work(rt.engine) as unit:
        for attempt, (outcome, cost, currency) in zip(
            unit.db.scalars(select(Attempt)), charged, strict=False
        ):
            values = {"outcome": outcome, "cost": cost, "currency": currency, "ended_at": rt.clock()}
            unit.db.execute(update(Attempt).where(Attempt.id == attempt.id).values(values))
    settle(rt)
    settle(rt)
    left = Decimal("3.5") + 2 + 0 + 2 + 2  # the fifth still rings
    assert state_of(rt, broadcast_id)[2] == spent(rt)["hour"] == spent(rt)["day"] == left


def test_prices_that_were_right_need_no_second_look(rt: Runtime, clock: TestClock) -> None:
    keep(rt)
    a_crowd(rt, 4)
    begin(rt)
    send = rt.sms.send_sms
    rt.sms.send_sms = lambda text, to: [  # type: ignore[method-assign, assignment]
        each._replace(cost=Decimal("0.8000"), currency="INR") for each in send(text, to)
    ]
    send_some(rt, "sms")
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalar(select(func.count()).where(Attempt.estimate.is_not(None))) == 0
    assert spent(rt)["hour"] == Decimal("3.2")


@pytest.mark.parametrize(
    ("says", "left"), [(Outcome.FAILED, Decimal("1.6")), (Outcome.DELIVERED, Decimal("2.4"))]
)
def test_batch_without_named_prices_gives_back_what_was_kept_for_texts_that_failed(
    rt: Runtime, clock: TestClock, says: Outcome, left: Decimal
) -> None:
    """The provider takes them all and names no price; one ends, two are still on the way."""
    keep(rt, hour=Decimal("1000"))
    a_crowd(rt, 3)
    broadcast_id = begin(rt)
    assert batches_of(rt, broadcast_id)
    assert send_some(rt, "sms").handed == 3
    settle(rt)
    assert spent(rt)["hour"] == Decimal("2.4")
    message_reported(rt, MessageReported(str(rt.sms.sent[0].provider_id), "", says, is_final=True))
    settle(rt)
    assert state_of(rt, broadcast_id)[2] == spent(rt)["hour"] == spent(rt)["day"] == left
