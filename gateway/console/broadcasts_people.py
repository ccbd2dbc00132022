"""The people behind each number of a broadcast: names, units, causes, numbers masked; paged by key."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from gateway.access import Viewer, may, runtime
from gateway.console.broadcasts_words import WORDS
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.store import broadcast_list, broadcast_people
from gateway.store.broadcast_people import Part

blueprint = Blueprint("broadcasts_people", __name__)

ALL, AGAIN = "all", "again"


@blueprint.get("/broadcasts/<public_id>/people/<part>")
@may("see_members")
def people(viewer: Viewer, public_id: str, part: str) -> ResponseReturnValue:
    """List the people of one part of the bar, of all of it, or those who await another try."""
    if part not in {*Part, ALL, AGAIN}:
        raise NotFound("there is no such part")
    cause = request.args.get("cause", "")[:32] or None
    after = request.args.get("after", default=0, type=int)
    wanted = Part(part) if part in set(Part) else None
    with unit_of_work(runtime().engine) as unit:
        row = broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
        found, next_key = broadcast_people.list_people(
            unit.db, row.broadcast.id, wanted, cause, after, is_again=part == AGAIN
        )
    return render_template(
        "broadcasts/people.html",
        row=row,
        part=wanted,
        is_again=part == AGAIN,
        cause=cause,
        people=found,
        older=_address(public_id, part, cause, next_key) if next_key else None,
        first=_address(public_id, part, cause, None) if after else None,
        **WORDS,
    )


def _address(public_id: str, part: str, cause: str | None, after: int | None) -> str:
    return url_for("broadcasts_people.people", public_id=public_id, part=part, cause=cause, after=after)
