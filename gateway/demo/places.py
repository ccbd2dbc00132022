"""The tree of the demo: organisation, state, district; 15 blocks with panchayats and booths, and a city with wards. Pure.

Both chains of activities.md are there: rural down to village booths, urban by wards (S4-56).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.store.units import ROOT_CODE

STATE, DISTRICT = "UP", "AGRA"
CITY = f"{DISTRICT}-CITY"
BOOTH_OF_24 = f"{DISTRICT}-FATEHABAD-101"
PANCHAYATS, BOOTHS, WARD_BOOTHS = 5, 4, 3


@dataclass(frozen=True)
class Place:
    """A unit to be; `village` is the name that a booth's people say."""

    code: str
    name: str
    kind: str
    parent: str
    village: str = ""


def tree(names: Mapping[str, list[str]]) -> list[Place]:
    """List all units below the root, parents before children."""
    top = [
        Place(STATE, "Uttar Pradesh", "state", ROOT_CODE),
        Place(DISTRICT, "Agra", "district", STATE),
        Place(CITY, "Agra City", "city", DISTRICT),
    ]
    rural = [each for number, block in enumerate(names["blocks"]) for each in _block(number, block, names)]
    return [*top, *rural, *_wards(names["wards"])]


def code_of_block(name: str) -> str:
    """Return the code of a block: AGRA-FATEHPUR-SIKRI."""
    return f"{DISTRICT}-{name.upper().replace(' ', '-')}"


def _block(number: int, name: str, names: Mapping[str, list[str]]) -> Iterator[Place]:
    code = code_of_block(name)
    yield Place(code, name, "block", DISTRICT)
    for index, first in enumerate(names["first"][:PANCHAYATS]):
        # Stepping by four gives every first name every second one just once over 15 blocks.
        village = f"{first} {names['second'][(number + 4 * index) % len(names['second'])]}"
        panchayat = f"{code}-P{index + 1}"
        yield Place(panchayat, village, "panchayat", code)
        yield from _booths(code, panchayat, 100 * (index + 1), BOOTHS, village)


def _wards(names: Sequence[str]) -> Iterator[Place]:
    for index, name in enumerate(names, 1):
        ward = f"{CITY}-W{index}"
        yield Place(ward, name, "ward", CITY)
        yield from _booths(CITY, ward, 100 * index, WARD_BOOTHS, name.removeprefix("Ward "))


def _booths(above: str, parent: str, first: int, count: int, village: str) -> Iterator[Place]:
    for number in range(first + 1, first + count + 1):
        yield Place(f"{above}-{number}", f"Booth {number}, {village}", "booth", parent, village)
