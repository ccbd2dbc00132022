"""`memberline member erase`, `purge` and `breach`: what the law asks of us, from a script (rules.md L12 to L14).

The command line acts as administrator.
"""

from __future__ import annotations

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO

import click

from gateway.cli.shown import Named, as_json, print_facts, print_json, print_table, runtime

if TYPE_CHECKING:
    from gateway.models import Breach, Unit
    from gateway.runtime import Runtime


@click.command(cls=Named)
@click.argument("member_id", metavar="ID")
@click.option("--calls-are-fine", is_flag=True, help="They do not mind being rung: no opt-out is written.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@as_json
def erase(member_id: str, calls_are_fine: bool, yes: bool, as_json: bool) -> None:
    """Forget one member, by public or internal ID: sealed at once, thrown away when the country's time is over."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.db import unit_of_work
    from gateway.people.everything import find
    from gateway.rights import erase as room

    with runtime() as rt:
        with unit_of_work(rt.engine) as unit:
            found = find(unit.db, member_id).id
        if not yes:
            click.confirm("Forget this member for good?", abort=True, err=True)
        with unit_of_work(rt.engine) as unit:
            done = room.erase(unit, rt, found, room.STAFF, wants_no_calls=not calls_are_fine)
        shown = {"erased_at": _stamp(rt, done.at), "purge_after": _stamp(rt, done.purge_after)}
    print_json(shown) if as_json else print_facts(shown)


@click.group()
def purge() -> None:
    """What is kept only for a while: throw it away, see what went."""


@purge.command()
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@as_json
def run(dry_run: bool, as_json: bool) -> None:
    """Throw away what was kept long enough, as every night."""
    from gateway.rights import retain

    with runtime() as rt:
        counts = retain.look(rt) if dry_run else retain.run(rt)[0]
    print_json(counts) if as_json else print_facts(counts)


@purge.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List the runs, the newest first."""
    from gateway.db import unit_of_work
    from gateway.store import rights_list

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        rows = [
            {
                "at": _stamp(rt, each.at),
                "profile": each.profile,
                "finished": each.finished_at is not None,
                "counts": {name: count for name, count in each.counts.items() if count},
            }
            for each in rights_list.list_purges(unit.db)
        ]
    print_json(rows) if as_json else print_table(rows, "nothing was thrown away yet")


@click.group()
def breach() -> None:
    """When something got out: who must be told, and by when."""


@breach.command()
@click.option("--title", required=True, help="What happened, in a few words.")
@click.option("--unit", "code", required=True, help="Code of the unit it concerns.")
@click.option("--noticed", metavar="ISO-8601", help="When it was noticed; now where this is not given.")
@click.option("--kinds", default="", help="Which kinds of data: names, numbers, recordings …")
@click.option("--numbers", type=click.File("r"), help="A list of the numbers concerned, one a line.")
@click.option("--everybody", is_flag=True, help="Everybody at or below the unit is concerned.")
@as_json
def add(
    title: str,
    code: str,
    noticed: str | None,
    kinds: str,
    numbers: TextIO | None,
    everybody: bool,
    as_json: bool,
) -> None:
    """Begin one; the 72 hours run from when it was noticed."""
    from gateway.db import unit_of_work
    from gateway.rights import breach as room
    from gateway.store import units

    with runtime() as rt:
        noticed_at = _instant(rt, noticed)
        with unit_of_work(rt.engine) as unit:
            place = units.get_unit_by_code(unit.db, code)
            made = room.begin(
                unit,
                rt,
                title=title,
                place=place,
                noticed_at=noticed_at,
                what={"kinds": kinds},
                staff_id=None,
            )
            if everybody:
                room.add_below(unit, rt, made, place, None, None)
            if numbers is not None:
                taken = room.add_numbers(unit, rt, made, place, numbers, None)
                if taken.unreadable:
                    click.echo(f"{taken.unreadable} lines are no numbers", err=True)
            shown = _line(rt, made, place, room.figures(unit, made).count)
    print_json(shown) if as_json else print_facts(shown)


@breach.command("list")
@as_json
def list_breaches(as_json: bool) -> None:
    """List them, those that are open first."""
    from gateway.db import unit_of_work
    from gateway.models import Unit
    from gateway.store import breaches

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        rows = [
            _line(rt, each.breach, unit.db.get_one(Unit, each.breach.unit_id), each.count)
            for each in breaches.list_breaches(unit.db, "/")
        ]
    print_json(rows) if as_json else print_table(rows, "nothing got out")


@breach.command(cls=Named)
@click.argument("breach_id", metavar="ID")
@as_json
def show(breach_id: str, as_json: bool) -> None:
    """Show one, with the text for the board."""
    from gateway.db import unit_of_work
    from gateway.rights import breach as room
    from gateway.store import breaches

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        found, place = breaches.get_breach(unit.db, "/", breach_id)
        figures = room.figures(unit, found)
        text = room.board_text(unit, rt, found, place)
        shown = _line(rt, found, place, figures.count) | {
            "languages": figures.languages,
            "units": dict(figures.places),
            "reachable": figures.reachable,
        }
    if as_json:
        print_json(shown | {"board": text})
    else:
        print_facts(shown)
        click.echo(f"\n{text}")


@breach.command("export", cls=Named)
@click.argument("breach_id", metavar="ID")
def export_(breach_id: str) -> None:
    """Write whom it is about to standard output, as CSV with whole numbers."""
    from gateway.db import unit_of_work
    from gateway.rights import breach as room
    from gateway.store import breaches

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        found, _ = breaches.get_breach(unit.db, "/", breach_id)
        room.export(unit, rt, found, sys.stdout, None)


def _line(rt: Runtime, found: Breach, place: Unit, count: int) -> dict[str, Any]:
    from gateway.rights.breach import deadline

    return {
        "id": found.public_id,
        "title": found.title,
        "unit": place.code,
        "noticed": _stamp(rt, found.noticed_at),
        "board_by": _stamp(rt, deadline(found)),
        "board_told": _stamp(rt, found.board_told_at) if found.board_told_at else None,
        "members": count,
    }


def _stamp(rt: Runtime, at: datetime) -> str:
    return at.astimezone(rt.profile.timezone).isoformat(timespec="minutes")


def _instant(rt: Runtime, text: str | None) -> datetime:
    if text is None:
        return rt.clock()
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError(
            "--noticed is written as 2026-01-31T17:30 or with an offset, +05:30"
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=rt.profile.timezone)
