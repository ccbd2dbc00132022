"""Two hands on one row at once, with real transactions: a post that comes while our own response is being written."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from gateway.calls import closing, opening
from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import Attempt, Call
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, CallState
from gateway.store import attempts, numbers
from tests.builders import a_member, a_number
from tests.gateway.test_broadcasts import a_broadcast, start
from tests.house import until
from tests.lines import CALLS_BACK, Caller


@pytest.fixture
def placed(rt: Runtime) -> Attempt:
    """A call of a broadcast that was placed, before the provider's id of it is known."""
    a_member(rt, number=a_number())
    start(rt, a_broadcast(rt))
    send_some(rt, "voice")
    with unit_of_work(rt.engine) as unit:
        attempt = unit.db.scalars(select(Attempt)).one()
        attempt.provider_id = None
        return attempt


def waits_for_lock(rt: Runtime) -> bool:
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with unit_of_work(rt.engine) as unit:
        return bool(unit.db.scalar(query))


def test_post_finds_its_attempt_when_it_comes_while_our_response_is_written(
    rt: Runtime, placed: Attempt
) -> None:
    def find() -> int | None:
        with unit_of_work(rt.engine) as unit:
            found = attempts.find_for_call(unit.db, rt.provider, "ATVId_early", placed.number_id, rt.clock())
            return found.id if found else None

    with ThreadPoolExecutor(1) as pool:
        with unit_of_work(rt.engine) as unit:
            attempts.lock_deliveries(unit.db, [placed.delivery_id])  # as deliveries.results does
            attempts.accept_many(unit.db, {placed.id: "ATVId_early"})
            looking = pool.submit(find)
            until(lambda: waits_for_lock(rt), 5, 0.01)
        assert looking.result(5) == placed.id


def test_last_word_counts_when_it_overtakes_the_first_post(
    rt: Runtime, client: FlaskClient, placed: Attempt
) -> None:
    with unit_of_work(rt.engine) as unit:
        number = numbers.open_number(unit.db, rt.vault, placed.number_id)
    phone = Caller(client, number, CALLS_BACK, is_inbound=False)
    last = rt.callbacks.parse_voice(phone.form(is_over="yes", outcome="answered", seconds="1"))
    with ThreadPoolExecutor(1) as pool:
        with unit_of_work(rt.engine) as unit:
            opening.insert_call(unit, rt, rt.callbacks.parse_voice(phone.form()), placed.number_id)
            attempts.find_for_call(unit.db, rt.provider, phone.provider_id, placed.number_id, rt.clock())
            ended = pool.submit(closing.call_over, rt, last, None)
            until(lambda: waits_for_lock(rt), 5, 0.01)
        ended.result(5)
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Call.state)).one() == CallState.ENDED
        assert unit.db.get_one(Attempt, placed.id).outcome == AttemptOutcome.ANSWERED
