"""The simulation finds what is planted: a test of the test (reliability.md 7.1)."""

from __future__ import annotations

import pytest

from tests.sim.ground import Ground
from tests.sim.plants import FIRST, PLANTS, planted
from tests.sim.play import play

pytestmark = pytest.mark.timeout(300)

MOST_SEEDS = 30


@pytest.mark.parametrize("name", PLANTS)
def test_planted_bug_is_found(ground: Ground, name: str) -> None:
    seeds = dict.fromkeys((FIRST.get(name, 0), *range(MOST_SEEDS)))
    with planted(name):
        assert any(is_broken(ground, seed) for seed in seeds), f"{name} lived through {MOST_SEEDS} seeds"


def is_broken(ground: Ground, seed: int) -> bool:
    """A promise was broken, or our own code broke down over it."""
    try:
        return play(ground, seed).broken is not None
    except Exception:
        return True
