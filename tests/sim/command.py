"""Plays many seeds and sums them up, or one seed with its whole story: what `memberline sim` runs."""

from __future__ import annotations

import argparse
import atexit
import logging
import multiprocessing
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache

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
    asked.add_argument("--jobs", type=int, default=1, help="how many are played at once")
    asked.add_argument("--seed", type=int, help="play this one and tell its story")
    chosen = asked.parse_args()
    if chosen.seed is not None:
        sys.exit(_tell(_play(chosen.seed)))
    sys.exit(_many(range(chosen.first, chosen.first + chosen.seeds), chosen.jobs))


def replay_line(seed: int) -> str:
    return f"./memberline sim --seed {seed}"


def _tell(played: Played) -> int:
    for line in played.story:
        _say(line)
    _say(f"\nseed {played.seed}: trace {played.trace}, {played.attempts} attempts in {played.days:.1f} days")
    _say(f"BROKEN: {played.broken}" if played.broken else "every promise was kept")
    return 1 if played.broken else 0


def _many(seeds: range, jobs: int) -> int:
    began = said = time.monotonic()
    sums: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    for played in _until_interrupted(seeds, jobs):
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


def _until_interrupted(seeds: range, jobs: int) -> Iterator[Played]:
    """Ctrl-C ends a long run with its sums."""
    try:
        yield from map(_play, seeds) if jobs == 1 else _at_once(seeds, jobs)
    except KeyboardInterrupt:
        _say("interrupted")


def _at_once(seeds: range, jobs: int) -> Iterator[Played]:
    """Each process has a database of its own; Ctrl-C is told to us alone, and we end them."""
    with multiprocessing.get_context("spawn").Pool(jobs, _until_terminated) as pool:
        yield from pool.imap_unordered(_play, seeds)


def _until_terminated() -> None:
    """Put the database away at the end, whatever is being played."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())


def _play(seed: int) -> Played:
    """What raises is told with its seed as well."""
    try:
        return play(_ground(), seed)
    except Exception as error:
        error.add_note(f"replay: {replay_line(seed)}")
        raise


@cache
def _ground() -> Ground:
    """This process's own, until it ends."""
    logging.disable(logging.CRITICAL)
    made = Ground()
    atexit.register(made.close)
    return made


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
