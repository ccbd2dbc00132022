"""Receipts of our SMS: each kept, the first final one decides, none moves anything back, twice changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, update

from gateway import receipts
from gateway.broadcasts import launch
from gateway.broadcasts.spread import spread
from gateway.channels.base import MessageReported, Outcome
from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import Attempt, Broadcast, Callback, Delivery
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, DeliveryState
from tests.builders import a_broadcast, a_member


@pytest.fixture
def provider_id(rt: Runtime) -> str:
    """A text that the provider has taken."""
    a_member(rt)
    broadcast_id = a_broadcast(rt, kind="sms")
    with unit_of_work(rt.engine) as unit:
        launch.approve(unit, rt, unit.db.get_one(Broadcast, broadcast_id), None)
    with unit_of_work(rt.engine) as unit:
        launch.start(unit, rt, unit.db.get_one(Broadcast, broadcast_id))
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, broadcast_id)
    assert send_some(rt, "sms").handed == 1
    return str(rt.sms.sent[-1].provider_id)


def report(
    rt: Runtime, provider_id: str, outcome: Outcome = Outcome.DELIVERED, is_final: bool = True
) -> bool:
    raw = {"id": provider_id, "status": str(outcome)}
    return receipts.message_reported(rt, MessageReported(provider_id, "", outcome, is_final, raw))


def stand(rt: Runtime) -> tuple[DeliveryState, AttemptOutcome, int]:
    with unit_of_work(rt.engine) as unit:
        state, outcome = unit.db.execute(select(Delivery.state, Attempt.outcome).join(Attempt)).one()
        return state, outcome, unit.db.scalars(select(func.count(Callback.id))).one()


def test_delivered_ends_the_try_and_twice_is_kept_twice(rt: Runtime, provider_id: str) -> None:
    assert report(rt, provider_id)
    assert stand(rt) == (DeliveryState.DELIVERED, AttemptOutcome.DELIVERED, 1)
    with unit_of_work(rt.engine) as unit:
        first = unit.db.scalars(select(Attempt.ended_at)).one()
        assert first == rt.clock()
    assert report(rt, provider_id)
    assert stand(rt) == (DeliveryState.DELIVERED, AttemptOutcome.DELIVERED, 2)


def test_word_on_the_way_is_kept_and_moves_nothing(rt: Runtime, provider_id: str) -> None:
    assert report(rt, provider_id, Outcome.SENT, is_final=False)
    assert stand(rt) == (DeliveryState.SENT, AttemptOutcome.ACCEPTED, 1)
    report(rt, provider_id)
    report(rt, provider_id, Outcome.SENT, is_final=False)
    assert stand(rt) == (DeliveryState.DELIVERED, AttemptOutcome.DELIVERED, 3)


def test_first_final_word_decides(rt: Runtime, provider_id: str) -> None:
    report(rt, provider_id, Outcome.INVALID)
    before = stand(rt)
    assert before[:2] == (DeliveryState.FAILED, AttemptOutcome.FAILED)
    report(rt, provider_id)
    assert stand(rt)[:2] == before[:2]


def test_delivered_ends_a_doubt(rt: Runtime, provider_id: str) -> None:
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Attempt).values(outcome=AttemptOutcome.UNKNOWN))
        unit.db.execute(update(Delivery).values(state=DeliveryState.IN_DOUBT))
    report(rt, provider_id)
    assert stand(rt)[:2] == (DeliveryState.DELIVERED, AttemptOutcome.DELIVERED)


def test_message_that_is_not_ours_yet_is_kept_as_unknown(rt: Runtime, provider_id: str) -> None:
    assert not report(rt, "another")
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Callback.outcome)).one() == "unknown"
    assert stand(rt)[:2] == (DeliveryState.SENT, AttemptOutcome.ACCEPTED)


def test_many_at_once_end_it_once(rt: Runtime, provider_id: str) -> None:
    words = [Outcome.DELIVERED, Outcome.SENT, Outcome.FAILED, Outcome.DELIVERED] * 4
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda word: report(rt, provider_id, word, word is not Outcome.SENT), words))
    assert all(said)
    state, outcome, kept = stand(rt)
    assert kept == len(words)
    assert (state, outcome) in (
        (DeliveryState.DELIVERED, AttemptOutcome.DELIVERED),
        (DeliveryState.FAILED, AttemptOutcome.FAILED),
        (DeliveryState.QUEUED, AttemptOutcome.FAILED),  # a failed text may be tried again
    )
