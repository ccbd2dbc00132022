"""What a call of a minute may know of a day's roll-up (`flows.facts.Brief`): counts as words, nothing of anybody's."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from gateway.models import Rollup, RollupRow, Unit
from gateway.rollups.send import silent
from gateway.runtime import Runtime
from gateway.store import rollups


def facts(db: Session, rt: Runtime, rollup_id: int, unit_id: int, language: str) -> dict[str, Any]:
    """Return a unit's figures of the day, of its newest version; what there was none of is empty."""
    rollup = db.get_one(Rollup, rollup_id)
    newest = rollups.get(db, rollup.day)
    place = db.get_one(Unit, unit_id)
    row = rollups.rows_by_unit(db, newest.id, [unit_id]).get(unit_id) or RollupRow(categories={})
    first, second, *_ = [*chief_problems(row), "", ""]
    counts = {
        "new": row.received,
        "danger": row.danger,
        "solved": row.confirmed,
        "overdue": row.overdue,
        "silent": silent(row),
    }
    return {
        "rollup": rollup.id,
        "unit": place.name,
        "date": spoken_day(rt, newest.day, language),
        **{name: number(rt, language, count or 0) for name, count in counts.items()},
        "first": first,
        "second": second,
        "is_corrected": newest.version > 1,
    }


def chief_problems(row: RollupRow) -> list[str]:
    """The two-digit codes of what was reported, the most frequent first."""
    named = {code: count for code, count in row.categories.items() if code}
    return sorted(named, key=lambda code: (-named[code], code))


def number(rt: Runtime, language: str, value: int) -> str:
    """A count as it is said; empty for none."""
    return rt.words.count(language, value) if value else ""


def spoken_day(rt: Runtime, day: date, language: str) -> str:
    """A date as people say it: बाईस नवंबर."""
    return rt.words.day(language, day)
