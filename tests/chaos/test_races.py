"""Two hands on one row at once, with real transactions: a post that comes while our own response is being written."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

import gateway
from gateway.calls import closing, opening
from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import Attempt, Call
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, CallState
from gateway.store import attempts, numbers, units
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


def test_two_first_callers_of_an_empty_house_find_one_top_of_the_tree(rt: Runtime) -> None:
    def second() -> int:
        with unit_of_work(rt.engine) as unit:
            return units.root_unit(unit.db).id

    with ThreadPoolExecutor(1) as pool:
        with unit_of_work(rt.engine) as unit:
            first = units.root_unit(unit.db).id
            coming = pool.submit(second)
            until(lambda: waits_for_lock(rt), 5, 0.01)
        assert coming.result(5) == first


def test_each_lock_of_the_database_has_a_number_of_its_own() -> None:
    numbers_used = [
        each
        for path in Path(gateway.__file__).parent.rglob("*.py")
        for each in re.findall(r"^[A-Z_]+ = (4_726_\d+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert len(numbers_used) >= 5
    assert sorted(set(numbers_used)) == sorted(numbers_used)
