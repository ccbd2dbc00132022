"""`memberline consent` and `memberline suppression`: the ledger checked, and the numbers that are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import click

from gateway.cli.lists import imports, tell
from gateway.cli.shown import as_json, print_facts, print_json, print_table, runtime

if TYPE_CHECKING:
    from gateway.store.suppressions import Row

MOST_SHOWN = 50


@click.group()
def consent() -> None:
    """What members agreed to: the ledger, and what follows from it."""


@consent.command()
@click.option("--mend", is_flag=True, help="Write down what the ledger says.")
@as_json
def check(mend: bool, as_json: bool) -> None:
    """Derive every member's consent from the ledger anew; exit code 1 where something else is kept."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.db import unit_of_work
    from gateway.store import consents

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        wrong = list(consents.wrong_states(unit.db, rt.clock()))
        for member_id, _, _ in wrong if mend else ():
            consents.rederive(unit.db, member_id, rt.clock())
    rows = [{"member": each, "kept": str(kept), "ledger": str(said)} for each, kept, said in wrong]
    if as_json:
        print_json(rows)
    else:
        print_table(rows[:MOST_SHOWN], "every member's consent is what the ledger says")
    if wrong and not mend:
        raise SystemExit(1)


@click.group()
def suppression() -> None:
    """Numbers that are left alone, whatever lists say."""


@suppression.command("list")
@click.option("--reason", help="Only those with this reason.")
@as_json
def list_(reason: str | None, as_json: bool) -> None:
    """Count what is in force by reason, and show the newest."""
    from gateway.db import unit_of_work
    from gateway.store import suppressions

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        counts = suppressions.count_by_reason(unit.db, "/")
        rows = [_shown(each) for each in suppressions.list_visible(unit.db, "/", reason)]
    if as_json:
        print_json({"counts": counts, "newest": rows})
        return
    print_facts(counts or {"in force": "none"})
    print_table(rows, "no number is left alone")


@suppression.command()
@click.argument("phone")
@click.argument("reason")
def add(phone: str, reason: str) -> None:
    """Leave PHONE alone from now on, for REASON: opt-out, do-not-disturb, invalid, recycled, complaint, court."""
    from gateway import suppressions
    from gateway.db import unit_of_work
    from gateway.phones import parse_number
    from gateway.rules.contact import Suppressed

    if reason not in set(Suppressed):
        raise click.UsageError(f"the reason is one of {', '.join(Suppressed)}")
    with runtime() as rt, unit_of_work(rt.engine) as unit:
        number = parse_number(phone, rt.settings.country)
        is_new = suppressions.add(unit, rt, suppressions.By(), number, reason)
    click.echo("this number is left alone" if is_new else "this number was left alone already")


@suppression.command("import")
@imports
def import_(file: BinaryIO, dry_run: bool, as_json: bool) -> None:
    """Take numbers from FILE: a CSV with phone,reason."""
    from gateway import suppressions

    with runtime() as rt:
        tell(suppressions.import_list(rt, file, suppressions.By(), dry_run=dry_run), dry_run, as_json)


def _shown(row: Row) -> dict[str, object]:
    entry = row.entry
    return {
        "number": f"…{row.tail}" if row.tail else None,
        "reason": entry.reason,
        "source": entry.source,
        "since": entry.at.isoformat(timespec="minutes"),
    }
