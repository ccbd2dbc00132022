"""The breach kit: something got out. Whom it is about, what they are told, and the hours in which the board is told (L14)."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from gateway.broadcasts.draft import draft
from gateway.db import UnitOfWork
from gateway.errors import Conflict
from gateway.models import Breach, Broadcast, Unit
from gateway.people.export import Writable, harmless
from gateway.phones import NumberUnreadable, parse_number
from gateway.rules.classes import MessageClass
from gateway.runtime import Runtime
from gateway.store import breaches
from gateway.store.staff import add_audit

HOURS = timedelta(hours=72)
COLUMNS = ("phone", "name", "language", "unit", "unit_name")
LONGEST_TITLE = 200
MOST_NUMBERS = 50_000
ABOUT_NOTHING = "–"


@dataclass(frozen=True)
class Figures:
    """What a breach comes to: how many, by language, by unit, and how many of them can be rung."""

    count: int
    languages: dict[str, int]
    places: list[tuple[str, int]]
    reachable: int


@dataclass(frozen=True)
class TakenIn:
    """What became of a list of numbers: new members, and lines that are no number."""

    added: int
    unreadable: int


def begin(
    unit: UnitOfWork,
    rt: Runtime,
    *,
    title: str,
    place: Unit,
    noticed_at: datetime,
    what: dict[str, str],
    staff_id: int | None,
) -> Breach:
    """Write down that something got out; the clock runs from when it was noticed. Raises Conflict for what cannot be."""
    if not title.strip() or len(title) > LONGEST_TITLE:
        raise Conflict("say in a few words what happened, in at most 200 letters")
    if noticed_at > rt.clock():
        raise Conflict("it cannot have been noticed in the future")
    breach = Breach(
        title=title.strip(), unit_id=place.id, what=what, staff_id=staff_id, noticed_at=noticed_at
    )
    unit.db.add(breach)
    unit.db.flush()
    _audit(unit, rt, staff_id, "breach-begun", breach)
    return breach


def deadline(breach: Breach) -> datetime:
    return breach.noticed_at + HOURS


def add_below(
    unit: UnitOfWork, rt: Runtime, breach: Breach, place: Unit, language: str | None, staff_id: int | None
) -> int:
    """Take in everybody at or below a unit, or those of one language."""
    added = breaches.add_below(unit.db, breach.id, place.path, language)
    _audit(unit, rt, staff_id, "breach-members-added", breach, added=added, by="unit")
    return added


def add_numbers(
    unit: UnitOfWork, rt: Runtime, breach: Breach, place: Unit, lines: Iterable[str], staff_id: int | None
) -> TakenIn:
    """Take in whoever is on these numbers, one a line, at or below the breach's unit."""
    indexes, unreadable = set(), 0
    for line in lines:
        typed = line.split(",")[0].split(";")[0].strip().strip('"')
        if not typed:
            continue
        try:
            indexes.add(rt.vault.index(parse_number(typed, rt.settings.country)))
        except NumberUnreadable:
            unreadable += 1
        if len(indexes) > MOST_NUMBERS:
            raise Conflict("at most 50,000 numbers at once: hand in the list in parts")
    added = breaches.add_on_numbers(unit.db, breach.id, place.path, indexes) if indexes else 0
    _audit(unit, rt, staff_id, "breach-members-added", breach, added=added, by="numbers")
    return TakenIn(added, unreadable)


def figures(unit: UnitOfWork, breach: Breach) -> Figures:
    languages = breaches.count_by_language(unit.db, breach.id)
    return Figures(
        sum(languages.values()),
        languages,
        breaches.count_by_place(unit.db, breach.id),
        breaches.count_reachable(unit.db, breach.id),
    )


