"""Each job by its own name through a burst worker; what is no job of ours is refused; a flushed queue loses nothing."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis
from rq import Queue
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from sqlalchemy import select

from gateway import queue as names
from gateway.app import create_app
from gateway.broadcasts import launch, sums
from gateway.db import unit_of_work
from gateway.models import Broadcast, Call
from gateway.queue import SEND, Bells, rq_enqueue
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from tests.builders import a_broadcast, a_member, a_number
from tests.lines import Caller

Work = Callable[[], None]


def failed(redis: Redis) -> list[str]:
    found: list[str] = []
    for name in names.QUEUES:
        found += FailedJobRegistry(name, connection=redis, serializer=JSONSerializer).get_job_ids()
    return found


def approved(rt: Runtime) -> int:
    broadcast_id = a_broadcast(rt)
    with unit_of_work(rt.engine) as unit:
        launch.approve(unit, rt, unit.db.get_one(Broadcast, broadcast_id), None)
    return broadcast_id


def start(rt: Runtime, broadcast_id: int) -> None:
    with unit_of_work(rt.engine) as unit:
        launch.start(unit, rt, unit.db.get_one(Broadcast, broadcast_id))


def state_of(rt: Runtime, broadcast_id: int) -> BroadcastState:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Broadcast, broadcast_id).state


def test_bells_carry_a_broadcast_from_approval_to_its_calls(
    house: Runtime, work_off: Work, redis: Redis
) -> None:
    for _ in range(3):
        a_member(house)
    broadcast_id = approved(house)
    work_off()  # build_sounds
    start(house, broadcast_id)
    work_off()  # spread_broadcast, then send_due
    assert state_of(house, broadcast_id) == BroadcastState.RUNNING
    assert len(house.voice.placed) == 3
    assert failed(redis) == []


@pytest.mark.parametrize(
    ("job", "arguments"),
    [
        (names.SEND_DUE, ("voice",)),
        (names.SEND_DUE, ("sms",)),
        (names.FETCH_VOICE_NOTE, (404,)),
        (names.BUILD_SOUNDS, ("member", 404)),
        (names.BUILD_SOUNDS, ("broadcast", 404)),
        (names.RUN_SWEEP, ()),
    ],
)
def test_job_runs_by_its_name_and_does_no_harm_where_there_is_nothing(
    work_off: Work, redis: Redis, job: str, arguments: tuple[object, ...]
) -> None:
    rq_enqueue(redis)(names.DEFAULT, job, arguments)
    work_off()
    assert failed(redis) == []


def test_unknown_job_is_refused_and_the_next_one_still_runs(
    house: Runtime, work_off: Work, redis: Redis
) -> None:
    a_member(house)
    broadcast_id = approved(house)
    rq_enqueue(redis)(SEND, "os.getcwd_of_nobody", ())
    work_off()
    start(house, broadcast_id)
    work_off()
    assert len(failed(redis)) == 1
    assert len(house.voice.placed) == 1


class Payload:
    """What somebody who can write to Redis would like us to load."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (Path.touch, (self.mark,))


def test_pickled_payload_is_never_loaded(work_off: Work, redis: Redis, tmp_path: Path) -> None:
    mark = tmp_path / "loaded"
    job = Queue(SEND, connection=redis, serializer=JSONSerializer).enqueue(names.SEND_DUE, "voice")
    redis.hset(job.key, "data", pickle.dumps((names.SEND_DUE, None, [Payload(mark)], {})))
    work_off()
    assert not mark.exists()


def test_sweep_resumes_a_broadcast_when_redis_was_flushed_in_its_middle(
    house: Runtime, work_off: Work, redis: Redis
) -> None:
    for _ in range(4):
        a_member(house)
    broadcast_id = approved(house)
    work_off()
    start(house, broadcast_id)
    redis.flushall()
    work_off()
    assert house.voice.placed == []
    house.bells.sweep()  # settles: rings for the spread, the spread for the senders
    work_off()
    assert len(house.voice.placed) == 4
    redis.flushall()
    house.bells.sweep()
    work_off()
    with unit_of_work(house.engine) as unit:
        assert sums.of_broadcast(unit.db, broadcast_id).in_progress == 4
    assert len(house.voice.placed) == 4


def test_call_is_answered_when_redis_is_away(rt: Runtime) -> None:
    away = Bells(rq_enqueue(Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)))
    number = a_number()
    a_member(rt, number=number)
    phone = Caller(create_app(rt.settings, replace(rt, bells=away)).test_client(), number)
    phone.ring()
    assert "record" in phone.press("1")
    phone.speak()
    phone.hang_up()
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Call.end_reason)).one() == "answered"


def test_bells_of_one_kind_do_not_pile_up_before_the_other(redis: Redis) -> None:
    bells = Bells(rq_enqueue(redis))
    for kind in ("voice", "voice", "sms", "voice", "sms"):
        bells.send_due(kind)
    waiting = Queue(SEND, connection=redis, serializer=JSONSerializer).jobs
    assert [each.args for each in waiting] == [["voice"], ["sms"]]
