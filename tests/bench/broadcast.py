"""An SMS broadcast to 40,000 against the provider's own minimum (performance.md, goals 10, 11, 13).

The stand-in takes a thousand numbers a request, fifty requests a second, 200 ms each: for forty requests a second in all. Its
minimum is measured, not reckoned: a bare pooled sender makes the same requests in the same run, ten at once, over kept
connections, to the same stand-in on the same cores, and reads nothing of the answers. So what the stand-in itself costs counts on
both sides, and nothing of ours on the bare one: no claim, no rules, no opened numbers, no tries, no results.

Ours is measured from the first bell to the last result written, by a real worker on a real Valkey and a durable PostgreSQL.
The two share two cores, so that a busy machine is seen in the ratio; the CPU of the sender and of PostgreSQL stands beside it as
a multiple of the raw write of goal 8 (aim 4).
"""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlencode

from redis import Redis
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import func, select
from urllib3 import PoolManager

from gateway.db import unit_of_work
from gateway.models import Delivery
from gateway.queue import QUEUES, Bells, rq_enqueue
from gateway.runtime import Runtime
from gateway.states import DeliveryState
from tests import servers
from tests.bench import results
from tests.bench.provider import provider
from tests.bench.sending import cpu_seconds, house, people, tidy
from tests.gateway.deliveries.crowds import begin
from workers import process

MEMBERS, ROUNDS, AIM, FLOOR = int(os.environ.get("BENCH_MEMBERS", "40000")), 3, 1.3, 2.0
BATCH, THREADS = 1000, 10


def main() -> None:
    with provider() as url, house(**_environment(url)) as rt:
        people(rt, MEMBERS)
        tidy(rt)
        raw_cpu = results.measure(rt)[2]
        ratios = [_round(rt, url, raw_cpu) for _ in range(ROUNDS)]
    middle = sorted(ratios)[ROUNDS // 2]
    print(f"broadcast: {middle:.2f} of the provider's own minimum (aim {AIM})")
    if middle > FLOOR:
        raise SystemExit(1)


def _environment(url: str) -> dict[str, str]:
    return {
        "REDIS_URL": servers.valkey(),
        "MEMBERLINE_AFRICASTALKING_URL": url,
        "MEMBERLINE_SMS_REQUESTS_PER_SECOND": "50",
        "MEMBERLINE_BROADCASTS_A_DAY": "1000",
    }


def _round(rt: Runtime, url: str, raw_cpu: float) -> float:
    bare = _bare(url)
    broadcast_id = begin(rt, "STATE")
    took, cpu, jobs = _send(rt, broadcast_id)
    per_thousand = cpu / (MEMBERS / 1000)
    print(
        f"{MEMBERS} texts in {took:.2f} s, bare {bare:.2f} s: {took / bare:.2f}; {jobs} jobs (at most"
        f" {MEMBERS // 1000 + 5}); CPU per 1,000 {per_thousand * 1000:.0f} ms, {per_thousand / raw_cpu:.1f} of the raw write"
    )
    assert jobs <= MEMBERS / 1000 + 5
    return took / bare


def _bare(url: str) -> float:
    pool = PoolManager(maxsize=THREADS)
    form = {"username": "sandbox", "to": ",".join(f"+9170{nth:08d}" for nth in range(BATCH)), "message": "कल"}
    body = urlencode(form).encode()

    def post(_: int) -> None:
        answer = pool.request("POST", f"{url}/version1/messaging", body=body)
        assert answer.status == 201

    began = time.perf_counter()
    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(post, range(MEMBERS // BATCH)))
    return time.perf_counter() - began


def _send(rt: Runtime, broadcast_id: int) -> tuple[float, float, int]:
    redis = Redis.from_url(servers.valkey())
    ring, rung = rq_enqueue(redis), []

    def counted(queue: str, job: str, ids: tuple[object, ...]) -> None:
        rung.append(job)
        ring(queue, job, ids)

    house_with_bells = replace(rt, bells=Bells(counted))
    process.keep(house_with_bells)
    queues = [Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES]
    worker = SimpleWorker(queues, connection=redis, serializer=JSONSerializer)
    began, cpu = time.perf_counter(), cpu_seconds()
    house_with_bells.bells.send_due("sms")
    worker.work(burst=True, logging_level="WARNING")
    took, spent = time.perf_counter() - began, cpu_seconds() - cpu
    with unit_of_work(rt.engine) as unit:
        sent = select(func.count()).where(
            Delivery.broadcast_id == broadcast_id, Delivery.state == DeliveryState.SENT
        )
        assert unit.db.scalar(sent) == MEMBERS
    return took, spent, len(rung)


if __name__ == "__main__":
    main()
