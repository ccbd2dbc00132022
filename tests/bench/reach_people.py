"""Phones and people of a population, by seed: who picks up when, what a mailbox does, who listens.

A population is a JSON object `{"name", "about", "segments": [...]}`; a segment says of its people:

- `name`, `share` of the population (shares are scaled to one);
- `picks_up`, `busy`, `off`: by local hour, 24 figures, or `[[from hour, to hour, figure], ...]` (0 elsewhere), or one figure:
  that somebody who hears it picks up, that the line is engaged, that the phone is switched off or without network;
- `rejects`: of those who hear it and do not pick up, how many press it away;
- `voicemail`: share of phones whose mailbox takes calls that are off, engaged or not picked up;
- `listening`: share of answered calls of which half or more is heard; `presses`: of those, how many press a key;
- `unreachable`: share of numbers that nobody ever picks up; `invalid`: share that do not exist;
- `spell_hours`: for how long somebody stays away or near, `off_hours`: for how long a phone stays off.

Whoever is away from the phone is away for a while: within one spell the same call has the same end. People of one segment
differ: each has hours of their own (shifted by up to two) and picks up more or less readily. The same seed gives the same
people, and what they do at an instant does not depend on what was tried before, so that policies meet the same day.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gateway.rules.retry import Cause

Hours = tuple[float, ...]
EPOCH = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
OFFSET = 5.5  # hours: the populations live in India
_MASK = (1 << 64) - 1
_FIELDS = {
    "name", "share", "picks_up", "busy", "off", "rejects", "voicemail", "listening", "presses", "unreachable",
    "invalid", "spell_hours", "off_hours",
}  # fmt: skip


@dataclass(frozen=True)
class Segment:
    """One kind of people; the fields are the file's."""

    name: str
    share: float
    picks_up: Hours
    busy: Hours
    off: Hours
    rejects: float = 0.1
    voicemail: float = 0.0
    listening: float = 0.6
    presses: float = 0.5
    unreachable: float = 0.1
    invalid: float = 0.01
    spell_hours: float = 1.5
    off_hours: float = 4.0


@dataclass(frozen=True)
class Picked:
    """What came of one call; `is_heard` is the truth, which no policy may look at."""

    cause: Cause | None  # None: something picked up
    seconds: float = 0.0
    ring: float = 0.0
    has_key: bool = False
    has_ended: bool = False
    is_heard: bool = False


@dataclass(frozen=True)
class Person:
    """One phone and whoever has it."""

    segment: Segment
    key: int
    shift: float
    ready: float
    is_valid: bool
    is_reachable: bool
    has_mailbox: bool

    def answer(self, at: datetime, length: float, whole: float) -> Picked:
        """What becomes of a call at this instant with a message of this length; `whole`: until we hang up."""
        if not self.is_valid:
            return Picked(Cause.INVALID)
        hours = (at - EPOCH).total_seconds() / 3600 + OFFSET + self.shift
        hour, of = int(hours) % 24, self.segment
        if self._draw(1, int(hours / of.off_hours)) < of.off[hour]:
            return self._missed(Cause.OFF, hours, whole, 4.0)
        if self._draw(2, int(hours * 6)) < of.busy[hour]:
            return self._missed(Cause.BUSY, hours, whole, 4.0)
        willing = min(0.98, of.picks_up[hour] * self.ready)
        if not self.is_reachable or self._draw(3, int(hours / of.spell_hours)) >= willing:
            presses_away = self._draw(4, int(hours * 60)) < of.rejects
            return (
                Picked(Cause.REJECTED) if presses_away else self._missed(Cause.NO_ANSWER, hours, whole, 20.0)
            )
        return self._listen(int(hours * 60), length, whole)

    def _listen(self, minute: int, length: float, whole: float) -> Picked:
        of, ring = self.segment, 2.0 + 12.0 * self._draw(5, minute)
        if self._draw(6, minute) >= of.listening:
            return Picked(None, length * 0.5 * self._draw(7, minute), ring)
        if self._draw(8, minute) < of.presses:
            return Picked(None, length + 2, ring, has_key=True, is_heard=True)
        ending = self._draw(
            9, minute
        )  # a third in the second half, a third at the end, a third lets us hang up
        if ending < 1 / 3:
            return Picked(None, length * (0.5 + 1.4 * ending), ring, is_heard=True)
        if ending < 2 / 3:
            return Picked(None, length + 3 * (ending - 1 / 3), ring, is_heard=True)
        return Picked(None, whole, ring, has_ended=True, is_heard=True)

    def _missed(self, cause: Cause, hours: float, whole: float, ring: float) -> Picked:
        if not self.has_mailbox:
            return Picked(cause)
        return Picked(None, whole, ring + 0.2 * self._draw(10, int(hours * 60)), has_ended=True)

    def _draw(self, what: int, when: int) -> float:
        """A number between 0 and 1 that only person, question and time decide (splitmix64)."""
        z = (self.key + what * 0x9E3779B97F4A7C15 + when * 0xD1B54A32D192ED03) & _MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((z ^ (z >> 31)) >> 11) / (1 << 53)


