"""Who is reached by which way of trying again: ours, Kilkari's, engageSPARK's and none, on the same people and days.

`memberline bench reach [--population FILE]`. Twelve weekly broadcasts to the same people, so that what is learned counts,
and so do the first weeks in which nothing is known. Two figures: members who heard at least half, for each 100 calls placed;
and the share of all who were asked that heard it within 24 hours of the start. A population's JSON is described in
`reach_people`; four come with it, and twenty are drawn by seed, to which nothing was ever tuned.

What it costs to be polite: ours plans for 10:00 to 20:30 and keeps to three calls a day and six in all, the others may use the
whole legal day. Kilkari rings up to nine times and so reaches a few more in the end where people are hard to reach; it pays in
calls. On some populations one single call is cheaper for each who hears, since it never asks the hard ones again.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click

from tests.bench.reach_people import EPOCH, OFFSET, Person, Population, random_population, read
from tests.bench.reach_policies import LENGTH, WHOLE, Called, Policy, all_policies

SHIPPED = Path(__file__).parent / "populations"
MEMBERS, BROADCASTS, SEED = 400, 12, 7
RANDOM, RANDOM_MEMBERS = 20, 150
OURS = "ours"
_DAY = timedelta(hours=24)


@dataclass
class Score:
    """What came of all broadcasts together: counts of (member, broadcast)."""

    asked: int = 0
    calls: int = 0
    heard: int = 0
    within_a_day: int = 0

    @property
    def per_hundred_calls(self) -> float:
        return 100 * self.heard / max(1, self.calls)

    @property
    def share_within_a_day(self) -> float:
        return self.within_a_day / max(1, self.asked)


def starts(count: int, seed: int) -> list[datetime]:
    """One broadcast a week, begun while an office is open: 10:00 to 16:00."""
    chance = random.Random(f"starts/{seed}")
    mornings = EPOCH - timedelta(hours=OFFSET)
    return [
        mornings + timedelta(days=7 * week + chance.randrange(6), minutes=600 + 15 * chance.randrange(25))
        for week in range(count)
    ]


def simulate(policy: Policy, people: Sequence[Person], at: Sequence[datetime]) -> Score:
    """Send one broadcast after another to the same people."""
    score = Score()
    for start in at:
        for member, person in enumerate(people):
            score.asked += 1
            _reach(policy, member, person, start, score)
    return score


def _reach(policy: Policy, member: int, person: Person, start: datetime, score: Score) -> None:
    calls: list[Called] = []
    due, is_heard = policy.first(member, start), False
    while due is not None:
        picked = person.answer(due, LENGTH, WHOLE)
        calls.append(Called(due, picked))
        score.calls += 1
        if picked.is_heard and not is_heard:
            is_heard = True
            score.heard += 1
            score.within_a_day += due - start <= _DAY
        due = policy.following(member, start, calls)


def compare(
    population: Population, members: int = MEMBERS, broadcasts: int = BROADCASTS, seed: int = SEED
) -> dict[str, Score]:
    """Return what each policy makes of the same people and the same starts, ours first."""
    people, at = population.people(members, seed), starts(broadcasts, seed)
    return {policy.name: simulate(policy, people, at) for policy in all_policies()}


def leads(scores: Mapping[str, Score]) -> bool:
    """Say whether ours is ahead of every other policy in both figures."""
    ours = scores[OURS]
    return all(
        ours.per_hundred_calls > each.per_hundred_calls and ours.share_within_a_day > each.share_within_a_day
        for name, each in scores.items()
        if name != OURS
    )


def show(population: Population, scores: Mapping[str, Score]) -> None:
    """Print a table: the figures, and ours as a multiple of each."""
    click.echo(f"\n{population.name}: {population.about}")
    click.echo(
        f"  {'policy':12} {'heard/100 calls':>16} {'ours is':>8} {'in 24 h':>8} {'ours is':>8} {'heard':>7} {'calls':>7}"
    )
    ours = scores[OURS]
    for name, each in scores.items():
        calls = f"{ours.per_hundred_calls / (each.per_hundred_calls or 1):7.2f}x"
        day = f"{ours.share_within_a_day / (each.share_within_a_day or 1):7.2f}x"
        click.echo(
            f"  {name:12} {each.per_hundred_calls:16.1f} {calls} {each.share_within_a_day:8.1%} {day}"
            f" {each.heard / each.asked:7.1%} {each.calls / each.asked:7.2f}"
        )


@click.command()
@click.option("--population", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def main(population: Path | None) -> None:
    try:
        shipped = (
            [read(population)] if population else [read(each) for each in sorted(SHIPPED.glob("*.json"))]
        )
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{MEMBERS} members, {BROADCASTS} weekly broadcasts, seed {SEED}; heard and calls are per member asked"
    )
    for each in shipped:
        show(each, compare(each))
    if population is None:
        _at_random()


def _at_random() -> None:
    """Twenty populations of their own: how many of them we lead, in either figure and in both."""
    drawn = [compare(random_population(seed), RANDOM_MEMBERS, seed=seed) for seed in range(RANDOM)]
    click.echo(f"\n{RANDOM} populations drawn by seed, {RANDOM_MEMBERS} members each; ours leads on")
    for name in drawn[0]:
        if name != OURS:
            calls = sum(each[OURS].per_hundred_calls > each[name].per_hundred_calls for each in drawn)
            day = sum(each[OURS].share_within_a_day > each[name].share_within_a_day for each in drawn)
            click.echo(f"  {name:12} heard/100 calls {calls:3}/{RANDOM}   in 24 h {day:3}/{RANDOM}")
    click.echo(f"  all in both  {sum(map(leads, drawn)):19}/{RANDOM}")


if __name__ == "__main__":
    main()
