"""What the consent ledger amounts to, and what it covers (rules.md L5 to L7, L10)."""

from datetime import timedelta
from itertools import permutations

import pytest

from gateway.rules.classes import MessageClass
from gateway.rules.consent import ConsentState, Entry, derive, expiry, is_agreed, is_resting, permits, proven
from tests.rules.cases import NOON

S, C = ConsentState, MessageClass


def given(purpose="all", how="key", day=-10, expires=None):
    expires_at = None if expires is None else NOON + timedelta(days=expires)
    return Entry(purpose, "given", how, NOON + timedelta(days=day), expires_at)


def withdrawn(purpose="all", day=-5, how="key"):
    return Entry(purpose, "withdrawn", how, NOON + timedelta(days=day))


LEDGERS = [  # entries, state, source
    ([], S.NONE, "silence is not consent: L10"),
    ([given()], S.ALL, "key 1 after the notice: L10"),
    ([given(how="paper")], S.ALL, "contract: CSV, paper"),
    ([given(how="voice")], S.ALL, "contract: CSV, voice"),
    ([given("organisational", "sms")], S.ORGANISATIONAL, "contract: CSV, sms; per purpose: L5"),
    ([given("organisational"), given("campaign", day=-3)], S.ALL, "both purposes, one by one"),
    ([given("campaign")], S.NONE, "campaign alone is no consent to the rest: 3.3, specific"),
    ([given(how="coordinator")], S.INTRODUCTION, "contract: CSV, coordinator"),
    ([given(how="import")], S.INTRODUCTION, "a way nobody knows proves nothing"),
    ([given(how="coordinator"), given(day=-2)], S.ALL, "asked, and agreed"),
    ([given(), withdrawn()], S.NONE, "opt-out at once: L6"),
    ([given(), withdrawn("campaign")], S.ORGANISATIONAL, "opt-out per purpose: L6"),
    ([given(), withdrawn("organisational")], S.NONE, "campaign alone remains"),
    ([given(how="coordinator"), withdrawn()], S.NONE, "said no to the introduction"),
    ([given(), withdrawn(), given(day=-1)], S.ALL, "rejoining needs a new 1: journeys.md M1"),
    ([given(), withdrawn(), given(how="sms", day=-1)], S.ALL, "START: contract, SMS words"),
    ([given(), withdrawn(), given(how="paper", day=-1)], S.NONE, "import never re-enables: L7"),
    ([given(), withdrawn(), given(how="coordinator", day=-1)], S.NONE, "no second asking by hearsay: L7"),
    ([given(), withdrawn("campaign"), given(how="paper", day=-1)], S.ORGANISATIONAL, "L7, per purpose"),
    ([given(day=-5), withdrawn(day=-5)], S.NONE, "the same instant: withdrawal wins"),
    ([given(expires=0)], S.NONE, "expired now: 3.1, consents expire"),
    ([given(expires=1)], S.ALL, "not yet expired"),
    ([given("organisational"), given("campaign", expires=-1)], S.ORGANISATIONAL, "one purpose expired"),
    ([given(day=1)], S.NONE, "dated tomorrow"),
]


@pytest.mark.parametrize(("entries", "state", "source"), LEDGERS)
def test_derive_in_whatever_order(entries, state, source):
    for order in permutations(entries):
        assert derive(order, NOON) is state, source


def shown(purpose="all", how="key", day=-10):
    return Entry(purpose, "given", how, NOON + timedelta(days=day), has_proof=True)


PROVEN = [  # entries, what could be shown, source
    ([given()], S.NONE, "L8: a word in a list is no evidence"),
    ([shown()], S.ALL, "L8: the call is named"),
    ([shown(how="paper")], S.ALL, "L5: paper form photo"),
    ([shown("organisational"), given("campaign", day=-3)], S.ORGANISATIONAL, "per purpose"),
    ([shown(), withdrawn()], S.NONE, "L6"),
    ([shown(how="coordinator")], S.INTRODUCTION, "hearsay stays hearsay"),
]


@pytest.mark.parametrize(("entries", "state", "source"), PROVEN)
def test_proven_counts_what_came_with_a_call_a_message_or_a_form(entries, state, source):
    assert proven(entries, NOON) is state, source


@pytest.mark.parametrize(("purpose", "least"), [("all", S.INTRODUCTION), ("campaign", S.ALL)])
def test_ending_a_purpose_takes_something_away_from_the_least_state_on(purpose, least):
    for state in ConsentState:
        assert is_agreed(state, purpose) is (state >= least)


def test_expiry_and_rest_by_the_days_of_the_country():
    assert expiry(NOON, 730) == NOON + timedelta(days=730)
    assert expiry(NOON, 0) is None
    assert is_resting(NOON, 90, NOON + timedelta(days=89))
    assert not is_resting(NOON, 90, NOON + timedelta(days=90))
    assert not is_resting(NOON, 0, NOON)
    assert not is_resting(None, 90, NOON)


PERMITS = [  # class, introduction?, least state that covers it (None: no state does), source
    (C.SERVICE, False, S.ORGANISATIONAL, "3.3"),
    (C.ORGANISATIONAL, False, S.ORGANISATIONAL, "3.3"),
    (C.SURVEY, False, S.ORGANISATIONAL, "3.3"),
    (C.EMERGENCY, False, S.ORGANISATIONAL, "3.3"),
    (C.CAMPAIGN, False, S.ALL, "3.3, 3.5: opt-in for campaign"),
    (C.SERVICE, True, S.INTRODUCTION, "contract: CSV, one introduction call"),
    (C.ORGANISATIONAL, True, S.INTRODUCTION, "contract: CSV, one introduction call"),
    (C.CAMPAIGN, True, S.ALL, "nothing else than asking"),
    (C.SURVEY, True, S.ORGANISATIONAL, "nothing else than asking"),
]


@pytest.mark.parametrize(("message_class", "is_introduction", "least", "source"), PERMITS)
def test_permits_from_the_least_state_on(message_class, is_introduction, least, source):
    for state in ConsentState:
        assert permits(state, message_class, is_introduction) is (state >= least), source


def test_states_when_compared():
    assert sorted([S.ALL, S.NONE, S.ORGANISATIONAL, S.INTRODUCTION]) == [
        S.NONE,
        S.INTRODUCTION,
        S.ORGANISATIONAL,
        S.ALL,
    ]
    assert S.NONE < S.ALL
    assert S.ALL > S.ORGANISATIONAL
    assert S.ALL <= S.ALL
    assert not S.INTRODUCTION >= S.ORGANISATIONAL
