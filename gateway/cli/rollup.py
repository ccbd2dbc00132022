"""`memberline rollup`: the day's figures from a script; freezing the day by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from gateway.cli.shown import as_json, print_facts, print_json, print_table, runtime

if TYPE_CHECKING:
    from gateway.models import Rollup
    from gateway.rollups.reading import Figures, Reading
    from gateway.runtime import Runtime


@click.group()
def rollup() -> None:
    """Show the figures of a day, frozen at its hour, and freeze one by hand."""


@rollup.command()
@click.argument("day", metavar="[DAY]", required=False, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--unit", "code", metavar="CODE", help="Of this unit and all under it; of the whole without.")
@as_json
def show(day: Any, code: str | None, as_json: bool) -> None:
    """Show the roll-up of a DAY, of the last one without."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.db import unit_of_work
    from gateway.errors import NotFound
    from gateway.rollups.reading import read
    from gateway.store import rollups, units

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        newest = rollups.last(unit.db)
        if newest is None:
            raise NotFound("no day was frozen yet: `memberline rollup freeze` does it")
        place = units.get_unit_by_code(unit.db, code) if code else units.root_unit(unit.db)
        seen = read(unit.db, place.path, place, day.date() if day else newest.day)
        shown = _facts(rt, seen)
    if as_json:
        print_json(shown)
        return
    print_facts({name: value for name, value in shown.items() if name not in ("units", "differences")})
    if shown["differences"]:
        click.echo("")
        print_table([{"figure": name, **each} for name, each in shown["differences"].items()], "")
    click.echo("")
    print_table(shown["units"], "no unit under it has any figure")


@rollup.command()
@as_json
def freeze(as_json: bool) -> None:
    """Freeze the last day whose hour has come and correct the one before; frozen already, it stays as it is."""
    from gateway.db import unit_of_work
    from gateway.rollups.freeze import due_day, freeze_in
    from gateway.store import rollups

    with runtime() as rt:
        with unit_of_work(rt.engine) as unit:
            made = freeze_in(unit, rt)
            day = made.day if made else due_day(rt, rollups.find_setting(unit.db))
        shown = {"day": day.isoformat(), "is_new": made is not None}
    words = f"{day} is frozen now" if made else f"{day} was frozen already"
    print_json(shown) if as_json else click.echo(words)


def _facts(rt: Runtime, seen: Reading) -> dict[str, Any]:
    row = seen.now.row
    return {
        "day": seen.rollup.day.isoformat(),
        "unit": seen.place.code,
        "version": seen.rollup.version,
        **_span(rt, seen.rollup),
        **_counts(seen.now),
        "oldest_at": _local(rt, row.oldest_at) if row and row.oldest_at else None,
        "categories": dict(seen.categories),
        "differences": {name: {"was": was, "is": now} for name, was, now in seen.differences()},
        "units": [{"unit": place.code, **_counts(found)} for place, found in seen.children],
    }


def _span(rt: Runtime, found: Rollup) -> dict[str, str]:
    return {name: _local(rt, getattr(found, name)) for name in ("since", "until", "frozen_at")}


def _counts(found: Figures) -> dict[str, int]:
    return dict(found.counts)


def _local(rt: Runtime, at: Any) -> str:
    return str(at.astimezone(rt.profile.timezone).isoformat(timespec="seconds"))
