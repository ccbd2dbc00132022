"""A worker sends batches in several requests at once: everybody once, few jobs, and a reply does not wait for them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from redis import Redis

from gateway.channels.base import Handed
from gateway.db import unit_of_work
from gateway.deliveries import owe
from gateway.phones import Number
from gateway.queue import Bells, rq_enqueue
from gateway.runtime import Runtime
from gateway.store import numbers
from tests.builders import a_number
from tests.gateway.deliveries.crowds import a_crowd, begin, stand
from workers import process


def test_batches_go_at_once_and_a_reply_in_between(
    house: Runtime, work_off: Callable[[], None], redis: Redis
) -> None:
    for nth in range(5):
        a_crowd(house, 60, f"BOOTH-{nth}")
    broadcasts = [begin(house, f"BOOTH-{nth}") for nth in range(5)]
    rung: list[str] = []
    ring = rq_enqueue(redis)

    def counted(queue: str, job: str, ids: tuple[object, ...]) -> None:
        rung.append(job)
        ring(queue, job, ids)

    counting = replace(house, bells=Bells(counted))
    for pid in process._kept:
        process._kept[pid] = counting
    send, under_way, most, replied = house.sms.send_sms, [], [], []

    def slow(text: str, to: list[Number]) -> list[Handed]:
        if not under_way:
            with unit_of_work(house.engine) as unit:
                number_id = numbers.add_number(unit.db, house.vault, a_number(), house.clock())
                owe.owe_sms(unit, counting, number_id, "REF 4711", "reply:1")
        under_way.append(1)
        most.append(len(under_way))
        patience = time.monotonic() + 10
        while len(to) > 1 and not (max(most) > 2 and replied) and time.monotonic() < patience:
            time.sleep(0.02)  # until two more ask beside, and the reply has gone
        if len(to) == 1:
            replied.append(1)
        under_way.pop()
        return send(text, to)

    house.sms.send_sms = slow  # type: ignore[method-assign, assignment]
    counting.bells.send_due("sms")
    work_off()
    assert [stand(house, each).in_progress for each in broadcasts] == [60] * 5
    sent = [each.number for each in house.sms.sent]
    assert len(sent) == len(set(sent)) == 301
    assert max(most) > 2
    assert [each.text for each in house.sms.sent].index("REF 4711") < 300
    assert len(rung) <= 5
