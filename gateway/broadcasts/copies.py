"""Makes a new draft out of an earlier broadcast: a copy, a correction, answers told back, one time of a schedule."""

from __future__ import annotations

from typing import Any

from gateway.broadcasts import draft
from gateway.db import UnitOfWork
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
    "questions",
    "fallback_texts",
    "is_urgent",
    "budget",
)
OWN = ("schedule_id", "occurs_at", "breach_id")  # columns that no draft is asked for


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
    place = unit.db.get_one(Unit, given.pop("unit_id", broadcast.unit_id))
    own = {"breach_id": broadcast.breach_id, "parent_id": broadcast.id, "relation": relation}
    own |= {name: given.pop(name) for name in OWN if name in given}
    made = draft.draft(unit, rt, place=place, author_id=author_id, **given)
    for name, value in own.items():
        setattr(made, name, value)
    unit.db.flush()
    return made
