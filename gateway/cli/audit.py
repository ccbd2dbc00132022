"""`memberline audit`: read the log of who saw and did what, seal it, and check that nobody altered it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from gateway.cli.shown import as_json, print_facts, print_json, print_table, runtime
from gateway.errors import MemberlineError, NotFound


@click.group()
def audit() -> None:
    """Who saw and did what; sealed so that changes show."""


@audit.command(name="list")
@click.option("--person", help="E-mail of a colleague.")
@click.option("--action", default="", help="Only this action.")
@click.option("--subject", help="Reference of a report, public id of a member or broadcast, code of a unit.")
@click.option("--unit", "place", help="Code of a unit: it and everything under it.")
@click.option("--since", type=click.DateTime(), help="From this instant on.")
@click.option("--until", type=click.DateTime(), help="Before this instant.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@as_json
def list_(
    person: str | None,
    action: str,
    subject: str | None,
    place: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    as_json: bool,
) -> None:
    """List entries, newest first."""
    from gateway.db import unit_of_work  # start-up cost of other commands
    from gateway.store import audit_list, staff, units

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        about = audit_list.find_subject(unit.db, "/", subject) if subject else None
        if subject and about is None:
            raise NotFound(f"nothing is called {subject!r}")
        zone = rt.profile.timezone
        search = audit_list.AuditSearch(
            staff_id=staff.get_by_email(unit.db, person).id if person else None,
            action=action,
            subject=about,
            unit_path=units.get_unit_by_code(unit.db, place).path if place else None,
            since=since.replace(tzinfo=zone) if since else None,
            until=until.replace(tzinfo=zone) if until else None,
        )
        lines = audit_list.list_lines(unit.db, "/", search, is_top=True, size=limit)[:limit]
        told = [_told(line, audit_list.names_of(unit.db, [line])) for line in lines]
    print_json(told) if as_json else print_table(told, "Nothing is noted for this.")


@audit.command()
@click.option("--head", default="", help="A digest noted earlier: is it still part of the chain?")
@as_json
def verify(head: str, as_json: bool) -> None:
    """Check the chain of seals; names the first entry that is not as it was, and ends with 1."""
    from gateway import audit as chain  # start-up cost of other commands

    with runtime() as rt:
        found = chain.verify(rt, head)
    told: dict[str, Any] = {
        "whole": not found.broken and found.is_head_known is not False,
        "entries": found.entries,
        "seals": found.seals,
        "not_sealed_yet": found.unsealed,
        "purged": found.purged,
        "head": found.head,
        "broken": found.broken or None,
        "entry": found.entry_id,
        "head_is_known": found.is_head_known,
    }
    print_json(told) if as_json else print_facts(told)
    if found.broken:
        raise MemberlineError(f"the audit log is not as it was: entry {found.entry_id} {found.broken}")
    if found.is_head_known is False:
        raise MemberlineError("the digest given is no part of the chain: its end was cut off or rewritten")


@audit.command()
@as_json
def seal(as_json: bool) -> None:
    """Seal now what is not sealed yet; the service does it every quarter of an hour."""
    from gateway import audit as chain  # start-up cost of other commands

    with runtime() as rt:
        told = {"sealed": chain.seal_all(rt)}
    print_json(told) if as_json else print_facts(told)


def _told(line: Any, names: dict[tuple[str, int], str]) -> dict[str, object]:
    entry = line.entry
    return {
        "id": entry.id,
        "at": entry.at.isoformat(timespec="seconds"),
        "who": line.who,
        "action": entry.action,
        "subject": entry.subject or None,
        "subject_id": names.get((entry.subject, entry.subject_id), entry.subject_id),
        "unit": line.place,
        "details": entry.details,
    }
