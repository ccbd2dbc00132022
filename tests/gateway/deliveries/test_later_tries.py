"""Later tries of texts, and "try the rest": equal words go in as few requests as the first time."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, select, update

from gateway.broadcasts import rest
from gateway.channels.base import MessageReported, Outcome
from gateway.db import unit_of_work
from gateway.deliveries import owe, send
from gateway.deliveries.send import send_some
from gateway.errors import ChannelError, ProviderSilent, ProviderUnreachable
from gateway.models import Attempt, Broadcast, Delivery
from gateway.phones import Number
from gateway.receipts import message_reported
from gateway.runtime import Runtime
from gateway.store import numbers
from tests.builders import a_number
from tests.conftest import TestClock
from tests.gateway.deliveries.crowds import a_crowd, begin, stand

MANY = 250  # more than go in one request of texts of their own


@pytest.fixture
def requests(rt: Runtime) -> list[list[Number]]:
    """Whom each request names."""
    made: list[list[Number]] = []
    ask = rt.sms.send_sms

    def send_sms(text: str, to: list[Number]) -> object:
        made.append(list(to))
        return ask(text, to)

    rt.sms.send_sms = send_sms  # type: ignore[method-assign, assignment]
    return made


def network_is_away(rt: Runtime, clock: TestClock, size: int = MANY) -> int:
    """A broadcast whose first tries never left; those that follow are due."""
    a_crowd(rt, size)
    broadcast_id = begin(rt)
    rt.sms.script.fail(ProviderUnreachable("not now"))
    assert send_some(rt, "sms").handed == size
    assert stand(rt, broadcast_id).to_retry == size
    clock.forward(minutes=20)
    return broadcast_id


def test_texts_that_never_left_go_again_in_one_request(
    rt: Runtime, clock: TestClock, requests: list[list[Number]]
) -> None:
    broadcast_id = network_is_away(rt, clock)
    assert send_some(rt, "sms").handed == MANY
    assert [len(each) for each in requests] == [MANY, MANY]
    assert len(set(requests[1])) == MANY
    assert stand(rt, broadcast_id).in_progress == MANY


def test_no_request_is_larger_than_a_batch(
    rt: Runtime, clock: TestClock, requests: list[list[Number]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "EQUAL_AT_ONCE", 100)
    broadcast_id = network_is_away(rt, clock)
    while send_some(rt, "sms").handed:
        clock.forward(seconds=1)
    assert sorted(len(each) for each in requests[1:]) == [50, 100, 100]
    assert stand(rt, broadcast_id).in_progress == MANY


def test_each_language_has_a_request_of_its_own(
    rt: Runtime, clock: TestClock, requests: list[list[Number]]
) -> None:
    a_crowd(rt, 120, language="hi")
    a_crowd(rt, 130, language="bn")
    begin(rt, texts={"hi": "कल सभा है।", "bn": "কাল সভা আছে।"})
    for _ in range(2):
        rt.sms.script.fail(ProviderUnreachable("not now"))
        send_some(rt, "sms")
    clock.forward(minutes=20)
    assert send_some(rt, "sms").handed == 250
    assert sorted(len(each) for each in requests[2:]) == [120, 130]


@pytest.mark.parametrize(
    ("error", "left"),
    [(ProviderUnreachable("not now"), "to_retry"), (ProviderSilent("no answer"), "in_doubt")],
)
def test_request_that_fails_once_more_fails_for_all_of_it(
    rt: Runtime, clock: TestClock, error: ChannelError, left: str
) -> None:
    broadcast_id = network_is_away(rt, clock, 120)
    rt.sms.script.fail(error)
    assert send_some(rt, "sms").handed == 120
    assert getattr(stand(rt, broadcast_id), left) == 120


def test_each_is_tried_again_as_often_as_its_own_past_allows(rt: Runtime, clock: TestClock) -> None:
    """Two have one failed try behind them, the others four; those that had the same came again at the same moment."""
    broadcast_id = network_is_away(rt, clock, 4)
    for _ in range(3):
        rt.sms.script.fail(ProviderUnreachable("not now"))
        assert send_some(rt, "sms").handed == 4
        with unit_of_work(rt.engine) as unit:
            (clock.now,) = unit.db.scalars(select(Delivery.due_at).distinct())
    with unit_of_work(rt.engine) as unit:
        two = unit.db.scalars(select(Delivery.id).order_by(Delivery.id).limit(2)).all()
        unit.db.execute(delete(Attempt).where(Attempt.delivery_id.in_(two), Attempt.try_number > 1))
        unit.db.execute(update(Delivery).where(Delivery.id.in_(two)).values(tries=1))
    rt.sms.script.fail(ProviderUnreachable("not now"))
    assert send_some(rt, "sms").handed == 4
    found = stand(rt, broadcast_id)
    assert (found.to_retry, found.not_reached) == (2, {"network": 4})
    with unit_of_work(rt.engine) as unit:
        states = unit.db.scalars(select(Delivery.state).order_by(Delivery.id)).all()
    assert states == ["queued", "queued", "failed", "failed"]


def test_the_rest_goes_in_one_request(rt: Runtime, clock: TestClock, requests: list[list[Number]]) -> None:
    size = 120
    a_crowd(rt, size)
    broadcast_id = begin(rt)
    send_some(rt, "sms")
    for sent in list(rt.sms.sent):
        message_reported(rt, MessageReported(str(sent.provider_id), "", Outcome.FAILED, is_final=True))
    with unit_of_work(rt.engine) as unit:
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        broadcast.state = "finished"  # type: ignore[assignment]
        unit.db.flush()
        assert rest.try_rest(unit, rt, broadcast) == size
    clock.forward(seconds=1)
    assert send_some(rt, "sms").handed == size
    assert [len(each) for each in requests] == [size, size]


def test_texts_of_their_own_go_by_a_hundred_though_their_words_are_equal(
    rt: Runtime, clock: TestClock, requests: list[list[Number]]
) -> None:
    with unit_of_work(rt.engine) as unit:
        for nth in range(150):
            number_id = numbers.add_number(unit.db, rt.vault, a_number(), clock())
            owe.owe_sms(unit, rt, number_id, "Your report has arrived.", f"reply:{nth}", None)
    handed = [send_some(rt, "sms").handed]
    while handed[-1]:
        clock.forward(seconds=10)
        handed.append(send_some(rt, "sms").handed)
    assert sum(handed) == 150
    assert max(len(each) for each in requests) <= 100
