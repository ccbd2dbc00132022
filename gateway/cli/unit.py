"""`memberline unit`: the organisation's tree, from a list or one deed at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from gateway.cli.lists import imports, tell
from gateway.cli.shown import as_json, print_facts, print_json, print_table, runtime
from gateway.cli.unit_overlay import overlay

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from gateway.models import Unit


@click.group()
def unit() -> None:
    """The organisation's tree: states, districts, blocks, booths … and what lies across it."""


unit.add_command(overlay)


@unit.command("import")
@imports
def import_(file: BinaryIO, dry_run: bool, as_json: bool) -> None:
    """Take units from FILE: a CSV with code,name,kind,parent in any order."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.people.units import import_units

    with runtime() as rt:
        tell(import_units(rt, file, dry_run=dry_run), dry_run, as_json)


@unit.command("list")
@click.option("--under", metavar="CODE", help="What lies right under this unit; else under the top.")
@as_json
def list_(under: str | None, as_json: bool) -> None:
    """List what lies right under a unit, with units and members at or below each."""
    from gateway.db import unit_of_work
    from gateway.store import units

    with runtime() as rt, unit_of_work(rt.engine) as work:
        place = units.get_unit_by_code(work.db, under) if under else units.root_unit(work.db)
        rows = _children(work.db, place)
    print_json(rows) if as_json else print_table(rows, f"nothing lies under {place.code}")


@unit.command()
@click.argument("code")
@as_json
def show(code: str, as_json: bool) -> None:
    """Show one unit with its line, counts, overlays and history; the code of a merged unit shows the kept one."""
    from gateway.db import unit_of_work
    from gateway.store import overlays, unit_counts, unit_history, units

    with runtime() as rt, unit_of_work(rt.engine) as work:
        place = units.get_unit_by_code(work.db, code)
        below = unit_counts.below(work.db, place.path)
        facts = {
            "code": place.code,
            "name": place.name,
            "kind": place.kind,
            "line": "/".join(each.code for each in units.list_line(work.db, place)),
            "units_below": below.units - (place.closed_at is None),
            "members": below.members,
            "overlays": ", ".join(each.code for each in overlays.overlays_of(work.db, "/", place.path)),
            "closed_at": place.closed_at,
        }
        history = [
            {
                "at": each.at.isoformat(),
                "what": each.action,
                "by": each.by,
                "details": {name: _named(value, each.units) for name, value in each.details.items()},
            }
            for each in unit_history.history(work.db, "/", place.id)
        ]
    if as_json:
        print_json({**facts, "history": history})
        return
    print_facts(facts)
    click.echo("")
    print_table(history, "no history")


@unit.command()
@click.argument("code")
@click.option("--name", required=True, help="The new name.")
@as_json
def rename(code: str, name: str, as_json: bool) -> None:
    """Give a unit another name; its code stays."""
    from gateway.units import change

    if not 0 < len(name.strip()) <= 200:
        raise click.UsageError("--name takes 1 to 200 letters")
    _do(lambda work, rt, by, place: change.rename(work, rt, by, place, name.strip()), [code], as_json)


@unit.command()
@click.argument("code")
@click.option("--under", required=True, metavar="CODE", help="The unit that it will lie under.")
@as_json
def move(code: str, under: str, as_json: bool) -> None:
    """Hang a unit, with everything under it, on another one."""
    from gateway.units import change

    _do(change.move, [code, under], as_json)


@unit.command()
@click.argument("code")
@click.option("--into", required=True, metavar="CODE", help="The unit that is kept.")
@as_json
def merge(code: str, into: str, as_json: bool) -> None:
    """Make a unit part of another: members, posts, staff and reports go over, its code leads there."""
    from gateway.units.merge import merge as make_part

    _do(make_part, [code, into], as_json)


@unit.command()
@click.argument("code")
@as_json
def close(code: str, as_json: bool) -> None:
    """Close an empty unit."""
    from gateway.units import change

    _do(change.close, [code], as_json)


@unit.command("open")
@click.argument("code")
@as_json
def open_(code: str, as_json: bool) -> None:
    """Open a closed unit again."""
    from gateway.units import change

    _do(change.reopen, [code], as_json)


def _do(deed: Callable[..., Unit], codes: list[str], as_json: bool) -> None:
    """Change the tree as the command line, and print the unit as it is now."""
    from gateway.db import unit_of_work
    from gateway.store import units
    from gateway.units.change import By

    with runtime() as rt, unit_of_work(rt.engine) as work:
        ids = [_exact(work.db, codes[0]), *(units.get_unit_by_code(work.db, code).id for code in codes[1:])]
        place = deed(work, rt, By(), *ids)
        line = [each.code for each in units.list_line(work.db, place)]
    told = {"code": place.code, "name": place.name, "kind": place.kind, "line": "/".join(line)}
    print_json(told) if as_json else print_facts(told)


def _exact(db: Session, code: str) -> int:
    """The unit that is to change: not the one that a merged code leads to, of which nobody spoke."""
    from gateway.errors import Conflict
    from gateway.store import units

    found = units.get_unit_by_code(db, code)
    if found.code != code:
        raise Conflict(f"the unit {code} was merged into {found.code}")
    return found.id


def _children(db: Session, place: Unit) -> list[dict[str, Any]]:
    from gateway.store import unit_list

    rows, more = [], None
    while True:
        level = unit_list.list_children(db, place, more)
        rows += [
            {
                "code": each.unit.code,
                "name": each.unit.name,
                "kind": each.unit.kind,
                "units": each.units,
                "members": each.members,
            }
            for each in level.children
        ]
        more = level.more
        if more is None:
            return rows


def _named(value: object, known: Any) -> object:
    return known[value].code if isinstance(value, int) and value in known else value
