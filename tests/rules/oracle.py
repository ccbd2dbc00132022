"""Who may not be contacted, said a second time and otherwise: by the wall clock in minutes, lists of ids and sets of words.

Written from rules.md and the countries' files alone. It shares no function with `gateway.rules`: times are seconds since
1970, units are lists of numbers, a country is the plain table of its file. What it objects to must never happen.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

HOUR, DAY = 3600, 86_400
AGREES = {"campaign": {"all"}}  # every other class: who agreed to be a member
OPEN_DAY_AND_NIGHT = "emergency"


@dataclass(frozen=True, kw_only=True)
class Poll:
    """A poll among the people of a unit, given by the ids of its line from the root."""

    line: tuple[int, ...]
    closes: int
    hours: int


@dataclass(frozen=True, kw_only=True)
class Facts:
    """All that is known when somebody is about to be called, in plain types; the names are the law's."""

    country: str
    zone: str
    law: str
    kind: str
    at: int
    line: tuple[int, ...]
    agreed: str
    list_reason: str | None
    is_usable: bool
    is_opted_out: bool
    has_proof: bool
    scrubbed: int | None
    language: str | None
    has_words: bool
    sound: str | None
    approved: str | None
    certificate: tuple[str, str, int, str] | None  # number, committee, valid until, hash
    polls: tuple[Poll, ...]
    expires: int | None
    others_today: int
    others_this_week: int
    tries_today: int
    tries: int
    has_money: bool
    is_paused: bool
    is_stopped: bool
    is_off: bool
    is_silent: bool


def objections(facts: Facts) -> set[str]:
    """Return every reason for which a broadcast may not come to this number now."""
    found = {name for name, objects in _plain(facts).items() if objects}
    if facts.law == "campaign":
        found |= {name for name, objects in _of_campaigns(facts).items() if objects}
    if facts.law != OPEN_DAY_AND_NIGHT and not is_in_hours(facts.country, facts.zone, facts.law, facts.at):
        found.add("hours")
    return found


def is_in_hours(country: str, zone: str, law: str, at: int, kind: str = "hard") -> bool:
    """Say whether the wall clock there stands between opening and closing."""
    if law == OPEN_DAY_AND_NIGHT:
        return True
    hours = table_of(country)["hours"]
    opens, closes = (_minutes(each) for each in hours.get(kind, {}).get(law) or hours["hard"][law])
    _, minute = wall(zone, at)
    return opens <= minute < (closes or 24 * 60)


def wall(zone: str, at: int) -> tuple[str, int]:
    """The day and the minute of it that a clock on the wall shows."""
    shown = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
    return shown.strftime("%Y-%m-%d"), shown.hour * 60 + shown.minute


@dataclass(frozen=True)
class Try:
    """One call that was made."""

    number: int
    broadcast: int
    at: int


def too_often(tries: Sequence[Try], zone: str) -> set[str]:
    """Return which caps a log of calls breaks: 1 broadcast a day, 3 in 7 days, 3 calls a day, 6 in one broadcast (L9, 2.2)."""
    broken: set[str] = set()
    for of_number in _by(tries, lambda each: each.number).values():
        by_day = _by(of_number, lambda each: wall(zone, each.at)[0])
        if any(len({each.broadcast for each in day}) > 1 for day in by_day.values()):
            broken.add("two broadcasts on a day")
        for last in of_number:
            week = [each for each in of_number if last.at - 7 * DAY < each.at <= last.at]
            if len({each.broadcast for each in week}) > 3:
                broken.add("four broadcasts in a week")
        for same in _by(of_number, lambda each: each.broadcast).values():
            if len(same) > 6:
                broken.add("seven calls in a broadcast")
            if any(len(day) > 3 for day in _by(same, lambda each: wall(zone, each.at)[0]).values()):
                broken.add("four calls on a day")
    return broken


@cache
def table_of(country: str) -> Mapping[str, Any]:
    """The plain table of a country's file."""
    source = resources.files("gateway.rules") / f"{country}.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _plain(facts: Facts) -> dict[str, bool]:
    on_list = facts.list_reason is not None and not (
        facts.list_reason == "do-not-disturb" and facts.has_proof
    )
    spoken = table_of(facts.country).get("languages", {}).get(facts.law)
    is_danger = facts.law == OPEN_DAY_AND_NIGHT
    return {
        "number": not facts.is_usable,
        "list": on_list,
        "left": facts.is_opted_out,
        "consent": facts.agreed not in AGREES.get(facts.law, {"organisational", "all"}),
        "scrub": _is_unscrubbed(facts),
        "words": not facts.has_words,
        "language": spoken is not None and facts.language not in spoken,
        "approval": not facts.approved or facts.approved != facts.sound,
        "expired": facts.expires is not None and facts.expires <= facts.at,
        "stopped": facts.is_stopped,
        "paused": facts.is_paused or facts.is_off,
        "money": not facts.has_money,
        "six": facts.tries > 5,
        "often": not is_danger
        and (facts.others_today > 0 or facts.others_this_week > 2 or facts.tries_today > 2),
        "rest": facts.is_silent and facts.kind == "voice" and not is_danger,
    }


def _is_unscrubbed(facts: Facts) -> bool:
    days = table_of(facts.country).get("scrub", {}).get(facts.law)
    if days is None or facts.has_proof:
        return False
    return facts.scrubbed is None or facts.at - facts.scrubbed > days * DAY


def _of_campaigns(facts: Facts) -> dict[str, bool]:
    number, committee, until, sound = facts.certificate or ("", "", 0, "")
    return {
        "certificate": not (number.strip() and committee.strip() and sound) or until <= facts.at,
        "another sound": bool(sound) and sound != facts.sound,
        "poll": any(
            each.closes - each.hours * HOUR <= facts.at < each.closes
            and facts.line[: len(each.line)] == each.line
            for each in facts.polls
        ),
    }


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def _by(tries: Iterable[Try], key: Any) -> dict[Any, list[Try]]:
    found: dict[Any, list[Try]] = defaultdict(list)
    for each in tries:
        found[key(each)].append(each)
    return found
