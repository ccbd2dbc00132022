"""SMS broadcasts go out in batches: one request for a thousand, nobody twice, sums whole whatever breaks off where."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from gateway.broadcasts import launch
from gateway.channels.base import Handed, MessageReported, Outcome
from gateway.db import unit_of_work
from gateway.deliveries import outcomes
from gateway.deliveries.send import send_some
from gateway.deliveries.sweep import sweep
from gateway.errors import NumberRefused, ProviderRefused, ProviderSilent, ProviderUnreachable
from gateway.models import Attempt, Batch, Broadcast, Delivery, Exchange, Member
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, BatchState, BroadcastState, DeliveryState
from gateway.store import numbers
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.deliveries.crowds import a_crowd, batches_of, begin, stand, states_of


def requests(rt: Runtime) -> list[int]:
    """How many numbers each request to the provider carried."""
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(Exchange.recipients).order_by(Exchange.id)))


def attempts(rt: Runtime, broadcast_id: int) -> dict[AttemptOutcome, int]:
    with unit_of_work(rt.engine) as unit:
        query = select(Attempt.outcome, func.count()).where(Attempt.broadcast_id == broadcast_id)
        return dict(unit.db.execute(query.group_by(Attempt.outcome)).all())


def swept(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        sweep(unit, rt)


def number_of(rt: Runtime, member_id: int) -> Number:
    with unit_of_work(rt.engine) as unit:
        return numbers.open_number(unit.db, rt.vault, unit.db.get_one(Member, member_id).number_id)


def send_all(rt: Runtime, clock: TestClock) -> None:
    for _ in range(50):
        sent = send_some(rt, "sms")
        if not (sent.handed or sent.judged):
            return
        clock.forward(seconds=0.2)


def test_thousand_numbers_of_one_language_are_one_request(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 1_050)
    a_crowd(rt, 30, language="bn")
    broadcast_id = begin(rt, texts={"hi": "कल मीटिंग है।", "bn": "কাল সভা।"})
    assert stand(rt, broadcast_id).not_yet_tried == 1_080
    send_all(rt, clock)
    assert sorted(requests(rt)) == [30, 50, 1000]
    assert len({each.number for each in rt.sms.sent}) == len(rt.sms.sent) == 1_080
    assert len({each.text for each in rt.sms.sent}) == 2
    assert stand(rt, broadcast_id).in_progress == 1_080
    assert attempts(rt, broadcast_id) == {AttemptOutcome.ACCEPTED: 1_080}


def test_receipt_finds_its_delivery_after_a_batch(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 3)
    broadcast_id = begin(rt)
    send_all(rt, clock)
    sent = rt.sms.sent[0]
    with unit_of_work(rt.engine) as unit:
        told = MessageReported(str(sent.provider_id), sent.number, Outcome.DELIVERED, is_final=True)
        assert outcomes.reported(unit, rt, told)
    assert (stand(rt, broadcast_id).heard, stand(rt, broadcast_id).in_progress) == (1, 2)


def test_number_that_two_members_share_gets_a_request_of_its_own(rt: Runtime, clock: TestClock) -> None:
    shared = a_number()
    a_member(rt, "Sita", number=shared)
    a_member(rt, "Ramesh", number=shared)
    a_member(rt, "Asha")
    broadcast_id = begin(rt)
    send_all(rt, clock)
    assert sorted(requests(rt)) == [1, 2]
    assert stand(rt, broadcast_id).in_progress == 3


def test_whoever_may_not_be_asked_any_more_leaves_the_batch(rt: Runtime, clock: TestClock) -> None:
    first, second, *_ = a_crowd(rt, 5)
    broadcast_id = begin(rt)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Member).where(Member.id == first).values(consent="none"))
        numbers.mark_invalid(unit.db, unit.db.get_one(Member, second).number_id, rt.clock())
    send_all(rt, clock)
    found = stand(rt, broadcast_id)
    assert (found.in_progress, found.refused) == (3, {"no-consent": 1, "number-unusable": 1})
    assert requests(rt) == [3]


def test_batch_waits_whole_for_the_morning(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 40)
    clock.forward(hours=11)
    broadcast_id = begin(rt)
    send_all(rt, clock)
    held = stand(rt, broadcast_id)
    assert (held.held, rt.sms.sent) == (40, [])
    assert batches_of(rt, broadcast_id) == [(BatchState.READY, held.held_until)]
    assert held.held_until is not None
    clock.now = held.held_until
    send_all(rt, clock)
    assert requests(rt) == [40]
    assert stand(rt, broadcast_id).in_progress == 40


def test_paused_broadcast_sends_no_batch_and_goes_on_afterwards(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 4)
    broadcast_id = begin(rt)
    with unit_of_work(rt.engine) as unit:
        launch.pause(unit, unit.db.get_one(Broadcast, broadcast_id))
    send_all(rt, clock)
    assert rt.sms.sent == []
    with unit_of_work(rt.engine) as unit:
        launch.resume(unit, rt, unit.db.get_one(Broadcast, broadcast_id))
    send_all(rt, clock)
    assert requests(rt) == [4]


def test_stopped_broadcast_sends_nothing_and_what_is_under_way_is_counted(
    rt: Runtime, clock: TestClock
) -> None:
    a_crowd(rt, 1_004)
    broadcast_id = begin(rt)

    def stop_meanwhile(*_: object) -> list[Handed]:
        with unit_of_work(rt.engine) as unit:
            launch.stop(unit, rt, unit.db.get_one(Broadcast, broadcast_id))
        stand(rt, broadcast_id)
        return send(*_)

    send, rt.sms.send_sms = rt.sms.send_sms, stop_meanwhile  # type: ignore[method-assign]
    send_all(rt, clock)
    found = stand(rt, broadcast_id)
    assert (found.in_progress, found.not_yet_tried) == (1_000, 4)
    assert states_of(rt, broadcast_id)[DeliveryState.CANCELLED] == 4


def test_silence_leaves_all_in_doubt_and_nobody_is_asked_again(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 6)
    broadcast_id = begin(rt)
    rt.sms.script.fail(ProviderSilent("no answer"))
    send_all(rt, clock)
    assert stand(rt, broadcast_id).in_doubt == 6
    clock.forward(hours=3)
    swept(rt)
    send_all(rt, clock)
    assert rt.sms.sent == []
    assert attempts(rt, broadcast_id) == {AttemptOutcome.UNKNOWN: 6}


def test_provider_that_was_not_reached_is_asked_again_in_one_request(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 6)
    broadcast_id = begin(rt)
    rt.sms.script.fail(ProviderUnreachable("503"))
    send_all(rt, clock)
    found = stand(rt, broadcast_id)
    assert (found.not_reached, found.to_retry) == ({"network": 6}, 6)
    clock.forward(minutes=11)
    send_all(rt, clock)
    assert requests(rt) == [6, 6]
    assert stand(rt, broadcast_id).in_progress == 6


def test_provider_that_refuses_everybody_pauses_the_broadcast(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 6)
    broadcast_id = begin(rt)
    rt.sms.script.fail(ProviderRefused("bad key"))
    send_all(rt, clock)
    with unit_of_work(rt.engine) as unit:
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        assert (broadcast.state, broadcast.pause_reason) == (BroadcastState.PAUSED, "provider-refused")
    assert stand(rt, broadcast_id).to_retry == 6


def test_refused_numbers_end_by_their_own_cause(rt: Runtime, clock: TestClock) -> None:
    crowd = a_crowd(rt, 6)
    broadcast_id = begin(rt)
    refusals = [(Outcome.INVALID, NumberRefused("x")), (Outcome.FAILED, NumberRefused("x"))]
    refusals += [(Outcome.NETWORK, ProviderUnreachable("x")), (None, ProviderSilent("x"))]  # type: ignore[list-item]
    for member_id, (outcome, error) in zip(crowd, refusals, strict=False):
        rt.sms.script.refuse(number_of(rt, member_id), error, outcome)
    send_all(rt, clock)
    found = stand(rt, broadcast_id)
    assert found.not_reached == {"invalid": 1, "failed": 1, "network": 1}
    assert (found.in_doubt, found.in_progress, found.to_retry) == (1, 2, 1)


@pytest.mark.parametrize("handed", [True, False])
def test_sender_that_vanished_leaves_doubt_after_its_lease(
    rt: Runtime, clock: TestClock, handed: bool
) -> None:
    a_crowd(rt, 5)
    broadcast_id = begin(rt)
    send = rt.sms.send_sms

    def vanish(text: str, to: list[Number]) -> list[Handed]:
        if handed:
            send(text, to)
        raise KeyboardInterrupt

    rt.sms.send_sms = vanish  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        send_some(rt, "sms")
    rt.sms.send_sms = send  # type: ignore[method-assign]
    stand(rt, broadcast_id)
    swept(rt)
    assert stand(rt, broadcast_id).in_doubt == 0  # its lease still holds
    clock.forward(seconds=41)
    swept(rt)
    swept(rt)
    assert stand(rt, broadcast_id).in_doubt == 5
    send_all(rt, clock)
    assert len(rt.sms.sent) == (5 if handed else 0)
    assert batches_of(rt, broadcast_id)[0][0] is BatchState.DONE


def test_batch_without_tries_is_sent_by_the_next_when_its_sender_vanished(
    rt: Runtime, clock: TestClock
) -> None:
    a_crowd(rt, 5)
    broadcast_id = begin(rt)
    with unit_of_work(rt.engine) as unit:
        lost = {"state": BatchState.SENDING, "lease_until": rt.clock(), "fence": 1}
        unit.db.execute(update(Batch).values(lost))
    clock.forward(seconds=1)
    swept(rt)
    send_all(rt, clock)
    assert stand(rt, broadcast_id).in_progress == 5
    assert requests(rt) == [5]


def test_late_answer_of_a_slow_sender_ends_the_doubt(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 5)
    broadcast_id = begin(rt)
    send = rt.sms.send_sms

    def slow(text: str, to: list[Number]) -> list[Handed]:
        clock.forward(seconds=60)
        swept(rt)
        assert stand(rt, broadcast_id).in_doubt == 5
        return send(text, to)

    rt.sms.send_sms = slow  # type: ignore[method-assign, assignment]
    assert send_some(rt, "sms").handed == 5
    assert stand(rt, broadcast_id).in_progress == 5
    assert attempts(rt, broadcast_id) == {AttemptOutcome.ACCEPTED: 5}


def test_sender_that_was_held_up_does_not_ask_any_more(
    rt: Runtime, clock: TestClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gateway import faults

    a_crowd(rt, 5)
    broadcast_id = begin(rt)
    monkeypatch.setattr(
        faults, "hook", lambda name: clock.forward(seconds=30) if name == faults.BEFORE_REQUEST else None
    )
    send_some(rt, "sms")
    assert rt.sms.sent == []
    assert stand(rt, broadcast_id).to_retry == 5


def test_batch_is_claimed_once_when_two_send_at_once(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 5)
    broadcast_id = begin(rt)
    send = rt.sms.send_sms

    def both(text: str, to: list[Number]) -> list[Handed]:
        rt.sms.send_sms = send  # type: ignore[method-assign]
        assert send_some(rt, "sms").handed == 0
        return send(text, to)

    rt.sms.send_sms = both  # type: ignore[method-assign, assignment]
    assert send_some(rt, "sms").handed == 5
    assert len(rt.sms.sent) == 5
    assert stand(rt, broadcast_id).in_progress == 5


def test_expired_batch_is_refused(rt: Runtime, clock: TestClock) -> None:
    a_crowd(rt, 5)
    broadcast_id = begin(rt, expires_at=clock() + timedelta(hours=1))
    clock.forward(hours=2)
    send_all(rt, clock)
    assert stand(rt, broadcast_id).refused == {"expired": 5}
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalar(select(func.count()).where(Delivery.batch_id.is_not(None))) == 0
