"""The comparison of retry policies: ours is ahead on the populations that come with it, and on some nobody tuned it to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import reach
from tests.bench.reach_people import Population, random_population, read

SHIPPED = sorted(reach.SHIPPED.glob("*.json"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_ours_leads_on_what_is_shipped(path: Path) -> None:
    assert reach.leads(reach.compare(read(path), members=120))


def test_ours_leads_the_published_ones_on_people_drawn_by_seed() -> None:
    """Not on every one of them: who picks up at once at any hour is reached by anybody."""
    drawn = [reach.compare(random_population(seed), members=60, seed=seed) for seed in range(300, 306)]
    for name in ("Kilkari", "engageSPARK"):
        assert sum(each["ours"].per_hundred_calls > each[name].per_hundred_calls for each in drawn) >= 5
        assert sum(each["ours"].share_within_a_day > each[name].share_within_a_day for each in drawn) >= 5


def test_same_seed_gives_the_same_day() -> None:
    people = random_population(1)
    assert reach.compare(people, members=20, broadcasts=3) == reach.compare(people, members=20, broadcasts=3)


def test_learning_shows() -> None:
    """The same people in their first three weeks and in their last."""
    people = read(reach.SHIPPED / "evening_people.json")
    early = reach.compare(people, members=150, broadcasts=3)["ours"]
    late = reach.compare(people, members=150, broadcasts=12)["ours"]
    assert late.per_hundred_calls > early.per_hundred_calls


BAD = [
    ("{", "is no population"),
    ('{"segments": []}', "has segments"),
    ('{"segments": [{"name": "a", "share": 1, "picks_up": 2}]}', "between 0 and 1"),
    ('{"segments": [{"name": "a", "share": 1, "picks": 0.2}]}', "knows no picks"),
    ('{"segments": [{"name": "a", "share": 0, "picks_up": 0.5}]}', "more than nothing"),
    ('{"segments": [{"name": "a", "share": 1, "picks_up": [1, 2]}]}', "is no population"),
]


@pytest.mark.parametrize(("text", "says"), BAD)
def test_file_that_is_no_population_is_refused_by_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "mine.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=says):
        read(path)


def test_population_of_ones_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"segments": [{"name": "a", "share": 1, "picks_up": [[8, 20, 0.5]]}]}))
    found: Population = read(path)
    assert (found.name, found.segments[0].picks_up[8], found.segments[0].picks_up[20]) == ("mine", 0.5, 0.0)
