"""`memberline member`: members in from a list, out as a list, and all that is held about one."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from typing import BinaryIO

import click

from gateway.cli.lists import imports, tell
from gateway.cli.member_find import find, merge
from gateway.cli.rights import erase
from gateway.cli.shown import Named, as_json, print_facts, print_json, runtime

WIDTH = 30


@click.group()
def member() -> None:
    """Bring members in, write them out, find, show, merge and forget them."""


for each in (erase, find, merge):
    member.add_command(each)


@member.command("import")
@imports
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="OURS=THEIRS",
    help='Which of its columns is ours, as --column phone="Mobile No"; common names are found without.',
)
def import_(file: BinaryIO, dry_run: bool, as_json: bool, columns: tuple[str, ...]) -> None:
    """Take members from FILE, CSV or XLSX: phone,name,language,unit,posts,consent,consent_date.

    Also age, home_unit, handset, tags and slot (the part of the day). In any order; phone and unit are needed.
    """
    # Start-up cost: the database's libraries, here and below.
    from gateway.people.members import import_members

    chosen = _chosen(columns)
    with runtime() as rt:
        result = import_members(rt, file, dry_run=dry_run, chosen=chosen, progress=_progress(file))
        tell(result, dry_run, as_json)


@member.command()
@as_json
def export(as_json: bool) -> None:
    """Write every member to standard output, in the columns that `import` takes."""
    from gateway.db import unit_of_work
    from gateway.people.export import export_members, member_rows
    from gateway.people.persons import COLUMNS
    from gateway.store.staff import add_audit

    with runtime() as rt:
        if as_json:
            rows = [dict(zip(COLUMNS, row, strict=True)) for row in member_rows(rt, "/")]
            print_json(rows)
        count = len(rows) if as_json else export_members(rt, sys.stdout)
        with unit_of_work(rt.engine) as unit:
            add_audit(unit.db, None, "members.exported", rt.clock(), members=count)


@member.command(cls=Named)
@click.argument("member_id", metavar="ID")
@click.option("--everything", is_flag=True, help="All that is held about this member, from every table.")
@as_json
def show(member_id: str, everything: bool, as_json: bool) -> None:
    """Show one member by public or internal ID."""
    from gateway.people.everything import show_card, show_everything

    with runtime() as rt:
        found = show_everything(rt, member_id) if everything else show_card(rt, member_id)
    if as_json:
        print_json(found)
    elif everything:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
    else:
        print_facts(found)


def _chosen(columns: Sequence[str]) -> dict[str, str]:
    from gateway.people.persons import NEEDED, OPTIONAL

    chosen = {}
    for each in columns:
        ours, sign, theirs = each.partition("=")
        if not sign or ours not in (*NEEDED, *OPTIONAL):
            raise click.BadParameter(
                f"write one of {', '.join((*NEEDED, *OPTIONAL))}, =, and the list's column"
            )
        chosen[ours] = theirs
    return chosen


def _progress(file: BinaryIO) -> Callable[[int], None]:
    """Draw a bar on a terminal's standard error: how much of the file was read."""
    if not sys.stderr.isatty():
        return lambda rows: None
    size = os.fstat(file.fileno()).st_size if file.seekable() else 0

    def draw(rows: int) -> None:
        share = min(1.0, file.tell() / size) if size else 0.0
        bar = f"[{'#' * round(share * WIDTH):{WIDTH}}] {share:4.0%} " if size else ""
        click.echo(f"\r{bar}{rows:,} rows", err=True, nl=False)

    return draw
