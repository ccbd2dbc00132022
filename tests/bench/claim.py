"""Claiming a batch of 1,000 and reading it, against a plain SELECT of the same rows by key (performance.md, goal 7).

The claim's commit is the one that also keeps its attempts, so it is not measured here; what judging takes is shown beside it.
"""

from __future__ import annotations

import os
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.db import unit_of_work
from gateway.deliveries import crowd
from gateway.models import Batch, Delivery, PhoneNumber
from gateway.runtime import Runtime
from gateway.store import batches
from gateway.store.batches import Claim
from tests.bench.sending import house, in_turns, people, tidy
from tests.gateway.deliveries.crowds import begin

MEMBERS, ROUNDS, AIM, FLOOR = int(os.environ.get("BENCH_MEMBERS", "20000")), 21, 2.0, 4.0


def main() -> None:
    with house() as rt:
        people(rt, MEMBERS)
        broadcast_id = begin(rt, "STATE")
        tidy(rt)
        with unit_of_work(rt.engine) as unit:
            batch = unit.db.scalars(select(Batch).order_by(Batch.id)).first()
            assert batch is not None
            known = Claim(batch.id, 1, broadcast_id, batch.language, batch.first_id, batch.last_id)
        plain, ours = in_turns(lambda: _select(rt, known), lambda: _claim(rt), ROUNDS)
        judging, _ = in_turns(lambda: _judge(rt, known), lambda: None, 7)
    print(
        f"claim and read of 1,000: {ours * 1000:.2f} ms, plain SELECT {plain * 1000:.2f} ms: ratio {ours / plain:.2f}"
        f" (aim {AIM}); judging them {judging * 1000:.1f} ms"
    )
    if ours / plain > FLOOR:
        raise SystemExit(1)


def _select(rt: Runtime, batch: Claim) -> None:
    query = select(Delivery.id, Delivery.number_id, PhoneNumber.sealed, PhoneNumber.index)
    query = query.outerjoin(PhoneNumber, PhoneNumber.id == Delivery.number_id)
    keys = Delivery.id.between(batch.first_id, batch.last_id)
    with rt.engine.connect() as connection:
        assert len(connection.execute(query.where(keys).order_by(Delivery.id)).all()) == 1000


def _claim(rt: Runtime) -> None:
    """Given back at once, so that every round claims the same rows."""
    now = rt.clock()
    with Session(rt.engine) as db:
        batch = batches.claim(db, "sms", now, now + timedelta(seconds=40))
        assert batch is not None
        assert len(batches.read(db, batch)) == 1000


def _judge(rt: Runtime, batch: Claim) -> None:
    with unit_of_work(rt.engine) as unit:
        assert len(crowd.judge(unit.db, rt, batch, rt.clock())) == 1


if __name__ == "__main__":
    main()
