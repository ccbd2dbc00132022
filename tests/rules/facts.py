"""Facts of a contact in plain types, at random or by Hypothesis, and the question that the house asks of the same facts."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from hypothesis import strategies as st

from gateway.rules.classes import ContactReason, Kind, MessageClass
from gateway.rules.consent import ConsentState
from gateway.rules.contact import Certificate, Contact, Suppressed, Used
from gateway.rules.profiles import Profile, load_profile
from gateway.rules.silence import Silence
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