@dataclass(frozen=True)
class Population:
    """A name and its segments."""

    name: str
    about: str
    segments: tuple[Segment, ...]

    def people(self, count: int, seed: int) -> list[Person]:
        chance = random.Random(f"{self.name}/{seed}")
        weights = [each.share for each in self.segments]
        return [_person(each, chance) for each in chance.choices(self.segments, weights, k=count)]


def _person(segment: Segment, chance: random.Random) -> Person:
    return Person(
        segment=segment,
        key=chance.getrandbits(64),
        shift=max(-2.0, min(2.0, chance.gauss(0, 0.8))),
        ready=chance.uniform(0.6, 1.4),
        is_valid=chance.random() >= segment.invalid,
        is_reachable=chance.random() >= segment.unreachable,
        has_mailbox=chance.random() < segment.voicemail,
    )


def read(path: Path) -> Population:
    """Read a population; ValueError says what is wrong with the file."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        segments = tuple(_segment(each) for each in raw["segments"])
        if not segments:
            raise ValueError("a population has segments")
        return Population(str(raw.get("name", path.stem)), str(raw.get("about", "")), segments)
    except (OSError, LookupError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path.name} is no population: {error!r}") from error


def _segment(raw: dict[str, Any]) -> Segment:
    if unknown := raw.keys() - _FIELDS:
        raise ValueError(f"a segment knows no {', '.join(sorted(unknown))}")
    hourly = {name: _hours(raw.get(name, 0.0)) for name in ("picks_up", "busy", "off")}
    plain = {name: float(value) for name, value in raw.items() if name not in {*hourly, "name"}}
    if any(not 0 <= each <= 1 for hours in hourly.values() for each in hours) or min(plain.values()) < 0:
        raise ValueError(f"shares of {raw['name']} lie between 0 and 1")
    if min(plain.get("spell_hours", 1), plain.get("off_hours", 1), plain["share"]) <= 0:
        raise ValueError(f"share and spells of {raw['name']} are more than nothing")
    return Segment(name=str(raw["name"]), **hourly, **plain)


def _hours(raw: Any) -> Hours:
    """24 figures, from 24, from one, or from stretches `[from, to, figure]`."""
    if isinstance(raw, int | float):
        return (float(raw),) * 24
    if len(raw) == 24 and not isinstance(raw[0], list):
        return tuple(float(each) for each in raw)
    hours = [0.0] * 24
    for begins, ends, figure in raw:
        for hour in range(int(begins), int(ends)):
            hours[hour] = float(figure)
    return tuple(hours)


def random_population(seed: int) -> Population:
    """People nobody has tuned anything to: three to five segments with one or two good stretches in the day each."""
    chance = random.Random(f"population/{seed}")
    segments = tuple(_random_segment(nth, chance) for nth in range(chance.randint(3, 5)))
    return Population(f"random {seed}", "drawn by seed", segments)


def _random_segment(nth: int, chance: random.Random) -> Segment:
    low, high = chance.uniform(0.05, 0.4), chance.uniform(0.5, 0.9)
    picks_up = [low] * 24
    for _ in range(chance.randint(1, 2)):
        begins = chance.randint(8, 19)
        for hour in range(begins, min(24, begins + chance.randint(2, 5))):
            picks_up[hour] = high
    off = chance.uniform(0.02, 0.3)
    return Segment(
        name=f"segment {nth + 1}",
        share=chance.uniform(0.5, 2.0),
        picks_up=tuple(picks_up),
        busy=(chance.uniform(0.01, 0.12),) * 24,
        off=tuple(min(1.0, off * chance.uniform(0.5, 1.5)) for _ in range(24)),
        rejects=chance.uniform(0, 0.3),
        voicemail=chance.uniform(0, 0.15),
        listening=chance.uniform(0.4, 0.85),
        presses=chance.uniform(0.1, 0.8),
        unreachable=chance.uniform(0.02, 0.3),
        invalid=chance.uniform(0, 0.03),
        spell_hours=chance.uniform(0.5, 4),
        off_hours=chance.uniform(1, 8),
    )
