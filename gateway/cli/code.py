"""`memberline code`: codes of trainers' classes, keyed by who joins."""

from __future__ import annotations

from typing import Any

import click

from gateway.cli.shown import as_json, print_facts, print_json, print_table, runtime
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.store import join_codes, units


@click.group()
def code() -> None:
    """Codes of classes."""


@code.command()
@click.option("--unit", "place", required=True, help="Code of the unit where who keys it belongs.")
@click.option("--trainer", help="Public or internal id of the member who trains.")
@click.option("--title", default="", help="What the class is called among staff.")
@as_json
def add(place: str, trainer: str | None, title: str, as_json: bool) -> None:
    """Open a class; prints the digits that the trainer tells."""
    from gateway.codes import open_class

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        where = units.get_unit_by_code(unit.db, place)
        trainer_id = _member_id(unit.db, trainer) if trainer else None
        made = open_class(unit, rt, unit_id=where.id, trainer_id=trainer_id, title=title[:200])
        told = {"code": made.code, "unit": where.code, "title": made.title}
    print_json(told) if as_json else print_facts(told)


@code.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List the classes that are open."""
    with runtime() as rt, unit_of_work(rt.engine) as unit:
        rows = [
            {
                "code": each.code.code,
                "unit": each.place.code,
                "trainer": each.owner or "",
                "title": each.code.title,
                "joined": each.joined,
            }
            for each in join_codes.list_classes(unit.db, "/")
        ]
    print_json(rows) if as_json else print_table(rows, "No classes are open.")


def _member_id(db: Any, wanted: str) -> int:
    from sqlalchemy import or_, select

    from gateway.models import Member

    own = Member.id == int(wanted) if wanted.isascii() and wanted.isdigit() else Member.public_id == wanted
    found = db.scalar(select(Member.id).where(or_(Member.public_id == wanted, own)))
    if found is None:
        raise NotFound(f"there is no member {wanted}")
    return int(found)
