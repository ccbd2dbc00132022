"""`memberline drive`: begin a recruitment drive, list them, show how one stands."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from gateway.cli.shown import Named, as_json, print_facts, print_json, print_table, runtime
from gateway.db import unit_of_work
from gateway.store import units

if TYPE_CHECKING:
    from gateway.db import UnitOfWork
    from gateway.runtime import Runtime
    from gateway.store.drives import DriveRow

DAY = click.DateTime(["%Y-%m-%d"])
ALL = "/"


@click.group()
def drive() -> None:
    """Recruitment drives."""


@drive.command()
@click.option("--name", required=True)
@click.option("--unit", "code", required=True, help="Code of the unit; everything under it takes part.")
@click.option("--target", required=True, type=int, help="How many new members.")
@click.option("--from", "starts", required=True, type=DAY, help="First day, 2026-01-31.")
@click.option("--to", "ends", required=True, type=DAY, help="Last day.")
@click.option("--no-shares", is_flag=True, help="Give the units under it no share of the target.")
@as_json
def add(
    name: str, code: str, target: int, starts: datetime, ends: datetime, no_shares: bool, as_json: bool
) -> None:
    """Begin a drive."""
    from gateway.drives import begin

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        place = units.get_unit_by_code(unit.db, code)
        made = begin(
            unit,
            rt,
            name=name,
            place=place,
            target=target,
            starts_on=starts.date(),
            ends_on=ends.date(),
            is_shared=not no_shares,
        )
        told = {"id": made.public_id, "name": made.name, "unit": place.code, "target": made.target}
    print_json(told) if as_json else print_facts(told)


@drive.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List the drives and how they stand."""
    from gateway.store import drives

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        rows = [_told(unit, rt, row) for row in drives.list_drives(unit.db, ALL)]
    print_json(rows) if as_json else print_table(rows, "No drives yet.")


@drive.command(cls=Named)
@click.argument("drive_id", metavar="ID")
@as_json
def show(drive_id: str, as_json: bool) -> None:
    """Show one drive with the units right under it."""
    from gateway.drives import days_of
    from gateway.store import drives

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        row = drives.get_drive(unit.db, ALL, drive_id)
        told = _told(unit, rt, row)
        below, _ = drives.by_unit(unit.db, row.drive.id, row.place, *days_of(rt, row.drive), 0)
        table = [
            {"unit": each.place.code, "name": each.place.name, "target": each.target, "joined": each.joined}
            for each in below
        ]
    if as_json:
        print_json({**told, "units": table})
        return
    print_facts(told)
    print_table(table, "Nothing lies under it.")


def _told(unit: UnitOfWork, rt: Runtime, row: DriveRow) -> dict[str, object]:
    from gateway.drives import stand

    how = stand(unit, rt, row, ALL)
    done_on: date | None = how.forecast.done_on if how.forecast else None
    return {
        "id": row.drive.public_id,
        "name": row.drive.name,
        "unit": row.place.code,
        "from": str(row.drive.starts_on),
        "to": str(row.drive.ends_on),
        "target": row.drive.target,
        "joined": how.course.total,
        "expected": how.course.expected,
        "done_on": str(done_on) if done_on else None,
        "closed": row.drive.closed_at is not None,
    }
