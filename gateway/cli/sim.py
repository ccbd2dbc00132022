"""`memberline sim`: plays broadcasts against a played provider with faults at every step, by seed; needs a checkout."""

from __future__ import annotations

import subprocess
import sys

import click

from gateway.cli.bench import CHECKOUT
from gateway.errors import MemberlineError


@click.command()
@click.option("--seeds", type=click.IntRange(min=1), default=1000, help="How many seeds are played.")
@click.option("--first", type=click.IntRange(min=0), default=0, help="The first of them.")
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, help="How many are played at once, on as many cores."
)
@click.option("--seed", type=click.IntRange(min=0), help="Play this one alone and tell its story.")
def sim(seeds: int, first: int, jobs: int, seed: int | None) -> None:
    """Play broadcasts with faults at every step, and hold them to what is promised."""
    if not (CHECKOUT / "tests" / "sim").is_dir():
        raise MemberlineError("the simulation needs a checkout of the source")
    many = ["--seeds", str(seeds), "--first", str(first), "--jobs", str(jobs)]
    chosen = ["--seed", str(seed)] if seed is not None else many
    ran = subprocess.run([sys.executable, "-m", "tests.sim", *chosen], cwd=CHECKOUT, check=False)
    if ran.returncode:
        raise SystemExit(1)
