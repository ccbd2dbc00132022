"""Country profiles: the figures of rules.md 3 and L1, and what a file may not say."""

import re
import tomllib
from dataclasses import asdict
from datetime import time
from importlib import resources

import pytest

from gateway.phones import is_mobile, parse_number
from gateway.rules.classes import MessageClass
from gateway.rules.profiles import ALL_DAY, Hours, ProfileError, load_profile, profile_from

C = MessageClass
HARD_AND_SOFT = [  # country, class, hard, soft, source
    ("in", C.CAMPAIGN, (9, 0, 21, 0), (10, 0, 20, 30), "rules.md 3.1, L1"),
    ("in", C.SERVICE, (9, 0, 21, 0), (10, 0, 20, 30), "rules.md L1"),
    ("in", C.SURVEY, (9, 0, 21, 0), (10, 0, 20, 30), "rules.md L1"),
    ("ke", C.CAMPAIGN, (8, 0, 18, 0), (8, 0, 18, 0), "rules.md 3.5, L1"),
    ("ke", C.ORGANISATIONAL, (7, 0, 19, 0), (8, 0, 18, 30), "rules.md 3.5, L1"),
    ("ug", C.ORGANISATIONAL, (7, 0, 21, 0), (8, 0, 20, 0), "rules.md 3.5, L1"),
    ("ng", C.CAMPAIGN, (8, 0, 18, 0), (8, 0, 18, 0), "rules.md 3.5: unsettled, the narrowest"),
]
FACTS = [  # country, zone, dialling code, emergency number
    ("in", "Asia/Kolkata", "91", "112"),
    ("ke", "Africa/Nairobi", "254", "999"),
    ("ug", "Africa/Kampala", "256", "999"),
    ("ng", "Africa/Lagos", "234", "112"),
]


def hours(opens_hour, opens_minute, closes_hour, closes_minute):
    return Hours(time(opens_hour, opens_minute), time(closes_hour, closes_minute))


@pytest.mark.parametrize(("country", "message_class", "hard", "soft", "source"), HARD_AND_SOFT)
def test_hours_of_a_country(country, message_class, hard, soft, source):
    profile = load_profile(country)
    assert profile.hard[message_class] == hours(*hard), source
    assert profile.soft[message_class] == hours(*soft), source


@pytest.mark.parametrize(("country", "zone", "code", "emergency"), FACTS)
def test_facts_of_a_country(country, zone, code, emergency):
    profile = load_profile(country)
    assert (profile.zone, profile.dialling_code, profile.emergency_number) == (zone, code, emergency)
    assert profile.version.startswith(f"{country}-")
    assert profile.silence_hours >= 48  # rules.md L2
    assert profile.hard[C.EMERGENCY] == ALL_DAY


def test_campaign_hours_when_model_code_is_in_force():
    hard = load_profile("in").hard[C.CAMPAIGN]  # never 22:00 to 06:00 (rules.md 3.2)
    assert time(6) <= hard.opens
    assert hard.closes <= time(22)


def test_languages_when_a_country_limits_them():
    assert load_profile("ke").languages[C.CAMPAIGN] == {"en", "sw"}  # rules.md 3.5
    assert load_profile("ke").languages[C.SERVICE] is None
    assert load_profile("in").languages[C.CAMPAIGN] is None


TERMS = [  # country, a consent lasts, rest after an opt-out, scrub of a campaign, what was erased stays sealed, source
    ("in", 730, 90, 7, 365, "rules.md 3.1: expiry, rest; L8; L12: Rule 8(3)"),
    ("ke", 0, 0, None, 0, "rules.md 3.5: none named"),
    ("ug", 0, 0, None, 0, "rules.md 3.5: none named"),
    ("ng", 0, 0, None, 0, "rules.md 3.5: none named"),
]


@pytest.mark.parametrize(("country", "lasts", "rest", "scrub", "floor", "source"), TERMS)
def test_terms_of_a_country(country, lasts, rest, scrub, floor, source):
    profile = load_profile(country)
    assert (profile.consent_days, profile.rest_days) == (lasts, rest), source
    assert profile.scrub_days.get(C.CAMPAIGN) == scrub, source
    assert profile.retention.erased_floor_days == floor, source


@pytest.mark.parametrize("country", ["in", "ke", "ug", "ng"])
def test_retention_of_a_country(country):
    kept = load_profile(country).retention  # rules.md L13
    assert kept.voice_notes_playable == 180
    assert kept.voice_notes == (365 if country == "in" else 180)
    assert (kept.calls, kept.messages, kept.consents_after_end, kept.audit) == (365, 365, 365, 3 * 365)


NUMBERS = [  # country, a mobile number as people there write it, one that is none
    ("in", "070000 00001", "+91 11 2345 6789"),
    ("ke", "0722 000 111", "+254 20 222 2222"),
    ("ug", "0772 123456", "+256 41 4123456"),
    ("ng", "0803 123 4567", "+2342033123456"),
]


@pytest.mark.parametrize(("country", "mobile", "other"), NUMBERS)
def test_number_plan_of_a_country_is_that_of_the_numbers_we_take(country, mobile, other):
    profile = load_profile(country)
    for written, is_one in ((mobile, True), (other, False)):
        number = parse_number(written, country)
        assert number.startswith(f"+{profile.dialling_code}")
        digits = number.removeprefix(f"+{profile.dialling_code}")
        assert bool(re.fullmatch(profile.mobile, digits)) is is_one is is_mobile(number)


@pytest.mark.parametrize("country", ["xx", "", "../in", "in.toml", "IN/"])
def test_load_profile_when_there_is_none(country):
    with pytest.raises(ProfileError, match="no profile"):
        load_profile(country)


DAYS = asdict(load_profile("in").retention)
MONEY = tomllib.loads((resources.files("gateway.rules") / "in.toml").read_text())["money"]
BROKEN = [
    ({"zone": "Asia/Atlantis"}, "zone"),
    ({"zone": "../etc"}, "zone"),
    ({"hours": {"hard": {"service": ["09:00", "21:00"]}}}, "missing"),
    ({"hours": {"hard": {"campaign": ["21:00", "09:00"]}}}, "closes after"),
    ({"soft": {"campaign": ["08:00", "20:00"]}}, "inside"),
    ({"soft": {"campaign": ["10:00", "22:00"]}}, "inside"),
    ({"soft": {"campaign": ["10:00", "00:00"]}}, "inside"),
    ({"retention": {}}, "retention names"),
    ({"retention": {**DAYS, "calls": "365"}}, "retention names"),
    ({"retention": {**DAYS, "voice_notes": 30}}, "as long as it may be played"),
    ({"money": {}}, "money names"),
    ({"money": {**MONEY, "call": "two"}}, "money names"),
    ({"money": {**MONEY, "per": "hour"}}, "money names"),
]


@pytest.mark.parametrize(("change", "message"), BROKEN)
def test_profile_from_when_a_file_says_the_impossible(change, message):
    table = tomllib.loads((resources.files("gateway.rules") / "in.toml").read_text())
    table["hours"]["soft"].update(change.pop("soft", {}))
    with pytest.raises(ProfileError, match=message):
        profile_from(table | change)
