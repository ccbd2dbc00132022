"""Seeds of the simulation: whatever breaks, nobody is called twice, against the rules or not at all (reliability.md 7.1)."""

from __future__ import annotations

from collections import Counter

import pytest

from gateway import faults
from tests.sim.command import replay_line
from tests.sim.ground import Ground
from tests.sim.play import play

pytestmark = pytest.mark.timeout(600)

SEEDS = (4, 5, 15, 22)  # cheap ones, which pass every named point between them


def test_promises_are_kept_whatever_breaks(ground: Ground) -> None:
    counts: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    for seed in SEEDS:
        played = play(ground, seed)
        assert played.broken is None, f"{played.broken}; replay: {replay_line(seed)}"
        counts += played.counts
        reached += played.reached
    assert {name for name in faults.POINTS if not reached[name]} == set()
    assert sum(counts.values()) > 3 * len(SEEDS)


def test_same_seed_tells_the_same_story(ground: Ground) -> None:
    once, twice = play(ground, 4), play(ground, 4)
    assert (once.trace, once.attempts, once.counts) == (twice.trace, twice.attempts, twice.counts)
    assert play(ground, 9).trace != once.trace


def test_points_cost_nothing_when_nobody_listens() -> None:
    assert faults.hook is None
    faults.point(faults.BEFORE_COMMIT)
