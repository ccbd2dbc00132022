"""`memberline unit overlay`: constituencies over units and wings of members."""

from __future__ import annotations

from typing import BinaryIO

import click

from gateway.cli.lists import imports, tell
from gateway.cli.shown import as_json, print_json, print_table, runtime


@click.group()
def overlay() -> None:
    """Constituencies over units, wings of members."""


@overlay.command("import")
@click.option("--under", metavar="CODE", help="The unit that new ones belong to; else the top.")
@imports
def import_(file: BinaryIO, dry_run: bool, as_json: bool, under: str | None) -> None:
    """Take overlays from FILE: a CSV with overlay,name,kind,unit; a line for each unit of a constituency."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.db import unit_of_work
    from gateway.people.overlays import import_overlays
    from gateway.store import units

    with runtime() as rt:
        with unit_of_work(rt.engine) as work:
            place = units.get_unit_by_code(work.db, under) if under else units.root_unit(work.db)
        tell(import_overlays(rt, file, place.id, dry_run=dry_run), dry_run, as_json)


@overlay.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List overlays with the unit each belongs to and how many units or members it names."""
    from gateway.db import unit_of_work
    from gateway.store import overlays

    with runtime() as rt, unit_of_work(rt.engine) as work:
        rows = [
            {
                "code": each.overlay.code,
                "name": each.overlay.name,
                "kind": each.overlay.kind,
                "unit": each.place.code,
                "named": each.size,
                "members": overlays.count_members(work.db, each.overlay, each.place.path),
            }
            for each in overlays.list_overlays(work.db, "/")
        ]
    print_json(rows) if as_json else print_table(rows, "there are no overlays yet")
