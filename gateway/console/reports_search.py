"""The inbox's address: read into a search, written again with something changed, and its filters in words.

What an address says and nobody understands is left out, so that no link ever breaks; whatever a viewer may not see stays
unseen, since every query is limited by their own sight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import url_for
from sqlalchemy.orm import Session

from gateway.access import Viewer, runtime
from gateway.console.units_choice import chosen
from gateway.console.words import CATEGORIES, CATEGORY_GROUPS
from gateway.states import ReportState, Urgency
from gateway.store import staff, units
from gateway.store.inbox import Search, Tab, key_of

# What an address may hold, in the order in which it is written; a page's key (`after`) never outlives a change.
KEPT = (
    "tab", "unit", "category", "language", "from", "to", "state", "urgency", "act", "voice", "partial", "unnamed",
    "restricted", "member", "overdue", "charge", "counted", "of", "q",
)  # fmt: skip
MINE = "mine"  # the languages that the viewer understands
ACTS = ("unit", "office", "nobody")
LONGEST = 120
NOWHERE = "/0/"  # of a unit that is not the viewer's to see: nothing is found there
_YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True)
class Asked:
    """A list of the inbox: what to look for, the address it came from, and a sentence where its unit is not understood."""

    search: Search
    kept: Mapping[str, str]
    unit_error: str | None = None

    @property
    def query(self) -> str:
        """The address behind the question mark, as saved views keep it."""
        return urlencode(self.kept)

    def address(self, **changed: str | None) -> str:
        """Return the address of this list with something changed."""
        wanted = {name: value for name, value in {**self.kept, **changed}.items() if value}
        return url_for("reports.index", **wanted)  # type: ignore[arg-type]

    def address_of(self, row: Any) -> str:
        """Return the address of a report, with the list from which the next one comes."""
        here = urlencode({**self.kept, "at": key_of(row.report)})
        return url_for("report.show", public_id=row.report.public_id, list=here)


def read(db: Session, viewer: Viewer, asked: Mapping[str, str]) -> Asked:
    """Read the search of an address."""
    kept = {name: asked[name].strip()[:LONGEST] for name in KEPT if asked.get(name, "").strip()}
    unit_path, unit_error = _unit(db, viewer, kept.get("unit", ""))
    return Asked(
        Search(
            tab=_one_of(Tab, kept.get("tab")) or Tab.WAITING,
            unit_path=unit_path,
            category=_known(kept.get("category"), CATEGORIES, CATEGORY_GROUPS),
            languages=_languages(db, viewer, kept.get("language", "")),
            since=_midnight(kept.get("from"), 0),
            until=_midnight(kept.get("to"), 1),
            state=_one_of(ReportState, kept.get("state")),
            urgency=_one_of(Urgency, kept.get("urgency")),
            must_act=_known(kept.get("act"), ACTS),
            has_voice=_YES_NO.get(kept.get("voice", "")),
            is_partial=_YES_NO.get(kept.get("partial", "")),
            is_unnamed=_YES_NO.get(kept.get("unnamed", "")),
            is_restricted=_YES_NO.get(kept.get("restricted", "")) if viewer.may("see_restricted") else None,
            is_member=_YES_NO.get(kept.get("member", "")),
            in_charge=_YES_NO.get(kept.get("charge", "")),
            counted_path=_unit(db, viewer, kept.get("counted", ""))[0],
            overdue_at=runtime().clock() if kept.get("overdue") == "yes" else None,
            reference=_digits(kept.get("q", "")) or None,
            head=kept.get("of"),
            after=asked.get("after"),
        ),
        kept,
        unit_error,
    )


def read_query(db: Session, viewer: Viewer, query: str) -> Asked:
    """Read the search of what stands behind the question mark."""
    return read(db, viewer, dict(parse_qsl(query[:1000])))


def tidy(query: str) -> str:
    """Keep of an address what a list is made of."""
    asked = dict(parse_qsl(query[:1000]))
    return urlencode({name: asked[name].strip()[:LONGEST] for name in KEPT if asked.get(name, "").strip()})


def _unit(db: Session, viewer: Viewer, text: str) -> tuple[str | None, str | None]:
    """A unit of which the viewer's is part limits nothing; one that is not theirs to see finds nothing."""
    if not text:
        return None, None
    place, error = chosen(db, viewer.unit_path, text)
    if place is not None:
        return place.path, None
    above = units.find_unit_by_code(db, text.rpartition("·")[2].strip())
    if above is not None and viewer.unit_path.startswith(above.path):
        return None, None
    return NOWHERE, error


def _languages(db: Session, viewer: Viewer, text: str) -> tuple[str, ...]:
    if text == MINE:
        return tuple(staff.get_staff(db, viewer.staff_id).languages)
    return (text[:8],) if text else ()


def _midnight(text: str | None, days: int) -> datetime | None:
    """The beginning of a day as the country counts it, so many days later; a minute where one is given (`rollups`)."""
    try:
        if "T" in (text or ""):
            return datetime.fromisoformat(text or "").replace(tzinfo=runtime().profile.timezone)
        on = date.fromisoformat(text or "") + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
    return datetime.combine(on, time(), runtime().profile.timezone)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign in "0123456789")[:12]


def _known(word: str | None, *known: Any) -> str | None:
    return word if any(word in each for each in known) else None


def _one_of(kind: Any, word: str | None) -> Any:
    return kind(word) if word in set(kind) else None


def narrowed_by(asked: Asked) -> Iterator[str]:
    """Yield the names of what narrows the list, as the address has them."""
    return (name for name in asked.kept if name not in ("tab", "q"))
