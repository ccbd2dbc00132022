"""Plays many seeds and sums them up, or one seed with its whole story: what `memberline sim` runs."""

from __future__ import annotations

import argparse
import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator

from gateway import faults
from tests.sim.ground import Ground
from tests.sim.play import Played, play

DEFAULT_SEEDS = 1000
SAY_EVERY_SECONDS = 10.0
PROCESS_FAULTS = ("killed", "stalled", "database", "redis", "clock")


def main() -> None:
    """Exit code 1 where a promise was broken."""
    asked = argparse.ArgumentParser(prog="memberline sim", description=__doc__)
    asked.add_argument("--seeds", type=int, default=DEFAULT_SEEDS, help="how many seeds are played")
    asked.add_argument("--first", type=int, default=0, help="the first of them")
    asked.add_argument("--seed", type=int, help="play this one and tell its story")
    chosen = asked.parse_args()
    logging.disable(logging.CRITICAL)
    ground = Ground()
    try:
        if chosen.seed is not None:
            sys.exit(_tell(play(ground, chosen.seed)))
        sys.exit(_many(ground, range(chosen.first, chosen.first + chosen.seeds)))
    finally:
        ground.close()


def replay_line(seed: int) -> str:
    return f"./memberline sim --seed {seed}"


def _tell(played: Played) -> int:
    for line in played.story:
        _say(line)
    _say(f"\nseed {played.seed}: trace {played.trace}, {played.attempts} attempts in {played.days:.1f} days")
    _say(f"BROKEN: {played.broken}" if played.broken else "every promise was kept")
    return 1 if played.broken else 0


def _many(ground: Ground, seeds: range) -> int:
    began = said = time.monotonic()
    sums: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    for played in _until_interrupted(ground, seeds):
        counts += played.counts
        reached += played.reached
        sums.update(
            runs=1, attempts=played.attempts, taken=played.taken, broken=int(played.broken is not None)
        )
        if played.broken:
            _say(f"seed {played.seed} BROKEN: {played.broken}\n  replay: {replay_line(played.seed)}")
        if time.monotonic() - said > SAY_EVERY_SECONDS:
            said = time.monotonic()
            _say(
                f"{sums['runs']} of {len(seeds)} seeds, {sum(counts.values())} faults, {sums['broken']} broken"
            )
    _sum_up(sums, counts, reached, time.monotonic() - began)
    return 1 if sums["broken"] else 0


def _until_interrupted(ground: Ground, seeds: range) -> Iterator[Played]:
    """Ctrl-C ends a long run with its sums."""
    try:
        for seed in seeds:
            yield play(ground, seed)
    except KeyboardInterrupt:
        _say("interrupted")


def _sum_up(sums: Counter[str], counts: Counter[str], reached: Counter[str], seconds: float) -> None:
    _say(f"\n{sums['runs']} runs in {seconds:.0f} s")
    _say(f"{sums['attempts']} attempts, {sums['taken']} taken by the provider")
    _say(f"{sum(counts.values())} faults:")
    for kind, number in sorted(counts.items()):
        _say(f"  {kind:28}{number:8}")
    _say("named points passed:")
    for name in faults.POINTS:
        _say(f"  {name:28}{reached[name]:8}")
    _say(f"{sums['broken']} runs broke a promise (twice, forbidden, stuck, forgotten, sums)")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