def draft_notice(
    unit: UnitOfWork, rt: Runtime, breach: Breach, place: Unit, kind: str, staff_id: int | None
) -> Broadcast:
    """Draft the notice to exactly these members, in every language there are words for; a person finishes and sends it."""
    texts = {
        language: text.replace("{organisation}", rt.settings.organisation).replace(
            "{what}", breach.what.get(f"told_{language}") or breach.what.get("kinds") or breach.title
        )
        for language, text in _texts()[kind].items()
    }
    made = draft(
        unit,
        rt,
        kind=kind,
        title=breach.title,
        place=place,
        texts=texts,
        sounds={},
        message_class=MessageClass.SERVICE,
        author_id=staff_id,
    )
    made.breach_id = breach.id
    breach.broadcast_ids = [*breach.broadcast_ids, made.id]
    _audit(unit, rt, staff_id, "breach-notice-drafted", breach, kind=kind)
    return made


def board_text(unit: UnitOfWork, rt: Runtime, breach: Breach, place: Unit) -> str:
    """Fill in what the board is sent; what nobody has written yet is a dash."""
    found = figures(unit, breach)
    values = {
        "organisation": rt.settings.organisation,
        "reference": breach.public_id,
        "noticed": _stamp(rt, breach.noticed_at),
        "deadline": _stamp(rt, deadline(breach)),
        "what_happened": f"{breach.title}. {breach.what.get('happened', '')}".strip(),
        "kinds": breach.what.get("kinds") or ABOUT_NOTHING,
        "place": place.name,
        "count": str(found.count),
        "languages": _list(found.languages.items()),
        "places": _list(found.places),
        "reachable": str(found.reachable),
        "done": breach.what.get("done") or ABOUT_NOTHING,
        "told": _stamp(rt, breach.members_told_at) if breach.members_told_at else "not yet",
    }
    return _filled(str(_texts()["board"]["text"]).strip(), values)


def export(unit: UnitOfWork, rt: Runtime, breach: Breach, out: Writable, staff_id: int | None) -> int:
    """Write the list for the board: numbers in full, harmless in a spreadsheet; that it was taken away is noted."""
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    count = 0
    for sealed, index, *cells in breaches.export_rows(unit.db, breach.id):
        number = rt.vault.open_number(sealed, index) if sealed else ""
        writer.writerow([harmless(str(cell or "")) for cell in (number, *cells)])
        count += 1
    _audit(unit, rt, staff_id, "breach-exported", breach, members=count)
    return count


def board_told(unit: UnitOfWork, rt: Runtime, breach: Breach, staff_id: int | None) -> None:
    """The board has been told: the clock stands."""
    breach.board_told_at = breach.board_told_at or rt.clock()
    _audit(unit, rt, staff_id, "breach-board-told", breach)


def members_told(unit: UnitOfWork, rt: Runtime, breach: Breach, staff_id: int | None) -> None:
    breach.members_told_at = breach.members_told_at or rt.clock()
    _audit(unit, rt, staff_id, "breach-members-told", breach)


def close(unit: UnitOfWork, rt: Runtime, breach: Breach, staff_id: int | None) -> None:
    """All is told. Raises Conflict before that."""
    if breach.board_told_at is None or breach.members_told_at is None:
        raise Conflict("close it when the board and the members have been told")
    breach.closed_at = breach.closed_at or rt.clock()
    _audit(unit, rt, staff_id, "breach-closed", breach)


def _audit(
    unit: UnitOfWork, rt: Runtime, staff_id: int | None, action: str, breach: Breach, **details: Any
) -> None:
    add_audit(unit.db, staff_id, action, rt.clock(), "breach", breach.id, breach.unit_id, **details)


def _texts() -> dict[str, dict[str, str]]:
    source = resources.files("gateway.rights") / "breach.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _list(counts: Iterable[tuple[str, int]] | Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name or '?'} {count}" for name, count in counts) or ABOUT_NOTHING


def _stamp(rt: Runtime, at: datetime) -> str:
    return at.astimezone(rt.profile.timezone).strftime("%Y-%m-%d %H:%M %z")
