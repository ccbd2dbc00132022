"""The people behind each number of a broadcast: names, units, causes, numbers masked; paged by key."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gateway.access import Viewer, may, runtime
from gateway.console.broadcasts_words import WORDS
from gateway.console.formats import by_clock_of
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import NotFound
from gateway.store import broadcast_list, broadcast_people, unit_list
from gateway.store.broadcast_people import Narrow, Part

blueprint = Blueprint("broadcasts_people", __name__)

ALL, AGAIN = "all", "again"
NARROWED = ("cause", "unit", "language", "question", "key")


@blueprint.get("/broadcasts/<public_id>/people/<part>")
@may("see_members")
def people(viewer: Viewer, public_id: str, part: str) -> ResponseReturnValue:
    """List the people of one part of the bar, of all of it, or those who await another try."""
    if part not in {*Part, ALL, AGAIN}:
        raise NotFound("there is no such part")
    after = request.args.get("after", default=0, type=int)
    wanted = Part(part) if part in set(Part) else None
    with unit_of_work(runtime().engine) as unit:
        row = broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
        by_clock_of(unit, row.place.path)
        narrow = _narrow(unit, viewer, part)
        found, next_key = broadcast_people.list_people(
            unit.db, row.broadcast, viewer.unit_path, wanted, narrow, after
        )
    return render_template(
        "broadcasts/people.html",
        row=row,
        part=wanted,
        narrow=narrow,
        people=found,
        older=_address(public_id, part, next_key) if next_key else None,
        first=_address(public_id, part, None) if after else None,
        **WORDS,
    )


def _narrow(unit: UnitOfWork, viewer: Viewer, part: str) -> Narrow:
    asked = request.args
    unit_id = asked.get("unit", type=int)
    return Narrow(
        cause=asked.get("cause", "")[:32] or None,
        unit=unit_list.get_visible(unit.db, viewer.unit_path, unit_id) if unit_id else None,
        language=asked.get("language", "")[:8] if "language" in asked else None,
        question=asked.get("question", type=int),
        key=asked.get("key", "")[:2] or None,
        is_again=part == AGAIN,
    )


def _address(public_id: str, part: str, after: int | None) -> str:
    kept: dict[str, Any] = {name: request.args[name] for name in NARROWED if name in request.args}
    return url_for("broadcasts_people.people", public_id=public_id, part=part, after=after, **kept)
