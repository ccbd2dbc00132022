"""Who was reached, and how often we come: evidence of hearing, what a number answers, rest, and the SMS instead."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import Broadcast, Delivery, Habit
from gateway.phones import Number
from gateway.rules.verdicts import Reason
from gateway.runtime import Runtime
from gateway.states import BroadcastState, DeliveryState
from gateway.store import rights_rows
from tests.builders import a_broadcast, a_member, a_number
from tests.conftest import TestClock
from tests.gateway.test_broadcasts import start
from tests.lines import ANSWERS, CALLS_BACK, Caller

INSTEAD = {"hi": "कल दस बजे पंचायत भवन में बैठक है।"}


@pytest.fixture
def number(rt: Runtime) -> Number:
    made = a_number()
    a_member(rt, "Sita", number=made)
    return made


def launch_one(rt: Runtime, fallback: dict[str, str] | None = None) -> int:
    broadcast_id = a_broadcast(rt)
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, broadcast_id).fallback_texts = fallback
    start(rt, broadcast_id)
    return broadcast_id


def call(rt: Runtime, client: FlaskClient, clock: TestClock, ring: float = 5.0) -> Caller:
    """Send what is due; the phone rings for so long."""
    assert send_some(rt, "voice").handed == 1
    placed = rt.voice.placed[-1]
    clock.forward(seconds=ring)
    return Caller(client, placed.number, CALLS_BACK, is_inbound=False, provider_id=placed.provider_id)


def delivery_of(rt: Runtime, broadcast_id: int, kind: str = "voice") -> Delivery | None:
    with unit_of_work(rt.engine) as unit:
        query = select(Delivery).where(Delivery.broadcast_id == broadcast_id, Delivery.kind == kind)
        return unit.db.scalar(query)


def told(rt: Runtime, broadcast_id: int) -> tuple[DeliveryState, str | None]:
    delivery = delivery_of(rt, broadcast_id)
    assert delivery is not None
    return delivery.state, delivery.evidence


def habit(rt: Runtime) -> Habit:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(Habit)).one()


def ring_in_vain(rt: Runtime, client: FlaskClient, clock: TestClock, outcome: str = "no_answer") -> None:
    call(rt, client, clock, 0).hang_up(0, outcome=outcome)


def due(rt: Runtime, clock: TestClock, broadcast_id: int) -> None:
    delivery = delivery_of(rt, broadcast_id)
    assert delivery is not None
    clock.now = max(clock.now, delivery.due_at)


def use_up(rt: Runtime, client: FlaskClient, clock: TestClock, broadcast_id: int, outcome: str) -> None:
    """Ring until no further try comes."""
    while told(rt, broadcast_id)[0] in (DeliveryState.QUEUED, DeliveryState.HELD):
        due(rt, clock, broadcast_id)
        ring_in_vain(rt, client, clock, outcome)


def test_key_is_evidence(rt: Runtime, client: FlaskClient, clock: TestClock, number: Number) -> None:
    broadcast_id = launch_one(rt)
    phone = call(rt, client, clock)
    phone.ring()
    phone.press("5")
    phone.hang_up(30)
    assert told(rt, broadcast_id) == (DeliveryState.HEARD, "key")


def test_who_hangs_up_after_the_last_word_has_heard_it(
    rt: Runtime, client: FlaskClient, clock: TestClock, number: Number
) -> None:
    broadcast_id = launch_one(rt)
    phone = call(rt, client, clock)
    phone.ring()
    phone.hang_up(45)
    assert told(rt, broadcast_id) == (DeliveryState.HEARD, "played")


def mailbox(
    rt: Runtime, client: FlaskClient, clock: TestClock, times: int, key_at: int | None = None
) -> list[tuple[DeliveryState, str | None]]:
    """It presses nothing (but once), lets us hang up, and picks up after twenty seconds each time; what each call came to."""
    found = []
    for nth in range(times):
        clock.forward(days=3)
        broadcast_id = launch_one(rt)
        phone = call(rt, client, clock, ring=20)
        phone.ring()
        if nth == key_at:
            phone.press("5")
        phone.wait()
        phone.hang_up(53)
        found.append(told(rt, broadcast_id))
        with unit_of_work(rt.engine) as unit:  # no second try that mixes with the next broadcast
            left = update(Delivery).where(Delivery.state == DeliveryState.QUEUED)
            unit.db.execute(left.values(state=DeliveryState.CANCELLED))
    return found


MAYBE, NOT_HEARD = (DeliveryState.HEARD, "estimated"), (DeliveryState.QUEUED, None)


def test_mailbox_is_never_heard_by_evidence_and_in_time_not_at_all(
    rt: Runtime, client: FlaskClient, clock: TestClock, number: Number
) -> None:
    assert mailbox(rt, client, clock, 6) == [MAYBE] * 4 + [NOT_HEARD] * 2
    assert sum(habit(rt).answered) == 4


def test_one_key_and_a_patient_listener_is_no_mailbox_any_more(
    rt: Runtime, client: FlaskClient, clock: TestClock, number: Number
) -> None:
    found = mailbox(rt, client, clock, 8, key_at=5)
    assert found[4:] == [NOT_HEARD, (DeliveryState.HEARD, "key"), MAYBE, MAYBE]


def test_call_is_counted_once_when_its_last_post_comes_twice(
    rt: Runtime, client: FlaskClient, clock: TestClock, number: Number
) -> None:
    launch_one(rt)
    phone = call(rt, client, clock)
    phone.ring()
    phone.hang_up(45)
    phone.hang_up(45)
    assert (sum(habit(rt).rang), sum(habit(rt).answered)) == (1, 1)


def test_numbers_that_nobody_answers_rest_and_are_tried_now_and_then(
    rt: Runtime, client: FlaskClient, clock: TestClock, number: Number
) -> None:
    for _ in range(6):
        broadcast_id = launch_one(rt)
        use_up(rt, client, clock, broadcast_id, "off")
        clock.forward(days=7)
    assert habit(rt).unanswered == 6
    broadcast_id = launch_one(rt)
    assert send_some(rt, "voice").judged == 1
    rests = delivery_of(rt, broadcast_id)
    assert rests is not None
    assert (rests.state, rests.reason_code) == (DeliveryState.REFUSED, Reason.LONG_SILENCE)
    clock.forward(days=28)
    launch_one(rt)
    assert send_some(rt, "voice").handed == 1


def test_ring_of_theirs_ends_the_silence(
    rt: Runtime, client: FlaskClient, clock: TestClock, number: Number
) -> None:
    use_up(rt, client, clock, launch_one(rt), "no_answer")
    assert habit(rt).unanswered == 1
    phone = Caller(client, number, ANSWERS)
    phone.ring()
    phone.hang_up(10)
    assert (habit(rt).unanswered, habit(rt).silent_since) == (0, None)


def test_what_a_number_answered_goes_with_the_number(
    rt: Runtime, client: FlaskClient, clock: TestClock, number: Number
) -> None:
    use_up(rt, client, clock, launch_one(rt), "rejected")
    number_id = habit(rt).number_id
    with unit_of_work(rt.engine) as unit:
        rights_rows.blank_numbers(unit.db, [number_id])
        assert unit.db.get(Habit, number_id) is None


@pytest.mark.parametrize(("outcome", "is_owed"), [("off", True), ("no_answer", True), ("rejected", False)])
def test_sms_follows_a_voice_that_did_not_reach(
    rt: Runtime, client: FlaskClient, clock: TestClock, number: Number, outcome: str, is_owed: bool
) -> None:
    broadcast_id = launch_one(rt, INSTEAD)
    use_up(rt, client, clock, broadcast_id, outcome)
    text = delivery_of(rt, broadcast_id, "sms")
    assert (text is not None) is is_owed
    if is_owed:
        assert told(rt, broadcast_id)[0] == DeliveryState.FAILED
        assert send_some(rt, "sms").handed == 1
        assert rt.sms.sent[-1].text == INSTEAD["hi"]


def test_no_sms_follows_what_was_heard_or_answered(
    rt: Runtime, client: FlaskClient, clock: TestClock, number: Number
) -> None:
    broadcast_id = launch_one(rt, INSTEAD)
    for _ in range(2):
        due(rt, clock, broadcast_id)
        phone = call(rt, client, clock)
        phone.ring()
        phone.hang_up(1)
    assert told(rt, broadcast_id)[0] == DeliveryState.NOT_HEARD
    assert delivery_of(rt, broadcast_id, "sms") is None


def test_sms_is_judged_as_every_contact_is(
    rt: Runtime, client: FlaskClient, clock: TestClock, number: Number
) -> None:
    broadcast_id = launch_one(rt, INSTEAD)
    use_up(rt, client, clock, broadcast_id, "off")
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, broadcast_id).state = BroadcastState.RUNNING
    clock.now = clock.now.replace(hour=17, minute=30)  # 23:00 in India
    assert send_some(rt, "sms").handed == 0
    text = delivery_of(rt, broadcast_id, "sms")
    assert text is not None
    assert (text.state, text.reason_code) == (DeliveryState.HELD, Reason.OUTSIDE_WINDOW)
    clock.now += timedelta(hours=12)
    assert send_some(rt, "sms").handed == 1
