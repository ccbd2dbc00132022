"""`memberline member`: members in from a list, out as a list, and all that is held about one."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import BinaryIO

import click

from gateway.cli.lists import imports, tell
from gateway.cli.shown import Named, as_json, print_facts, print_json, runtime


@click.group()
def member() -> None:
    """Bring members in, write them out, show one."""


@member.command("import")
@imports
def import_(file: BinaryIO, dry_run: bool, as_json: bool) -> None:
    """Take members from FILE: a CSV with phone,name,language,unit,posts,consent,consent_date."""
    # Start-up cost: the database's libraries, here and below.
    from gateway.people.members import import_members

    with runtime() as rt:
        tell(import_members(rt, file, dry_run=dry_run, progress=_progress()), dry_run, as_json)


@member.command()
@as_json
def export(as_json: bool) -> None:
    """Write every member to standard output, in the columns that `import` takes."""
    from gateway.people.export import export_members, member_rows
    from gateway.people.persons import COLUMNS

    with runtime() as rt:
        if as_json:
            print_json([dict(zip(COLUMNS, row, strict=True)) for row in member_rows(rt, "/")])
        else:
            export_members(rt, sys.stdout)


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


def _progress() -> Callable[[int], None]:
    if not sys.stderr.isatty():
        return lambda rows: None
    return lambda rows: click.echo(f"\r{rows} rows", err=True, nl=False)
