"""`memberline scrub`: a round with the operators' do-not-disturb register from a script (rules.md L8)."""

from __future__ import annotations

from typing import BinaryIO, TextIO

import click

from gateway.cli.shown import Named, as_json, print_json, print_table, runtime


@click.group()
def scrub() -> None:
    """The do-not-disturb register: numbers out, the listed ones back."""


@scrub.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List the rounds, the newest first."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.db import unit_of_work
    from gateway.store import scrubs

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        rows = [
            {
                "id": each.public_id,
                "unit": place.code,
                "asked": each.asked,
                "listed": each.listed,
                "asked_at": each.asked_at.isoformat(timespec="minutes"),
                "answered_at": each.answered_at and each.answered_at.isoformat(timespec="minutes"),
            }
            for each, place in scrubs.list_visible(unit.db, "/")
        ]
    print_json(rows) if as_json else print_table(rows, "the register has not been asked yet")


@scrub.command()
@click.option("--unit", "code", required=True, help="The code of the unit whose members are asked about.")
@click.argument("file", type=click.File("w", encoding="ascii"))
@as_json
def export(code: str, file: TextIO, as_json: bool) -> None:
    """Begin a round: write the numbers to ask about to FILE, one a line under the title phone."""
    from gateway import scrubs
    from gateway.db import unit_of_work
    from gateway.store import units
    from gateway.suppressions import By

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        place = units.get_unit_by_code(unit.db, code)
        begun = scrubs.ask(unit, rt, By(), place)
        file.write("phone\n")
        file.writelines(f"{number}\n" for number in scrubs.hand_out(unit, rt, By(), begun, place))
        said = {"id": begun.public_id, "asked": begun.asked}
    print_json(said) if as_json else click.echo(f"{said['asked']} numbers; the round is {said['id']}")


@scrub.command(cls=Named)
@click.argument("scrub_id", metavar="ID")
@click.argument("file", type=click.File("rb"))
@as_json
def answer(scrub_id: str, file: BinaryIO, as_json: bool) -> None:
    """Take the operator's answer to round ID from FILE: a CSV whose column phone holds the listed numbers."""
    from gateway import scrubs
    from gateway.db import unit_of_work
    from gateway.store import scrubs as rows
    from gateway.suppressions import By

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        found, place = rows.get_visible(unit.db, "/", scrub_id)
        taken = scrubs.take_answer(unit, rt, By(), found, place, file)
    said = {"listed": taken.listed, "strange": taken.strange, "refused": len(taken.refused)}
    print_json(said) if as_json else click.echo(
        f"{taken.listed} listed and left alone, {taken.strange} were not asked about, {len(taken.refused)} unreadable"
    )
