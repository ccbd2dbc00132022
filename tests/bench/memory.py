"""Memory of a worker that plans and sends a broadcast: the same for 10,000 and for 1,000,000 members.

Each size is done by a process of its own, which says the most it ever held: it plans texts to everybody and sends the first
batches of them, as a worker does. Goal: at most 1.1 times (floor 1.3). Seen: 1.00, 102 MiB for both.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import update

from gateway.broadcasts.spread import spread
from gateway.channels.registry import open_channels
from gateway.db import unit_of_work
from gateway.deliveries.contact import hash_of
from gateway.deliveries.send import send_some
from gateway.models import AudienceList, Broadcast
from gateway.pace import MemoryPace
from gateway.queue import Bells
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from gateway.store import audience_lists
from tests.bench import plan
from tests.bench.environment import environment
from tests.builders import a_number

FEW, MANY, REQUESTS = 10_000, int(os.environ.get("BENCH_MEMBERS", "1000000")), 5
SEALED = 30_000  # the first so many numbers can be opened: those of the batches that are sent


def main() -> None:
    held = {}
    with plan.a_house(MANY) as rt:
        _seal(rt)
        list_id = _few(rt)
        environ = {**os.environ, **environment(rt.settings.database_url, rt.settings.data_dir)}
        for members in (FEW, MANY):
            with plan.connection(rt) as db:
                # The stand-in provider counts its messages anew in every process.
                db.execute("DELETE FROM attempts; UPDATE broadcasts SET state = 'stopped'")
            filters = {"list_id": list_id} if members == FEW else {}
            broadcast_id = plan.a_starting_broadcast(rt, "sms", **filters)
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.memory", str(broadcast_id)],
                env=environ,
                stdout=subprocess.PIPE,
                check=True,
                text=True,
            )
            held[members] = int(done.stdout.split()[-1]) / 1024
            print(
                f"{members} members: {done.stdout.split()[-2]} texts handed over, at most {held[members]:.0f} MiB"
            )
    print(f"memory: {held[MANY] / held[FEW]:.2f} of what {FEW} members take (aim 1.1, floor 1.3)")


def _few(rt: Runtime) -> int:
    """A list on which the first members stand; returns its id."""
    with unit_of_work(rt.engine) as unit:
        made = AudienceList(unit_id=1, name="Few", created_at=plan.NOW)
        unit.db.add(made)
        unit.db.flush()
        audience_lists.add_members(unit.db, made.id, range(1, FEW + 1))
        return made.id


def _seal(rt: Runtime) -> None:
    numbers = ((each, a_number(each)) for each in range(1, min(SEALED, MANY) + 1))
    rows = [(rt.vault.index(number), rt.vault.seal_number(number), each) for each, number in numbers]
    with plan.connection(rt) as db, db.transaction(), db.cursor() as cursor:
        cursor.executemany('UPDATE numbers SET "index" = %s, sealed = %s WHERE id = %s', rows)


def plan_and_send(broadcast_id: int) -> None:
    """The worker: plan, send some batches, say how many texts went and the most that was held, in KiB."""
    rt = build_runtime(Settings.from_env(os.environ), pool_size=2)
    rt = replace(
        rt,
        channels=open_channels("loopback", rt.settings),
        bells=Bells(lambda *_: None),
        clock=lambda: plan.NOW,
        pace=MemoryPace(lambda: datetime.now(UTC)),
    )
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, broadcast_id)
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        approved = {"approved_hash": hash_of(broadcast)}
        unit.db.execute(update(Broadcast).where(Broadcast.id == broadcast_id).values(approved))
    handed = sum(send_some(rt, "sms").handed for _ in range(REQUESTS))
    rt.close()
    print(handed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        plan_and_send(int(sys.argv[1]))
    else:
        main()
