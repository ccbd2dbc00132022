"""A fuzzed year: whatever the rules allow, an oracle that was written otherwise has nothing against (issue 5, part 4).

Two countries; clocks with summer time and without, north and south, and one that is half an hour off. Asked at the last
instant; then whole broadcasts with their retries through a year, with the caps counted from what really rang.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.deliveries.used import Rang, count_used
from gateway.rules.classes import ContactReason, Kind, MessageClass
from gateway.rules.consent import ConsentState
from gateway.rules.contact import Certificate, Contact, Suppressed, Used
from gateway.rules.guard import may_contact
from gateway.rules.habits import Record
from gateway.rules.profiles import Profile, load_profile
from gateway.rules.retry import Cause, Plan, RetryAt, Try, first_try, next_try
from gateway.rules.silence import Silence
from gateway.rules.slots import SLOTS, Slot
from gateway.rules.verdicts import Allowed, Held
from gateway.states import DeliveryReason
from tests.rules import oracle
from tests.rules.oracle import Facts, Poll

NEW_YEAR = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
YEAR = 365 * oracle.DAY
COUNTRIES = ("in", "ke")
ZONES = (
    "Asia/Kolkata",
    "Africa/Nairobi",
    "Europe/Berlin",
    "America/New_York",
    "America/Santiago",
    "Australia/Lord_Howe",
)
LAWS = [str(each) for each in MessageClass]


def instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


@cache
def profile_of(country: str, zone: str) -> Profile:
    return replace(load_profile(country), zone=zone)


def contact_of(facts: Facts) -> Contact:
    """The question that the house asks of the same facts."""
    number, committee, until, sound = facts.certificate or ("", "", 0, "")
    return Contact(
        reason=ContactReason.BROADCAST,
        message_class=MessageClass(facts.law),
        kind=Kind(facts.kind),
        at=instant(facts.at),
        profile=profile_of(facts.country, facts.zone),
        consent=ConsentState(facts.agreed),
        unit_path="/" + "".join(f"{each}/" for each in facts.line),
        silences=[
            Silence("/" + "".join(f"{unit}/" for unit in each.line), instant(each.closes), each.hours)
            for each in facts.polls
        ],
        suppressed=Suppressed(facts.list_reason) if facts.list_reason else None,
        is_usable=facts.is_usable,
        is_opted_out=facts.is_opted_out,
        is_proven=facts.has_proof,
        scrubbed_at=instant(facts.scrubbed) if facts.scrubbed is not None else None,
        is_silent=facts.is_silent,
        language=facts.language,
        has_words=facts.has_words,
        content_hash=facts.sound,
        approved_hash=facts.approved,
        certificate=Certificate(number, committee, instant(until), sound) if facts.certificate else None,
        used=Used(
            broadcasts_today=facts.others_today,
            broadcasts_this_week=facts.others_this_week,
            attempts_today=facts.tries_today,
            attempts_in_broadcast=facts.tries,
        ),
        has_budget=facts.has_money,
        is_paused=facts.is_paused,
        is_stopped=facts.is_stopped,
        is_switched_off=facts.is_off,
        expires_at=instant(facts.expires) if facts.expires is not None else None,
    )


def some_facts(chance: random.Random, country: str, zone: str) -> Facts:
    """Mostly in order, so that many are allowed; each thing now and then is not."""
    at = NEW_YEAR + 60 * chance.randrange(YEAR // 60)
    line = (1, chance.randint(2, 4), chance.randint(5, 9))

    def rarely() -> bool:
        return chance.random() < 0.04

    polls = tuple(
        Poll(
            line=line[: chance.randint(1, 3)] if chance.random() < 0.7 else (1, 99),
            closes=at + chance.randint(-5, 90) * oracle.HOUR,
            hours=48 if chance.random() < 0.7 else 72,
        )
        for _ in range(chance.choice([0, 0, 1, 2]))
    )
    certificate = (
        "MCMC/7",
        "committee" if not rarely() else " ",
        at + chance.randint(-1, 9) * oracle.DAY,
        "h1",
    )
    return Facts(
        country=country,
        zone=zone,
        law=chance.choice(LAWS),
        kind=chance.choice(["voice", "sms"]),
        at=at,
        line=line,
        agreed=chance.choice(["all", "all", "all", "organisational", "introduction", "none"]),
        list_reason=chance.choice([None] * 20 + [str(each) for each in Suppressed]),
        is_usable=not rarely(),
        is_opted_out=rarely(),
        has_proof=chance.random() < 0.5,
        scrubbed=chance.choice([None, at - chance.randint(0, 10) * oracle.DAY]),
        language=chance.choice(["hi", "en", "sw", None]),
        has_words=not rarely(),
        sound=chance.choice(["h1"] * 20 + ["h2", None]),
        approved=chance.choice(["h1"] * 20 + ["h2", None]),
        certificate=None if rarely() else certificate,
        polls=polls,
        expires=chance.choice([None, at + chance.randint(-2, 50) * oracle.HOUR]),
        others_today=int(rarely()),
        others_this_week=chance.choice([0, 0, 1, 2, 3]),
        tries_today=chance.choice([0, 0, 1, 2, 3]),
        tries=chance.choice([0, 1, 2, 3, 4, 5, 6]),
        has_money=not rarely(),
        is_paused=rarely(),
        is_stopped=rarely(),
        is_off=rarely(),
        is_silent=rarely(),
    )


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


def in_order(chance: random.Random, country: str, zone: str) -> Facts:
    """Nothing but the hours can object to it."""
    while True:
        facts = replace(some_facts(chance, country, zone), law="organisational", expires=None, language="en")
        if not oracle.objections(facts) - {"hours"}:
            return facts


facts_of_any = st.builds(
    Facts,
    country=st.sampled_from(COUNTRIES),
    zone=st.sampled_from(ZONES),
    law=st.sampled_from(LAWS),
    kind=st.sampled_from(["voice", "sms"]),
    at=st.integers(NEW_YEAR, NEW_YEAR + YEAR),
    line=st.sampled_from([(1,), (1, 5), (1, 5, 23), (1, 52)]),
    agreed=st.sampled_from([str(each) for each in ConsentState]),
    list_reason=st.sampled_from([None, *map(str, Suppressed)]),
    is_usable=st.booleans(),
    is_opted_out=st.booleans(),
    has_proof=st.booleans(),
    scrubbed=st.none() | st.integers(NEW_YEAR - oracle.DAY * 9, NEW_YEAR + YEAR),
    language=st.sampled_from(["hi", "en", "sw", None]),
    has_words=st.booleans(),
    sound=st.sampled_from(["h1", "h2", None]),
    approved=st.sampled_from(["h1", "h2", None]),
    certificate=st.none()
    | st.tuples(
        st.sampled_from(["MCMC/7", " "]),
        st.sampled_from(["committee", ""]),
        st.integers(NEW_YEAR, NEW_YEAR + YEAR),
        st.sampled_from(["h1", "h2", ""]),
    ),
    polls=st.lists(
        st.builds(
            Poll,
            line=st.sampled_from([(1,), (1, 5), (1, 5, 2)]),
            closes=st.integers(NEW_YEAR, NEW_YEAR + YEAR),
            hours=st.sampled_from([48, 72]),
        ),
        max_size=3,
    ).map(tuple),
    expires=st.none() | st.integers(NEW_YEAR, NEW_YEAR + YEAR),
    others_today=st.integers(0, 2),
    others_this_week=st.integers(0, 4),
    tries_today=st.integers(0, 4),
    tries=st.integers(0, 8),
    has_money=st.booleans(),
    is_paused=st.booleans(),
    is_stopped=st.booleans(),
    is_off=st.booleans(),
    is_silent=st.booleans(),
)


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
