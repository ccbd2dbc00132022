"""Kinds of units and their order from the nation down to the booth (activities.md, "The two chains in use"). Pure.

Levels may be left out, kinds of one row stand side by side, and a kind that is not here is taken anywhere: of such a
unit the nearest one above that is known counts.
"""

from __future__ import annotations

from collections.abc import Iterable

ORDER = (
    ("organisation",),
    ("country", "national"),
    ("state", "province"),
    ("division", "region", "zone"),
    ("district", "county"),
    ("subdistrict", "tehsil", "taluk", "subcounty", "lga"),
    ("assembly", "city", "town", "constituency"),
    ("block", "mandal"),
    ("ward", "panchayat", "parish", "sector"),
    ("village", "locality", "hamlet"),
    ("booth",),
)
RANK = {kind: rank for rank, kinds in enumerate(ORDER) for kind in kinds}
# What the console offers under a unit: both chains in use, rural and urban.
OFFERED = [
    "organisation",
    "national",
    "state",
    "division",
    "district",
    "assembly",
    "city",
    "block",
    "ward",
    "panchayat",
    "village",
    "booth",
]


def lowest_rank(kinds: Iterable[str]) -> int:
    """Return how far down a line from the top has come: the rank of the last kind in it that is known, else the top's."""
    return next((RANK[kind] for kind in reversed([*kinds]) if kind in RANK), 0)


def highest_above(kinds: Iterable[str], rank: int) -> str | None:
    """Return the highest of these kinds where it may not hang under this rank, else None."""
    known = [kind for kind in kinds if RANK.get(kind, rank) < rank]
    return min(known, key=RANK.__getitem__, default=None)
