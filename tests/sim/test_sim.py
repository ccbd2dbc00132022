"""Seeds of the simulation: whatever breaks, nobody is called twice, against the rules or not at all (reliability.md 7.1)."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from gateway import faults
from tests.sim.command import replay_line
from tests.sim.ground import Ground
from tests.sim.play import play

pytestmark = pytest.mark.timeout(300)

SECONDS = 35.0
FEWEST = 4


def test_promises_are_kept_whatever_breaks(ground: Ground) -> None:
    until, seed = time.monotonic() + SECONDS, 0
    counts: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    while seed < FEWEST or time.monotonic() < until:
        played = play(ground, seed)
        assert played.broken is None, f"{played.broken}; replay: {replay_line(seed)}"
        counts += played.counts
        reached += played.reached
        seed += 1
    assert {name for name in faults.POINTS if not reached[name]} == set()
    assert sum(counts.values()) > 10 * seed
    print(f"\n{seed} seeds, {sum(counts.values())} faults")  # noqa: T201


def test_same_seed_tells_the_same_story(ground: Ground) -> None:
    once, twice = play(ground, 4), play(ground, 4)
    assert (once.trace, once.attempts, once.counts) == (twice.trace, twice.attempts, twice.counts)
    assert play(ground, 9).trace != once.trace


def test_points_cost_nothing_when_nobody_listens() -> None:
    assert faults.hook is None
    faults.point(faults.BEFORE_COMMIT)
