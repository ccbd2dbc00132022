"""A fuzzed year: whatever the rules allow, an oracle that was written otherwise has nothing against (issue 5, part 4).

Two countries; clocks with summer time and without, north and south, and one that is half an hour off. Asked at the last
instant; then whole broadcasts with their retries through a year, with the caps counted from what really rang.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.deliveries.used import Rang, count_used
from gateway.rules.classes import Kind, MessageClass
from gateway.rules.guard import may_contact
from gateway.rules.habits import Record
from gateway.rules.retry import Cause, Plan, RetryAt, Try, first_try, next_try
from gateway.rules.slots import SLOTS, Slot
from gateway.rules.verdicts import Allowed, Held
from gateway.states import DeliveryReason
from tests.rules import oracle
from tests.rules.facts import (
    COUNTRIES,
    LAWS,
    NEW_YEAR,
    YEAR,
    ZONES,
    contact_of,
    facts_of_any,
    in_order,
    instant,
    profile_of,
    some_facts,
)
from tests.rules.oracle import Facts, Poll


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("zone", ZONES)
def test_nothing_that_is_forbidden_is_allowed_in_a_year(country: str, zone: str) -> None:
    chance, seen = random.Random(f"{country}/{zone}"), Counter[str]()
    for _ in range(1500):
        facts = some_facts(chance, country, zone)
        objections, verdict = oracle.objections(facts), may_contact(contact_of(facts))
        if isinstance(verdict, Allowed):
            assert not objections, (facts, objections)
            seen["allowed"] += 1
        else:
            assert objections, (facts, verdict)  # nor is anything held back for nothing
            seen.update(objections)
    assert seen["allowed"] > 25
    assert (
        min(seen[each] for each in ("hours", "poll", "certificate", "often", "money", "list", "consent")) > 10
    )


@pytest.mark.parametrize("zone", ZONES)
def test_hours_hold_in_every_quarter_of_an_hour_around_a_change_of_clocks(zone: str) -> None:
    """The days on which the clocks change are asked about minute by minute, as it were."""
    days = {
        at // oracle.DAY * oracle.DAY
        for at in range(NEW_YEAR, NEW_YEAR + YEAR, oracle.DAY)
        if (oracle.wall(zone, at)[1] - oracle.wall(zone, at + oracle.DAY)[1]) % 1440
    }
    chance = random.Random(zone)
    for day in days or {NEW_YEAR}:
        for at in range(day - oracle.DAY, day + 2 * oracle.DAY, 900):
            facts = replace(in_order(chance, "in", zone), at=at, law="organisational")
            allowed = isinstance(may_contact(contact_of(facts)), Allowed)
            assert allowed == oracle.is_in_hours("in", zone, "organisational", at), (zone, at)


@settings(max_examples=400, deadline=None)
@given(facts_of_any)
def test_rules_and_oracle_agree_on_anything(facts: Facts) -> None:
    verdict = may_contact(contact_of(facts))
    assert isinstance(verdict, Allowed) == (not oracle.objections(facts))
    if isinstance(verdict, Held) and verdict.until is not None:
        assert verdict.until > instant(facts.at)


causes = st.sampled_from([each for each in Cause if each not in (Cause.HEARD, Cause.DELIVERED)])


@settings(max_examples=300, deadline=None)
@given(
    country=st.sampled_from(COUNTRIES),
    zone=st.sampled_from(ZONES),
    law=st.sampled_from([each for each in LAWS if each != oracle.OPEN_DAY_AND_NIGHT]),
    at=st.integers(NEW_YEAR, NEW_YEAR + YEAR),
    ends=st.lists(st.tuples(causes, st.integers(1, 30 * oracle.HOUR)), min_size=1, max_size=8),
    slots=st.sampled_from([SLOTS, *((each,) for each in SLOTS), (Slot.MORNING, Slot.EVENING)]),
    rang=st.tuples(*[st.integers(0, 9)] * 3),
    days=st.integers(0, 5),
)
def test_retry_is_timed_within_all_bounds(
    country: str,
    zone: str,
    law: str,
    at: int,
    ends: list[tuple[Cause, int]],
    slots: tuple[Slot, ...],
    rang: tuple[int, ...],
    days: int,
) -> None:
    plan = Plan(
        profile=profile_of(country, zone),
        message_class=MessageClass(law),
        kind=Kind.VOICE,
        seed=at,
        slots=slots,
        record=Record(rang, tuple(each // 2 for each in rang)),
        expires_at=instant(at + days * oracle.DAY) if days else None,
    )
    tries: list[Try] = []
    now = first_try(plan, instant(at))
    for cause, later in ends:
        tries.append(Try(cause, now))
        follow = next_try(tries, plan, now + timedelta(seconds=later))
        if not isinstance(follow, RetryAt):
            return
        assert follow.at >= now + timedelta(seconds=later)
        assert plan.expires_at is None or follow.at < plan.expires_at
        seconds = int(follow.at.timestamp())
        assert oracle.is_in_hours(country, zone, law, seconds, "soft")
        assert part_of_day(country, zone, law, seconds) in [str(each) for each in slots]
        if cause is Cause.UNKNOWN:
            assert part_and_day(country, zone, law, seconds) != part_and_day(
                country, zone, law, int(now.timestamp())
            )
        now = follow.at


def part_of_day(country: str, zone: str, law: str, at: int) -> str:
    """A third of the soft hours, by the minutes of the wall clock."""
    hours = oracle.table_of(country)["hours"]
    opens, closes = (
        int(each[:2]) * 60 + int(each[3:]) for each in hours.get("soft", {}).get(law) or hours["hard"][law]
    )
    nth = (oracle.wall(zone, at)[1] - opens) * 3 // (closes - opens)
    return ["morning", "midday", "evening"][max(0, min(2, nth))]


def part_and_day(country: str, zone: str, law: str, at: int) -> tuple[str, str]:
    return oracle.wall(zone, at)[0], part_of_day(country, zone, law, at)


@dataclass(frozen=True)
class Owed:
    """A delivery as the caps see it."""

    id: int
    number_id: int
    broadcast_id: int
    reason: DeliveryReason = DeliveryReason.BROADCAST
    kind: str = "voice"


@pytest.mark.parametrize(
    ("country", "zone"), [("in", "Asia/Kolkata"), ("ke", "Europe/Berlin"), ("in", "America/Santiago")]
)
def test_year_of_broadcasts_with_retries_rings_nobody_wrongly(country: str, zone: str) -> None:
    """Many more broadcasts are begun than the caps let through, at any minute; polls fall in between."""
    chance, log = random.Random(f"year/{country}/{zone}"), list[oracle.Try]()
    for number in range(6):
        starts = sorted(NEW_YEAR + 60 * chance.randrange(YEAR // 60) for _ in range(60))
        polls = tuple(Poll(line=(1,), closes=NEW_YEAR + chance.randrange(YEAR), hours=48) for _ in range(6))
        _year_of(number, starts, polls, country, zone, chance, log)
    assert len(log) > 300
    assert oracle.too_often(log, zone) == set()


def _year_of(
    number: int,
    starts: list[int],
    polls: tuple[Poll, ...],
    country: str,
    zone: str,
    chance: random.Random,
    log: list[oracle.Try],
) -> None:
    """Work off what is due in the order of time, as the sender does: ask, ring or wait, hear how it ended, plan the next."""
    rang: list[Rang] = []
    queue: list[tuple[int, int]] = []
    facts, tries = {}, dict[int, list[Try]]()
    for nth, start in enumerate(starts):
        allowed = replace(
            in_order(chance, country, zone), polls=polls, expires=start + 4 * oracle.DAY, is_silent=False
        )
        law = chance.choice(["organisational", "campaign", "survey", "service"])
        certificate = ("MCMC/7", "committee", start + 2 * oracle.DAY, "h1")
        facts[nth] = replace(
            allowed,
            law=law,
            kind="voice",
            agreed="all",
            certificate=certificate,
            sound="h1",
            approved="h1",
            has_proof=True,
        )
        tries[nth] = []
        queue.append((start, nth))
    while queue:
        at, nth = queue.pop(queue.index(min(queue)))
        profile = profile_of(country, zone)
        owed = Owed(nth, number, nth)
        used = count_used(owed, rang, profile, instant(at))
        now = replace(facts[nth], at=at)
        verdict = may_contact(replace(contact_of(now), used=used))
        if isinstance(verdict, Held) and verdict.until is not None:
            queue.append((int(verdict.until.timestamp()) + 1, nth))
        if not isinstance(verdict, Allowed):
            continue
        real = replace(
            now, others_today=0, others_this_week=0, tries_today=0, tries=0
        )  # caps: from the log, at the end
        assert not oracle.objections(real), real
        cause = chance.choice([each for each in Cause if each not in (Cause.DELIVERED, Cause.INVALID)])
        if cause is not Cause.NETWORK:
            rang.append(Rang(nth, nth, instant(at)))
            log.append(oracle.Try(number, nth, at))
        tries[nth].append(Try(cause, instant(at)))
        plan = Plan(
            profile=profile,
            message_class=MessageClass(now.law),
            kind=Kind.VOICE,
            seed=nth,
            expires_at=instant(now.expires or 0),
        )
        follow = next_try(tries[nth], plan, instant(at + chance.randrange(7200)))
        if isinstance(follow, RetryAt):
            queue.append((int(follow.at.timestamp()) + 1, nth))
