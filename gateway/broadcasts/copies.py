"""Makes a new draft out of an earlier broadcast: a copy, a correction, answers told back, one time of a schedule."""

from __future__ import annotations

from typing import Any

from gateway.broadcasts import draft
from gateway.db import UnitOfWork
from gateway.errors import Conflict
from gateway.models import Broadcast, Unit
from gateway.runtime import Runtime

COPY, CORRECTION, ANSWERS, OCCURRENCE = "copy", "correction", "answers", "occurrence"
# What a copy says, to whom and how; when it goes, who approved it and what became of it is its own.
CARRIED = (
    "kind",
    "title",
    "message_class",
    "texts",
    "sounds",
    "filters",
    "certificate",
)
MORE = ("questions", "fallback_texts", "is_urgent", "budget", "breach_id")


def copy_of(
    unit: UnitOfWork,
    rt: Runtime,
    broadcast: Broadcast,
    author_id: int | None,
    relation: str = COPY,
    **changes: Any,
) -> Broadcast:
    """Write a draft with the words, sounds, filters and questions of another; `changes` name columns that differ.

    Nobody has approved it. Raises Conflict where its unit is closed or what `changes` say cannot be drafted.
    """
    given = {name: getattr(broadcast, name) for name in CARRIED} | changes
    more = {name: given.pop(name, getattr(broadcast, name)) for name in MORE}
    place = unit.db.get_one(Unit, given.pop("unit_id", broadcast.unit_id))
    if place.closed_at is not None:
        raise Conflict(f"{place.name} was closed; choose another unit", "unit-closed")
    own = {
        name: given.pop(name) for name in list(given) if name in ("schedule_id", "occurs_at", "expires_at")
    }
    made = draft.draft(unit, rt, place=place, author_id=author_id, **given)
    for name, value in {**more, **own, "parent_id": broadcast.id, "relation": relation}.items():
        setattr(made, name, value)
    unit.db.flush()
    return made
