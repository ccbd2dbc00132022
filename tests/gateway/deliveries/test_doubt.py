"""Doubt: the provider is asked, its word counts as a callback would; what stays unknown comes again where the rules say so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.broadcasts import settle
from gateway.channels.base import Known, MessageReported, Outcome, VoiceEvent
from gateway.db import unit_of_work
from gateway.deliveries import doubt, lines
from gateway.deliveries.send import send_some
from gateway.errors import ProviderSilent
from gateway.models import Attempt, Broadcast, Call, Delivery, Member
from gateway.phones import Number
from gateway.posts_again import ask_about_doubts
from gateway.rules.classes import MessageClass
from gateway.rules.slots import slot_at
from gateway.runtime import Runtime
from gateway.states import BroadcastState, CallState
from gateway.store import numbers
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.deliveries.crowds import a_crowd, begin, stand
from tests.lines import CALLS_BACK, Caller


def in_doubt(rt: Runtime, kind: str, size: int = 1, **values: object) -> tuple[int, list[Number]]:
    """A broadcast of which the provider did not say whether it took it; its id and the numbers."""
    members = a_crowd(rt, size)
    broadcast_id = begin(rt, kind=kind, **values)
    channel = rt.voice if kind == "voice" else rt.sms
    channel.script.fail(ProviderSilent("no answer"))
    assert send_some(rt, kind).handed == size
    assert stand(rt, broadcast_id).in_doubt == size
    with unit_of_work(rt.engine) as unit:
        ids = unit.db.scalars(select(Member.number_id).where(Member.id.in_(members)).order_by(Member.id))
        return broadcast_id, [numbers.open_number(unit.db, rt.vault, each) for each in ids]


def tell(rt: Runtime, kind: str, number: Number, *known: Known) -> None:
    assert rt.channels.look_up is not None
    rt.channels.look_up.known[kind, number] = list(known)  # type: ignore[attr-defined]


def asked(rt: Runtime) -> int:
    return len(rt.channels.look_up.asked)  # type: ignore[union-attr]


def wait_and_give_up(rt: Runtime, clock: TestClock, minutes: float = 31) -> None:
    clock.forward(minutes=minutes)
    with unit_of_work(rt.engine) as unit:
        doubt.give_up_waiting(unit, rt)


def due_at(rt: Runtime) -> object:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(Delivery.due_at)).one()


def another(attempt: Attempt, **values: object) -> Attempt:
    """One more try of the same delivery."""
    alike = ("delivery_id", "number_id", "kind", "provider", "line", "profile", "placed_at")
    return Attempt(**{name: getattr(attempt, name) for name in alike}, **values)


def over(number: Number, outcome: Outcome, provider_id: str = "c-1") -> VoiceEvent:
    return VoiceEvent(
        provider_id, number, CALLS_BACK, is_inbound=False, is_over=True, outcome=outcome, seconds=0
    )


def test_provider_is_asked_once_a_minute_at_most_and_not_at_once(rt: Runtime, clock: TestClock) -> None:
    in_doubt(rt, "voice")
    ask_about_doubts(rt)
    assert asked(rt) == 0
    clock.forward(seconds=61)
    ask_about_doubts(rt)
    ask_about_doubts(rt)
    assert asked(rt) == 1
    clock.forward(seconds=61)
    ask_about_doubts(rt)
    assert asked(rt) == 2
    clock.forward(hours=73)
    ask_about_doubts(rt)
    assert asked(rt) == 2


def test_text_that_arrived_is_no_doubt_any_more(rt: Runtime, clock: TestClock) -> None:
    broadcast_id, (first, second, third, fourth) = in_doubt(rt, "sms", 4)
    tell(rt, "sms", first, Known("m-1", MessageReported("m-1", first, Outcome.DELIVERED, is_final=True)))
    tell(rt, "sms", second, Known("m-2"))
    tell(rt, "sms", third)
    clock.forward(seconds=61)
    ask_about_doubts(rt)
    found = stand(rt, broadcast_id)
    assert (found.heard, found.in_progress, found.not_reached, found.in_doubt) == (1, 1, {"network": 1}, 1)
    assert found.to_retry == 1


def test_call_that_was_busy_is_tried_again_as_after_a_callback(rt: Runtime, clock: TestClock) -> None:
    broadcast_id, (number,) = in_doubt(rt, "voice")
    tell(rt, "voice", number, Known("c-1", over(number, Outcome.BUSY)))
    clock.forward(seconds=61)
    ask_about_doubts(rt)
    found = stand(rt, broadcast_id)
    assert (found.not_reached, found.to_retry) == ({"busy": 1}, 1)


def test_call_of_another_try_is_not_taken_for_this_one(rt: Runtime, clock: TestClock) -> None:
    broadcast_id, (number,) = in_doubt(rt, "voice")
    with unit_of_work(rt.engine) as unit:
        other = unit.db.scalars(select(Attempt)).one()
        unit.db.add(another(other, try_number=99, outcome="busy", provider_id="c-1"))
    tell(rt, "voice", number, Known("c-1", over(number, Outcome.BUSY)))
    clock.forward(seconds=61)
    ask_about_doubts(rt)
    assert stand(rt, broadcast_id).not_reached == {"network": 1}


def test_call_comes_again_in_another_part_of_the_day(rt: Runtime, clock: TestClock) -> None:
    broadcast_id, _ = in_doubt(rt, "voice")
    placed_at = clock()
    wait_and_give_up(rt, clock, 20)
    assert stand(rt, broadcast_id).in_doubt == 1
    with unit_of_work(rt.engine) as unit:
        settle.settle(unit, rt)
        assert unit.db.get_one(Broadcast, broadcast_id).state == BroadcastState.RUNNING
    wait_and_give_up(rt, clock)
    found = stand(rt, broadcast_id)
    assert (found.not_reached, found.to_retry) == ({"unknown": 1}, 1)
    again = due_at(rt)
    law = MessageClass.ORGANISATIONAL
    assert slot_at(rt.profile, law, again) != slot_at(rt.profile, law, placed_at)  # type: ignore[arg-type]
    clock.now = again  # type: ignore[assignment]
    rt.voice.script.fail(ProviderSilent("no answer"))
    assert send_some(rt, "voice").handed == 1
    wait_and_give_up(rt, clock, 300)
    assert stand(rt, broadcast_id).in_doubt == 1  # once is enough
    with unit_of_work(rt.engine) as unit:
        settle.settle(unit, rt)
        assert unit.db.get_one(Broadcast, broadcast_id).state == BroadcastState.FINISHED


def test_late_callback_calls_the_second_try_off(rt: Runtime, clock: TestClock, client: FlaskClient) -> None:
    broadcast_id, (number,) = in_doubt(rt, "voice")
    wait_and_give_up(rt, clock)
    assert stand(rt, broadcast_id).to_retry == 1
    phone = Caller(client, number, CALLS_BACK, is_inbound=False)
    phone.ring()
    phone.press("1")
    phone.hang_up(60)
    assert stand(rt, broadcast_id).heard == 1
    clock.forward(days=2)
    assert send_some(rt, "voice").handed == 0


def test_call_that_comes_again_is_not_replaced_by_a_text_meanwhile(rt: Runtime, clock: TestClock) -> None:
    broadcast_id, (number,) = in_doubt(rt, "voice", fallback_texts={"hi": "बैठक कल है।"})
    with unit_of_work(rt.engine) as unit:
        last = unit.db.scalars(select(Attempt)).one()
        for earlier in range(1, 5):  # the network had its four turns
            unit.db.add(another(last, try_number=earlier, outcome="failed", cause="network"))
        last.try_number = unit.db.get_one(Delivery, last.delivery_id).tries = 5
    wait_and_give_up(rt, clock)
    assert stand(rt, broadcast_id).to_retry == 1
    tell(rt, "voice", number)  # it never left
    ask_about_doubts(rt)
    assert stand(rt, broadcast_id).to_retry == 1
    with unit_of_work(rt.engine) as unit:
        assert set(unit.db.scalars(select(Delivery.kind))) == {"voice"}


@pytest.mark.parametrize(("law", "again"), [("organisational", 0), ("emergency", 1)])
def test_text_never_comes_again_unless_there_is_danger(
    rt: Runtime, clock: TestClock, law: str, again: int
) -> None:
    broadcast_id, _ = in_doubt(rt, "sms", message_class=law)
    wait_and_give_up(rt, clock)
    assert stand(rt, broadcast_id).to_retry == again
    clock.forward(minutes=10)
    assert send_some(rt, "sms").handed == again
    clock.forward(days=2)
    wait_and_give_up(rt, clock)
    assert len(rt.sms.sent) == again


def test_call_of_a_broadcast_that_is_over_stays_in_doubt(rt: Runtime, clock: TestClock) -> None:
    broadcast_id, _ = in_doubt(rt, "voice", expires_at=clock() + timedelta(hours=1))
    wait_and_give_up(rt, clock, 120)
    assert stand(rt, broadcast_id).in_doubt == 1


def test_phone_that_may_be_ringing_is_not_called_about_another_member(rt: Runtime, clock: TestClock) -> None:
    number = a_number()
    for name in ("Sita", "Ramesh"):
        a_member(rt, name, number=number)
    begin(rt, kind="voice")
    rt.voice.script.fail(ProviderSilent("no answer"))
    assert send_some(rt, "voice").handed == 1
    clock.forward(seconds=59)
    assert send_some(rt, "voice").handed == 0
    clock.forward(seconds=2)
    assert send_some(rt, "voice").handed == 1


def on_the_phone(rt: Runtime, size: int = 1) -> tuple[int, list[Number], list[str]]:
    """A broadcast whose calls were all taken, and of which nothing has been heard since: its id, numbers, provider's ids."""
    a_crowd(rt, size)
    broadcast_id = begin(rt, kind="voice")
    assert send_some(rt, "voice").handed == size
    with unit_of_work(rt.engine) as unit:
        rows = unit.db.execute(select(Attempt.number_id, Attempt.provider_id).order_by(Attempt.id)).all()
        called = [numbers.open_number(unit.db, rt.vault, number_id) for number_id, _ in rows]
        return broadcast_id, called, [str(provider_id) for _, provider_id in rows]


