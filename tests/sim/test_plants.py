"""The simulation finds what is planted: a test of the test (reliability.md 7.1)."""

from __future__ import annotations

import time

import pytest
from sqlalchemy.exc import IntegrityError

from tests.sim.ground import Ground
from tests.sim.plants import PLANTS, planted
from tests.sim.play import play
from tests.sim.scenes import SCENES

pytestmark = pytest.mark.timeout(600)

MOST_SECONDS, MOST_SEEDS = 300.0, 40


@pytest.mark.parametrize("name", PLANTS)
def test_planted_bug_is_found(ground: Ground, name: str) -> None:
    until, seed = time.monotonic() + MOST_SECONDS, 0
    with planted(name):
        while not is_broken(ground, seed, name):
            seed += 1
            assert seed < MOST_SEEDS and time.monotonic() < until, f"{name} lived through {seed} seeds"


def is_broken(ground: Ground, seed: int, name: str) -> bool:
    """A promise was broken, or the database refused what must not be."""
    try:
        return play(ground, seed, SCENES[name]).broken is not None
    except IntegrityError:
        return True
