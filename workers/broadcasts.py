"""Makes the deliveries of a broadcast that was started."""

from __future__ import annotations

from gateway.broadcasts.spread import spread
from gateway.db import unit_of_work
from workers.process import job, runtime


@job
def spread_broadcast(broadcast_id: int) -> None:
    """Spread a broadcast over its audience; twice inserts nothing twice."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, broadcast_id)