def test_call_whose_last_post_was_lost_is_over_as_soon_as_the_provider_says_so(
    rt: Runtime, clock: TestClock, client: FlaskClient
) -> None:
    broadcast_id, (busy, listening, goes_on), ids = on_the_phone(rt, 3)
    phone = Caller(client, listening, CALLS_BACK, is_inbound=False, provider_id=ids[1])
    phone.ring()
    tell(rt, "voice", busy, Known(ids[0], over(busy, Outcome.BUSY, ids[0])))
    tell(rt, "voice", listening, Known(ids[1], over(listening, Outcome.ANSWERED, ids[1])))
    tell(rt, "voice", goes_on, Known(ids[2]))
    clock.forward(seconds=119)
    ask_about_doubts(rt)
    assert (asked(rt), stand(rt, broadcast_id).in_progress) == (0, 3)
    clock.forward(seconds=2)
    ask_about_doubts(rt)
    found = stand(rt, broadcast_id)
    assert (found.not_reached, found.answered_not_heard, found.in_progress) == ({"busy": 1}, 1, 1)
    with unit_of_work(rt.engine) as unit:  # nothing shows it as under way any more
        assert unit.db.scalars(select(Call.state).where(Call.provider_id == ids[1])).one() == CallState.ENDED


@pytest.mark.parametrize("says", ["nothing", "that it took nothing", "that it goes on"])
def test_call_that_may_go_on_is_left_alone_and_asked_about_once_a_minute(
    rt: Runtime, clock: TestClock, says: str
) -> None:
    broadcast_id, (number,), (provider_id,) = on_the_phone(rt)
    if says != "nothing":
        tell(rt, "voice", number, *([Known(provider_id)] if says == "that it goes on" else []))
    clock.forward(minutes=3)
    for _ in range(2):
        ask_about_doubts(rt)
    assert (asked(rt), stand(rt, broadcast_id).in_progress) == (1, 1)
    clock.forward(seconds=61)
    ask_about_doubts(rt)
    assert (asked(rt), stand(rt, broadcast_id).in_progress) == (2, 1)


