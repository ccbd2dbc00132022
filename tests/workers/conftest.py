"""A worker on the run's own Valkey and PostgreSQL: bells ring for real, `work_off` does what they rang for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from gateway.queue import QUEUES, Bells, rq_enqueue
from gateway.runtime import Runtime
from workers import process


@pytest.fixture
def house(rt: Runtime, redis: Redis) -> Iterator[Runtime]:
    """The loopback house whose bells ring on Valkey; jobs of this process work with it."""
    with_bells = replace(rt, bells=Bells(rq_enqueue(redis)))
    process._kept[os.getpid()] = with_bells
    yield with_bells
    process._kept.clear()


@pytest.fixture
def work_off(house: Runtime, redis: Redis) -> Callable[[], None]:
    """Do every job that is queued, and those that they ring for, then return."""

    def burst() -> None:
        queues = [Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES]
        SimpleWorker(queues, connection=redis, serializer=JSONSerializer).work(
            burst=True, logging_level="WARNING"
        )

    return burst
