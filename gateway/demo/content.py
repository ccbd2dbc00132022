"""Reads what people wrote for the demo: the TOML files beside this module, each row a frozen dataclass. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Told:
    """A problem and what became of it; `days` is how long ago it came in, `place` a block, "booth" or "" (a stranger)."""

    place: str
    days: float
    state: str
    urgency: str
    category: str | None = None
    source: str = "voice"
    language: str = "hi"
    voice: str = ""
    said: str = ""
    answer: str = ""
    is_past_local: bool = False
    is_unnamed: bool = False
    is_restricted: bool = False
    is_partial: bool = False
    people: int | None = None  # for how many a trainer speaks
    must_act: str = ""
    office: str = ""
    told: str = ""  # an interim word by staff
    again: str = ""  # the second answer, where the first one did not solve it
    note: str = ""  # to the colleague above
    key: str = ""  # a name by which others of the same problem are put to it: `same`
    same: str = ""


@dataclass(frozen=True)
class Item:
    """News; `heard` is the share of its unit's members who have heard it."""

    place: str
    title: str
    days: float
    heard: float
    texts: Mapping[str, str]
    broadcast: str = ""


@dataclass(frozen=True)
class Sending:
    """A broadcast that started `days` ago; a negative number is a draft for that many days ahead."""

    name: str
    kind: str
    title: str
    place: str
    days: float
    texts: Mapping[str, str]


@dataclass(frozen=True)
class Worker:
    """A person of staff; `says` tells on the login list what they are for."""

    email: str
    name: str
    role: str
    place: str
    phone: str
    says: str
    locale: str = "en"
    languages: tuple[str, ...] = ()
    brief: str = ""


@dataclass(frozen=True)
class Duty:
    """A phone that rings when somebody at or below the unit is in danger."""

    place: str
    name: str
    phone: str


@dataclass(frozen=True)
class Names:
    """First names by language and gender, and the second names that nobody bears."""

    first: Mapping[str, Mapping[str, list[str]]]
    second: list[str]


@dataclass(frozen=True)
class Content:
    """All that was written for the demo."""

    reports: list[Told]
    news: list[Item]
    broadcasts: list[Sending]
    staff: list[Worker]
    duties: list[Duty]
    names: Names
    places: Mapping[str, list[str]]
    password: str = field(repr=False)


@cache
def content() -> Content:
    """Read the files, once a process."""
    people, places = _read("people"), _read("places")
    return Content(
        reports=[Told(**each) for each in _read("reports")["report"]],
        news=[Item(**each) for each in _read("news")["item"]],
        broadcasts=[Sending(**each) for each in _read("broadcasts")["broadcast"]],
        staff=[Worker(**each) for each in people["staff"]],
        duties=[Duty(**each) for each in people["duty"]],
        names=Names(people["names"], people["second"]["names"]),
        places=places,
        password=people["password"],
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