def test_thousands_of_lost_posts_are_asked_about_by_few_requests(rt: Runtime, clock: TestClock) -> None:
    size = doubt.AT_ONCE + 20
    on_the_phone(_with_lines(rt, size, clock), size)
    finds: list[int] = []
    look_up = rt.channels.look_up
    assert look_up is not None
    answer = look_up.find
    look_up.find = lambda kind, since: (finds.append(len(since)), answer(kind, since))[1]  # type: ignore[method-assign]
    clock.forward(minutes=3)
    ask_about_doubts(rt)
    assert finds == [doubt.AT_ONCE, 20]


def test_line_of_a_call_that_cannot_be_asked_about_is_free_when_no_such_call_lasts_so_long(
    rt: Runtime, clock: TestClock
) -> None:
    few = _with_lines(rt, 3, clock)
    few = replace(few, channels=replace(few.channels, look_up=None))
    on_the_phone(few, 3)
    a_crowd(rt, 3, unit="BOOTH-2")
    begin(rt, kind="voice", unit="BOOTH-2")
    with unit_of_work(rt.engine) as unit:
        longest = lines.longest_of(rt, unit.db.scalars(select(Broadcast).order_by(Broadcast.id)).first())  # type: ignore[arg-type]
    assert timedelta(minutes=1) < longest < timedelta(minutes=5)
    clock.forward(seconds=longest.total_seconds() - 5)
    ask_about_doubts(few)
    assert send_some(few, "voice").handed == 0
    clock.forward(seconds=10)
    assert send_some(few, "voice").handed == 3


def _with_lines(rt: Runtime, lines: int, clock: TestClock) -> Runtime:
    """Many calls in a second."""
    return replace(rt, settings=replace(rt.settings, lines=lines, calls_per_second=5_000), clock=clock)
