"""`memberline unit`: the organisation's tree from a list."""

from __future__ import annotations

from typing import BinaryIO

import click

from gateway.cli.lists import imports, tell
from gateway.cli.shown import runtime


@click.group()
def unit() -> None:
    """Bring in the organisation's tree: states, districts, blocks, booths …"""


@unit.command("import")
@imports
def import_(file: BinaryIO, dry_run: bool, as_json: bool) -> None:
    """Take units from FILE: a CSV with code,name,kind,parent in any order."""
    # Start-up cost: the database's libraries.
    from gateway.people.units import import_units

    with runtime() as rt:
        tell(import_units(rt, file, dry_run=dry_run), dry_run, as_json)
