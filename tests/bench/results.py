"""Writing what became of 1,000 texts, against a raw UPDATE … FROM unnest of the same columns (performance.md, goal 8)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from statistics import median

from gateway.channels.base import Handed
from gateway.db import unit_of_work
from gateway.deliveries import batch_outcomes
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.store import batch_results, batches
from gateway.store.batches import Claim
from tests.bench.sending import cpu_seconds, house, people, tidy
from tests.gateway.deliveries.crowds import begin

MEMBERS, AIM, FLOOR = int(os.environ.get("BENCH_MEMBERS", "30000")), 1.5, 2.5
RAW = (
    "UPDATE deliveries d SET tries = 1, fence = d.fence + 1, batch_id = NULL, state = 'sent' FROM unnest(%s::bigint[]) r (id)"
    " WHERE d.id = r.id",
    "UPDATE attempts a SET outcome = 'accepted', provider_id = r.name, cost = 0.8, currency = 'INR'"
    " FROM unnest(%s::bigint[], %s::text[]) r (id, name) WHERE a.delivery_id = r.id AND a.try_number = 1",
)


def main() -> None:
    with house() as rt:
        people(rt, MEMBERS)
        raw, ours, _ = measure(rt)
    print(
        f"1,000 results: {ours * 1000:.1f} ms, raw UPDATE {raw * 1000:.1f} ms: ratio {ours / raw:.2f} (aim {AIM})"
    )
    if ours / raw > FLOOR:
        raise SystemExit(1)


def measure(rt: Runtime) -> tuple[float, float, float]:
    """Return the seconds of the raw write and of ours, and the CPU seconds of the raw one."""
    begin(rt, "STATE")
    tidy(rt)
    raw, ours, spent = [], [], []
    for nth, (batch, ids, number_ids) in enumerate(_claimed(rt)):
        names = [f"ATXid_{batch.id:08d}{each:024d}" for each in ids]
        began, cpu = time.perf_counter(), cpu_seconds()
        if nth % 2:
            said = [Handed(Number("+910000000000"), provider_id=name) for name in names]
            asked = batch_outcomes.Asked(batch, ids, number_ids, "sms", rt.clock())
            batch_outcomes.keep(rt, asked, list(said), timedelta(seconds=0.2))
            ours.append(time.perf_counter() - began)
        else:
            _raw(rt, ids, names)
            raw.append(time.perf_counter() - began)
            spent.append(cpu_seconds() - cpu)
    return median(raw), median(ours), sum(spent) / len(spent)


def _raw(rt: Runtime, ids: list[int], names: list[str]) -> None:
    with rt.quick.connection() as connection, connection.transaction():
        connection.execute(RAW[0], (ids,))
        connection.execute(RAW[1], (ids, names))


def _claimed(rt: Runtime) -> Iterator[tuple[Claim, list[int], list[int]]]:
    now = rt.clock()
    while True:
        with unit_of_work(rt.engine) as unit:
            batch = batches.claim(unit.db, "sms", now, now + timedelta(seconds=40))
            if batch is None:
                return
            rows = batches.read(unit.db, batch)
            ids, number_ids = [each.id for each in rows], [each.number_id for each in rows]
            how = {"provider": rt.provider, "line": "sms", "profile": "in", "placed_at": now}
            batch_results.add_attempts(unit.db, batch, ids, number_ids, **how)
        yield batch, ids, number_ids


if __name__ == "__main__":
    main()
