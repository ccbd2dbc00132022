"""The history of a report in words: what happened, what it was changed to, who did it, what colleagues wrote to each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.access import Viewer
from gateway.console.locale import SPOKEN
from gateway.console.words import CATEGORIES, EVENTS, MUST_ACT, URGENCIES
from gateway.models import Report, ReportEvent, Unit
from gateway.runtime import Runtime
from gateway.store import report_page, reports, staff

PEOPLE_IN, UNITS_IN = ("to",), ("unit", "desk")  # the details that hold an id
FINAL = ("note", "undone", "joined", "taken_over")  # `reports.undo` takes none of these back
PLAIN = ("office", "report", "into")  # names and references
WORDS_OF: Mapping[str, Mapping[Any, Any]] = {
    "category": CATEGORIES,
    "code": {**CATEGORIES, **SPOKEN},
    "level": URGENCIES,
    "urgency": URGENCIES,
    "who": MUST_ACT,
    "must_act": MUST_ACT,
    "language": SPOKEN,
}


@dataclass(frozen=True)
class Line:
    """One line of the history; `note` is what staff wrote, `detail` what it was changed to."""

    id: int
    at: datetime
    word: str
    detail: str
    who: str
    note: str
    mentioned: Sequence[str]
    is_undoable: bool = False


def lines_of(
    db: Session, rt: Runtime, viewer: Viewer, report: Report, events: Sequence[ReportEvent]
) -> list[Line]:
    """Write these lines of one report's history in words; the last deed may be undone by who did it."""
    people = _named(events, PEOPLE_IN) | {each.staff_id for each in events if each.staff_id}
    names = staff.names_of(db, sorted(people))
    places = _places(db, _named(events, UNITS_IN))
    mentioned = report_page.list_mentioned(db, report.id)
    return [
        Line(
            each.id,
            each.at,
            str(EVENTS.get(each.kind, each.kind)),
            _detail(each, names, places),
            names.get(each.staff_id or 0, ""),
            _note(rt, each),
            mentioned.get(each.id, []),
            _is_undoable(each, report, viewer.staff_id),
        )
        for each in events
    ]


def _detail(event: ReportEvent, names: Mapping[int, str], places: Mapping[int, str]) -> str:
    """What it was changed to, in words; a detail that has none here is left out, never shown raw."""
    details, found = event.details, []
    for name, words in WORDS_OF.items():
        value = details.get(name)
        if isinstance(value, str) and value in words:
            found.append(str(words[value]))
    found += [names[details[name]] for name in PEOPLE_IN if details.get(name) in names]
    found += [places[details[name]] for name in UNITS_IN if details.get(name) in places]
    found += [str(details[name]) for name in PLAIN if details.get(name)]
    found += [str(EVENTS[details["of"]])] if details.get("of") in EVENTS else []
    if isinstance(details.get("people"), int):
        found.append(gettext("%(n)s people", n=details["people"]))
    return ", ".join(found)


def _is_undoable(event: ReportEvent, report: Report, staff_id: int) -> bool:
    is_last = event.details.get("version") == report.version
    return is_last and event.staff_id == staff_id and event.kind not in FINAL and "before" in event.details


def _note(rt: Runtime, event: ReportEvent) -> str:
    sealed = event.sealed_note
    return rt.vault.open_text(sealed, reports.NOTE_PURPOSE, event.report_id) if sealed else ""


def _named(events: Iterable[ReportEvent], names: Sequence[str]) -> set[int]:
    found = (each.details.get(name) for each in events for name in names)
    return {each for each in found if isinstance(each, int)}


def _places(db: Session, ids: set[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows: Any = db.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))
    return {row.id: row.name for row in rows}
