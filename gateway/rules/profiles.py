"""A country's rules as one frozen value, read from the file of its name beside this module (rules.md L1, L18).

The files say where each figure comes from. A deployment's counsel changes the file and its version; the version in force
is kept on each attempt. No decision is taken here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import time
from decimal import Decimal, InvalidOperation
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from gateway.rules.classes import MessageClass
from gateway.rules.prices import Money, Per, Prices

MIDNIGHT = time(0)


class ProfileError(ValueError):
    """A profile's file is missing or says something impossible; a defect, found at start and never at a call."""


@dataclass(frozen=True)
class Hours:
    """Opening and closing by the wall clock of the unit; closing at 00:00 means the end of the day."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.closes != MIDNIGHT and self.closes <= self.opens:
            raise ProfileError("a window closes after it opens, on the same day")


ALL_DAY = Hours(MIDNIGHT, MIDNIGHT)


@dataclass(frozen=True, kw_only=True)
class Retention:
    """For how many days each kind is kept (rules.md L13); what follows is the retention job's business.

    Counted from the closing of the report for voice notes, from the end of the relation for what was agreed to, from the
    day itself for all else. `erased_floor_days` is how long what was erased stays sealed before it is purged (L12).
    """

    voice_notes_playable: int
    voice_notes: int
    calls: int
    messages: int
    consents_after_end: int
    audit: int
    callbacks: int
    imports: int
    erased_floor_days: int

    def __post_init__(self) -> None:
        if self.voice_notes < self.voice_notes_playable:
            raise ProfileError("a voice note is kept for as long as it may be played, or longer")


@dataclass(frozen=True)
class Profile:
    """What a country asks of us. `hard` hours are the law's or the custom's, `soft` those we plan for.

    `consent_days`: how long a consent lasts, 0 without end. `rest_days`: for how long nobody is asked anew after an opt-out.
    `scrub_days`: how old a do-not-disturb scrub may be, for the classes that need one (L8). `mobile`: what the digits of a
    mobile number after the dialling code look like. `money`: prices and ceilings until staff put in their own.
    """

    country: str
    name: str
    version: str
    zone: str
    dialling_code: str
    emergency_number: str
    silence_hours: int
    consent_days: int
    rest_days: int
    mobile: str
    retention: Retention
    hard: Mapping[MessageClass, Hours]
    soft: Mapping[MessageClass, Hours]
    languages: Mapping[MessageClass, frozenset[str] | None]
    scrub_days: Mapping[MessageClass, int]
    money: Money

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def in_zone(profile: Profile, zone: str | None) -> Profile:
    """Return the same rules by the wall clock of another zone; None, or its own zone, is the profile itself."""
    return profile if zone in (None, profile.zone) else replace(profile, zone=zone)


def load_profile(country: str) -> Profile:
    """Read the profile of a country by its ISO 3166 code in lower case ("in", "ke", "ug", "ng"); ProfileError otherwise."""
    source = resources.files("gateway.rules") / f"{country}.toml"
    if not (country.isascii() and country.isalpha() and source.is_file()):
        raise ProfileError(f"there is no profile for the country {country!r}")
    return profile_from(tomllib.loads(source.read_text(encoding="utf-8")))


def profile_from(table: Mapping[str, Any]) -> Profile:
    """Build a profile from a file's table. Soft hours that are not named equal the hard ones; emergency is any hour."""
    hard = {MessageClass.EMERGENCY: ALL_DAY} | _hours(table["hours"]["hard"])
    if missing := set(MessageClass) - set(hard):
        raise ProfileError(f"hours are missing for {', '.join(sorted(missing))}")
    soft = hard | _hours(table["hours"].get("soft", {}))
    for message_class in MessageClass:
        _check_inside(soft[message_class], hard[message_class])
    facts = {name: table[name] for name in _FACTS}
    profile = Profile(
        hard=hard,
        soft=soft,
        languages=_languages(table.get("languages", {})),
        retention=_retention(table.get("retention", {})),
        scrub_days={MessageClass(name): days for name, days in table.get("scrub", {}).items()},
        money=_money(table.get("money", {})),
        **facts,
    )
    _check_zone(profile)
    return profile


_FACTS = (
    "country",
    "name",
    "version",
    "zone",
    "dialling_code",
    "emergency_number",
    "silence_hours",
    "consent_days",
    "rest_days",
    "mobile",
)


def _hours(table: Mapping[str, list[str]]) -> dict[MessageClass, Hours]:
    return {
        MessageClass(name): Hours(time.fromisoformat(opens), time.fromisoformat(closes))
        for name, (opens, closes) in table.items()
    }


def _check_inside(soft: Hours, hard: Hours) -> None:
    ends_late = hard.closes != MIDNIGHT and (soft.closes == MIDNIGHT or soft.closes > hard.closes)
    if soft.opens < hard.opens or ends_late:
        raise ProfileError("soft hours lie inside the hard ones")


def _languages(table: Mapping[str, list[str]]) -> dict[MessageClass, frozenset[str] | None]:
    return {c: frozenset(table[c.value]) if c.value in table else None for c in MessageClass}


def _retention(table: Mapping[str, Any]) -> Retention:
    named = {each.name for each in fields(Retention)}
    if set(table) != named or not all(type(days) is int and days >= 0 for days in table.values()):
        raise ProfileError(f"retention names the days of each kind: {', '.join(sorted(named))}")
    return Retention(**table)


def _money(table: Mapping[str, Any]) -> Money:
    try:
        return Money(
            prices=Prices(
                currency=table["currency"],
                call=Decimal(table["call"]),
                sms=Decimal(table["sms"]),
                per=Per(table["per"]),
            ),
            hour=Decimal(table["hour"]),
            day=Decimal(table["day"]),
            second_members=table["second_members"],
        )
    except (KeyError, ValueError, InvalidOperation) as error:
        raise ProfileError("money names currency, call, per, sms, hour, day and second_members") from error


def _check_zone(profile: Profile) -> None:
    try:
        ZoneInfo(profile.zone)
    except (KeyError, ValueError) as error:
        raise ProfileError(f"there is no zone {profile.zone!r}") from error
