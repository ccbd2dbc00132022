"""`memberline broadcast schedule`: letting a broadcast come again, from a script."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.shown import Named, as_json, print_facts, print_json, print_table, runtime

if TYPE_CHECKING:
    from gateway.db import UnitOfWork
    from gateway.rules.calendar import Before, Rule
    from gateway.runtime import Runtime
    from gateway.store.schedules import Planned

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REMINDER = re.compile(r"([1-9]\d?)([dh])")


@click.group()
def schedule() -> None:
    """Let a broadcast come again: every week, every month, before an event."""


@schedule.command(cls=Named)
@click.argument("broadcast_id", metavar="ID")
@click.option("--weekly", metavar="DAYS", help="Days of the week: mon,thu.")
@click.option("--monthly", metavar="DAYS", help="Days of the month: 1,15; 31 is the last day.")
@click.option("--time", "at", metavar="HH:MM", help="By the clock of its unit, with --weekly and --monthly.")
@click.option("--until", metavar="DATE", help="The last day.")
@click.option("--event", metavar="DATETIME", help="An event, by the clock of its unit: 2026-12-10T17:00.")
@click.option("--before", default="3d,1d,2h", show_default=True, help="How long before it: days and hours.")
@click.option("--as", "email", metavar="EMAIL", help="The person of staff who does it.")
@as_json
def add(broadcast_id: str, email: str | None, as_json: bool, **given: str | None) -> None:
    """Let an approved broadcast come again; each time is a copy of it."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.broadcasts import schedules
    from gateway.cli.broadcast import _acting, _find
    from gateway.db import unit_of_work
    from gateway.models import Unit
    from gateway.store import schedules as planned

    rule = _rule(**given)
    with runtime() as rt, unit_of_work(rt.engine) as unit:
        found = _find(unit, broadcast_id)
        by = _acting(unit, email, "send_broadcasts", unit.db.get_one(Unit, found.unit_id).path)
        made = schedules.plan(unit, rt, found, rule, by)
        shown = _line(unit, rt, planned.get_schedule(unit.db, "/", made.public_id))
    print_json(shown) if as_json else print_facts(shown)


@schedule.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List what comes again, the next first, then what has ended."""
    from gateway.db import unit_of_work
    from gateway.store import schedules as planned

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        rows = [_line(unit, rt, each) for each in planned.list_schedules(unit.db, "/")]
    print_json(rows) if as_json else print_table(rows, "nothing comes again")


@schedule.command(cls=Named)
@click.argument("schedule_id", metavar="ID")
@click.option("--as", "email", metavar="EMAIL", help="The person of staff who does it.")
@as_json
def stop(schedule_id: str, email: str | None, as_json: bool) -> None:
    """Let no further time of it come; what has begun goes on."""
    from gateway.broadcasts import schedules
    from gateway.cli.broadcast import _acting
    from gateway.db import unit_of_work
    from gateway.store import schedules as planned

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        found = planned.get_schedule(unit.db, "/", schedule_id)
        schedules.stop(unit, rt, found.schedule, _acting(unit, email, "send_broadcasts", found.place.path))
        shown = _line(unit, rt, found)
    print_json(shown) if as_json else print_facts(shown)


def _rule(
    weekly: str | None,
    monthly: str | None,
    at: str | None,
    until: str | None,
    event: str | None,
    before: str | None,
) -> Rule:
    from gateway.rules.calendar import Event, Monthly, Weekly

    if sum(each is not None for each in (weekly, monthly, event)) != 1:
        raise click.UsageError("say one of --weekly, --monthly, --event")
    if event is not None:
        begins = _read(datetime.fromisoformat, event, "--event is written as 2026-12-10T17:00")
        return Event(begins.date(), begins.time(), tuple(map(_before, (before or "").split(","))))
    clock = _read(time.fromisoformat, at or "", "--time is written as 09:00")
    last = _read(date.fromisoformat, until, "--until is written as 2026-12-31") if until else None
    if weekly is not None:
        return Weekly(frozenset(_weekday(each) for each in weekly.split(",")), clock, last)
    return Monthly(frozenset(_date(each) for each in (monthly or "").split(",")), clock, last)


def _weekday(word: str) -> int:
    if word.strip().lower() not in WEEK:
        raise click.UsageError(f"--weekly is written as {','.join(WEEK)}")
    return WEEK.index(word.strip().lower())


def _date(word: str) -> int:
    if not word.strip().isdecimal() or not 1 <= int(word) <= 31:
        raise click.UsageError("--monthly is written as 1,15")
    return int(word)


def _before(word: str) -> Before:
    from gateway.rules.calendar import Before

    found = REMINDER.fullmatch(word.strip())
    if found is None:
        raise click.UsageError("--before is written as 3d,1d,2h")
    count = int(found[1])
    return Before(days=count) if found[2] == "d" else Before(hours=count)


def _read(reader: Any, word: str, usage: str) -> Any:
    try:
        return reader(word)
    except ValueError as error:
        raise click.UsageError(usage) from error


def _line(unit: UnitOfWork, rt: Runtime, each: Planned) -> dict[str, Any]:
    from gateway.broadcasts import local_times

    zone = local_times.profile_of(unit.db, rt, each.broadcast).timezone
    at = None if each.schedule.ended_at else each.schedule.next_at
    return {
        "id": each.schedule.public_id,
        "broadcast": each.broadcast.public_id,
        "title": each.broadcast.title,
        "unit": each.place.code,
        "kind": each.schedule.kind,
        "next_at": at.astimezone(zone).isoformat(timespec="minutes") if at else None,
        "ended": each.schedule.ended_at is not None,
        "problem": each.schedule.problem,
        "skipped": each.schedule.skipped,
    }
