"""A broadcast from draft to its end: audience, four eyes, the round, its sums; nobody twice, nobody at night."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.broadcasts import audience, launch, settle, sums
from gateway.broadcasts import draft as drafts
from gateway.broadcasts.spread import spread
from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.deliveries.sweep import sweep
from gateway.errors import Conflict, NotAllowed, ProviderRefused, ProviderSilent
from gateway.models import Broadcast, Delivery
from gateway.runtime import Runtime
from gateway.sounds import build_subject
from gateway.states import BroadcastState, DeliveryState
from tests.builders import a_broadcast, a_member, a_number
from tests.conftest import TestClock
from tests.lines import CALLS_BACK, Caller


def start(rt: Runtime, broadcast_id: int) -> None:
    build_subject(rt, "broadcast", broadcast_id)
    with unit_of_work(rt.engine) as unit:
        launch.approve(unit, rt, unit.db.get_one(Broadcast, broadcast_id), None)
    with unit_of_work(rt.engine) as unit:
        launch.start(unit, rt, unit.db.get_one(Broadcast, broadcast_id))
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, broadcast_id)


def stand(rt: Runtime, broadcast_id: int) -> sums.Sums:
    with unit_of_work(rt.engine) as unit:
        found = sums.of_broadcast(unit.db, broadcast_id)
    parts = [
        found.heard,
        found.answered_not_heard,
        *found.not_reached.values(),
        found.in_progress,
        found.held,
    ]
    assert sum([*parts, *found.refused.values(), found.not_yet_tried, found.in_doubt]) == found.asked
    return found


def act(rt: Runtime, broadcast_id: int, deed: Callable[..., None]) -> None:
    with unit_of_work(rt.engine) as unit:
        deed(unit, rt, unit.db.get_one(Broadcast, broadcast_id))


def answer_all(rt: Runtime, client: FlaskClient, seconds: int = 60) -> None:
    for placed in list(rt.voice.placed):
        phone = Caller(client, placed.number, CALLS_BACK, is_inbound=False, provider_id=placed.provider_id)
        phone.ring()
        phone.hang_up(seconds)


def test_audience_counts_who_may_be_asked_and_why_others_not(rt: Runtime) -> None:
    a_member(rt, "Sita")
    a_member(rt, "Ramesh", consent=None)
    a_member(rt, "Asha", consent="coordinator")
    a_member(rt, "Mina", language="bn")
    a_member(rt, "Omar", unit="BOOTH-2")
    broadcast_id = a_broadcast(rt)
    with unit_of_work(rt.engine) as unit:
        found = audience.count(unit.db, unit.db.get_one(Broadcast, broadcast_id))
    assert (found.count, found.left_out) == (1, {"no-consent": 2, "no-words": 1})


def test_everybody_is_called_once_when_it_starts_twice(rt: Runtime, client: FlaskClient) -> None:
    for _ in range(5):
        a_member(rt)
    broadcast_id = a_broadcast(rt)
    start(rt, broadcast_id)
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, broadcast_id)
    assert stand(rt, broadcast_id).not_yet_tried == 5
    assert send_some(rt, "voice").handed == 5
    assert send_some(rt, "voice").handed == 0
    assert stand(rt, broadcast_id).in_progress == 5
    answer_all(rt, client)
    assert stand(rt, broadcast_id).heard == 5
    with unit_of_work(rt.engine) as unit:
        settle.settle(unit, rt)
        assert unit.db.get_one(Broadcast, broadcast_id).state == BroadcastState.FINISHED


def test_who_shares_a_phone_is_called_one_after_the_other(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    a_member(rt, "Sita", number=number)
    a_member(rt, "Ramesh", number=number)
    broadcast_id = a_broadcast(rt)
    start(rt, broadcast_id)
    assert send_some(rt, "voice").handed == 1
    assert send_some(rt, "voice").handed == 0
    answer_all(rt, client)
    assert send_some(rt, "voice").handed == 1


def test_silent_provider_leaves_doubt_and_no_second_call(rt: Runtime, clock: TestClock) -> None:
    a_member(rt)
    broadcast_id = a_broadcast(rt)
    start(rt, broadcast_id)
    rt.voice.script.fail(ProviderSilent("no answer"))
    send_some(rt, "voice")
    assert stand(rt, broadcast_id).in_doubt == 1
    clock.forward(minutes=30)
    send_some(rt, "voice")
    assert rt.voice.placed == []


def test_callback_ends_the_doubt(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    a_member(rt, number=number)
    broadcast_id = a_broadcast(rt)
    start(rt, broadcast_id)
    rt.voice.script.fail(ProviderSilent("no answer"))
    send_some(rt, "voice")
    phone = Caller(client, number, CALLS_BACK, is_inbound=False)
    phone.ring()
    phone.hang_up(60)
    assert stand(rt, broadcast_id).heard == 1


def test_provider_that_refuses_everybody_pauses_it(rt: Runtime) -> None:
    a_member(rt)
    broadcast_id = a_broadcast(rt)
    start(rt, broadcast_id)
    rt.voice.script.fail(ProviderRefused("bad key"))
    send_some(rt, "voice")
    with unit_of_work(rt.engine) as unit:
        assert unit.db.get_one(Broadcast, broadcast_id).state == BroadcastState.PAUSED
    assert stand(rt, broadcast_id).to_retry == 1


def test_sender_that_vanished_leaves_doubt_after_its_lease(rt: Runtime, clock: TestClock) -> None:
    a_member(rt)
    broadcast_id = a_broadcast(rt)
    start(rt, broadcast_id)
    rt.voice.script.fail(KeyboardInterrupt())  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        send_some(rt, "voice")
    assert stand(rt, broadcast_id).in_progress == 1
    clock.forward(seconds=41)
    with unit_of_work(rt.engine) as unit:
        sweep(unit, rt)
    assert stand(rt, broadcast_id).in_doubt == 1


def test_nothing_more_is_tried_when_it_is_stopped(rt: Runtime) -> None:
    a_member(rt)
    broadcast_id = a_broadcast(rt)
    start(rt, broadcast_id)
    act(rt, broadcast_id, launch.stop)
    assert send_some(rt, "voice").handed == 0
    assert stand(rt, broadcast_id).not_yet_tried == 1


def test_paused_broadcast_goes_on_where_it_was(rt: Runtime) -> None:
    a_member(rt)
    broadcast_id = a_broadcast(rt)
    start(rt, broadcast_id)
    with unit_of_work(rt.engine) as unit:
        launch.pause(unit, unit.db.get_one(Broadcast, broadcast_id))
    assert send_some(rt, "voice").handed == 0
    act(rt, broadcast_id, launch.resume)
    assert send_some(rt, "voice").handed == 1


def test_broadcast_that_is_starting_does_not_go_on_before_everybody_is_owed(rt: Runtime) -> None:
    a_member(rt)
    broadcast_id = a_broadcast(rt, kind="sms")
    act(rt, broadcast_id, lambda unit, rt, it: launch.approve(unit, rt, it, None))
    act(rt, broadcast_id, launch.start)
    with pytest.raises(Conflict, match="starting"):
        act(rt, broadcast_id, launch.resume)
    with unit_of_work(rt.engine) as unit:
        settle.settle(unit, rt)
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, broadcast_id)
    assert send_some(rt, "sms").handed == 1
    act(rt, broadcast_id, launch.stop)
    with pytest.raises(Conflict, match="stopped"):
        act(rt, broadcast_id, launch.resume)


def test_start_outside_the_window_holds_and_resumes_in_the_morning(rt: Runtime, clock: TestClock) -> None:
    a_member(rt)
    clock.forward(hours=11)
    broadcast_id = a_broadcast(rt)
    start(rt, broadcast_id)
    send_some(rt, "voice")
    held = stand(rt, broadcast_id)
    assert (held.held, rt.voice.placed) == (1, [])
    assert held.held_until is not None
    clock.now = held.held_until
    assert send_some(rt, "voice").handed == 1


def test_campaign_is_refused_without_certificate_and_second_person(rt: Runtime) -> None:
    a_member(rt)
    broadcast_id = a_broadcast(rt, message_class="campaign")
    with pytest.raises(NotAllowed, match="certificate"), unit_of_work(rt.engine) as unit:
        launch.approve(unit, rt, unit.db.get_one(Broadcast, broadcast_id), None)


def test_synthetic_voice_says_so_first_when_it_is_a_campaign(rt: Runtime) -> None:
    broadcast_id = a_broadcast(rt, message_class="campaign")
    with unit_of_work(rt.engine) as unit:
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        assert broadcast.texts["hi"].startswith("यह कंप्यूटर की आवाज़ है।")
        drafts.change(unit, rt, broadcast, title="Again")
        assert broadcast.texts["hi"].count("कंप्यूटर") == 1


def test_changed_words_need_a_new_approval(rt: Runtime) -> None:
    a_member(rt)
    broadcast_id = a_broadcast(rt)
    start(rt, broadcast_id)
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, broadcast_id).texts = {"hi": "कुछ और।"}
    send_some(rt, "voice")
    assert stand(rt, broadcast_id).refused == {"content-changed": 1}


def test_key_eight_stops_calls_at_once(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    a_member(rt, number=number)
    start(rt, a_broadcast(rt))
    send_some(rt, "voice")
    phone = Caller(client, number, CALLS_BACK, is_inbound=False, provider_id=rt.voice.placed[-1].provider_id)
    phone.ring()
    phone.press("8")
    phone.hang_up(9)
    second = a_broadcast(rt)
    with unit_of_work(rt.engine) as unit:
        left = audience.count(unit.db, unit.db.get_one(Broadcast, second))
    assert (left.count, left.left_out) == (0, {"opted-out": 1})


def test_sms_broadcast_merges_equal_words_into_one_request(rt: Runtime) -> None:
    for _ in range(3):
        a_member(rt)
    broadcast_id = a_broadcast(rt, kind="sms")
    start(rt, broadcast_id)
    assert send_some(rt, "sms").handed == 3
    assert len({each.text for each in rt.sms.sent}) == 1
    assert stand(rt, broadcast_id).in_progress == 3


def test_broadcast_without_sound_does_not_start(rt: Runtime) -> None:
    a_member(rt)
    broadcast_id = a_broadcast(rt)
    with unit_of_work(rt.engine) as unit:
        launch.approve(unit, rt, unit.db.get_one(Broadcast, broadcast_id), None)
    with pytest.raises(Conflict, match="sound"):
        act(rt, broadcast_id, launch.start)


def test_delivery_of_an_invalid_number_ends(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    a_member(rt, number=number)
    broadcast_id = a_broadcast(rt)
    start(rt, broadcast_id)
    send_some(rt, "voice")
    phone = Caller(client, number, CALLS_BACK, is_inbound=False, provider_id=rt.voice.placed[-1].provider_id)
    phone.post(is_over="yes", outcome="invalid", seconds="0")
    assert stand(rt, broadcast_id).not_reached == {"invalid": 1}
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Delivery.state)).one() == DeliveryState.FAILED
