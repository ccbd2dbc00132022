"""What is kept for a while is forgotten after it, and nothing before."""

from __future__ import annotations

from gateway.db import unit_of_work
from gateway.purge import purge
from gateway.runtime import Runtime
from gateway.store.callbacks import add_callback
from tests.conftest import TestClock


def test_raw_posts_are_forgotten_after_a_month_and_not_before(rt: Runtime, clock: TestClock) -> None:
    with unit_of_work(rt.engine) as unit:
        add_callback(unit.db, rt.vault, rt.provider, "voice", {"isActive": "1"}, "applied", clock())
    clock.forward(days=30)
    with unit_of_work(rt.engine) as unit:
        assert purge(unit, rt)["callbacks"] == 0
    clock.forward(days=2)
    with unit_of_work(rt.engine) as unit:
        assert purge(unit, rt)["callbacks"] == 1
