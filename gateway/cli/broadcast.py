"""`memberline broadcast`: a coordinator's work from a script (contract: Commands).

The command line acts as administrator; `--as EMAIL` names a person of staff instead, within what that person may do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from gateway.cli.broadcast_course import columns, course
from gateway.cli.broadcast_results import copy, correct, rest, results, show
from gateway.cli.broadcast_schedule import schedule
from gateway.cli.broadcast_whom import kept, whom
from gateway.cli.shown import (
    Named,
    as_json,
    by_language,
    print_facts,
    print_json,
    print_table,
    runtime,
    stored_sounds,
    texts_and_sounds,
)
from gateway.errors import NotAllowed, NotFound

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from gateway.db import UnitOfWork
    from gateway.models import Broadcast
    from gateway.runtime import Runtime

CLASSES = ("service", "organisational", "campaign", "survey", "emergency")
Deed = Callable[["UnitOfWork", "Runtime", "Broadcast", int | None], None]

acting_as = click.option("--as", "email", metavar="EMAIL", help="The person of staff who does it.")


@click.group()
def broadcast() -> None:
    """Write to or call many members: create, approve, start, pause, resume, stop."""


for each in (show, results, rest, copy, correct, schedule):
    broadcast.add_command(each)


@broadcast.command()
@click.option("--kind", type=click.Choice(["voice", "sms"]), required=True)
@click.option("--title", required=True, help="For staff; members do not hear it.")
@click.option("--unit", "code", required=True, help="Code of the unit; everybody at or below it is asked.")
@texts_and_sounds
@click.option(
    "--class", "message_class", type=click.Choice(CLASSES), default="organisational", show_default=True
)
@whom
@course
@acting_as
@as_json
def create(
    kind: str,
    title: str,
    code: str,
    texts: tuple[str, ...],
    audio: tuple[str, ...],
    message_class: str,
    email: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Write a broadcast and wait until its words have their sounds."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.broadcasts import audience
    from gateway.broadcasts.draft import draft
    from gateway.db import unit_of_work
    from gateway.store import units, zones

    words, files = by_language(texts, "--text"), by_language(audio, "--audio")
    with runtime() as rt:
        sounds = stored_sounds(rt, files)
        with unit_of_work(rt.engine) as unit:
            place = units.get_unit_by_code(unit.db, code)
            author = _acting(unit, email, "write_broadcasts", place.path)
            zone = zones.profile_at(unit.db, rt.profile, place.path).timezone
            made = draft(
                unit,
                rt,
                kind=kind,
                title=title,
                place=place,
                texts=words,
                sounds=sounds,
                message_class=message_class,
                author_id=author,
                filters=kept(unit, author, given),
                **columns(given, zone, rt.clock()),
            )
            unit.db.flush()
            count = audience.count(unit.db, made).count
        _await_sounds(rt, made.id)
    shown = {"id": made.public_id, "state": str(made.state), "audience": count}
    print_json(shown) if as_json else print_facts(shown)


@broadcast.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List broadcasts, the newest first."""
    from sqlalchemy import select

    from gateway.db import unit_of_work
    from gateway.models import Broadcast, Unit
    from gateway.rules.profiles import in_zone
    from gateway.store import zones

    query = select(Broadcast, Unit).join(Unit, Unit.id == Broadcast.unit_id).order_by(Broadcast.id.desc())
    with runtime() as rt, unit_of_work(rt.engine) as unit:
        found = unit.db.execute(query).all()
        known = zones.zones_of(unit.db, [place.path for _, place in found])
        rows = [
            _line(each, place.code, in_zone(rt.profile, known[place.path]).timezone) for each, place in found
        ]
    print_json(rows) if as_json else print_table(rows, "there is no broadcast yet")


@broadcast.command(cls=Named)
@click.argument("broadcast_id", metavar="ID")
@acting_as
@as_json
def approve(broadcast_id: str, email: str | None, as_json: bool) -> None:
    """Approve exactly these words and sounds."""
    from gateway.broadcasts import launch

    def deed(unit: UnitOfWork, rt: Runtime, found: Broadcast, staff_id: int | None) -> None:
        launch.check_sounds(rt, found)
        launch.approve(unit, rt, found, staff_id)

    _do(broadcast_id, deed, as_json, email, "approve_broadcasts")


@broadcast.command(cls=Named)
@click.argument("broadcast_id", metavar="ID")
@acting_as
@as_json
def start(broadcast_id: str, email: str | None, as_json: bool) -> None:
    """Start now; outside the calling window whoever may not be tried yet waits for it."""
    from gateway.broadcasts import launch

    _do(broadcast_id, lambda unit, rt, found, by: launch.start(unit, rt, found), as_json, email)


@broadcast.command(cls=Named)
@click.argument("broadcast_id", metavar="ID")
@acting_as
@as_json
def pause(broadcast_id: str, email: str | None, as_json: bool) -> None:
    """Begin no new call or SMS; those under way may finish."""
    from gateway.broadcasts import launch

    _do(broadcast_id, lambda unit, rt, found, by: launch.pause(unit, found), as_json, email)


@broadcast.command(cls=Named)
@click.argument("broadcast_id", metavar="ID")
@acting_as
@as_json
def resume(broadcast_id: str, email: str | None, as_json: bool) -> None:
    """Go on with whoever is still to be tried."""
    from gateway.broadcasts import launch

    _do(broadcast_id, lambda unit, rt, found, by: launch.resume(unit, rt, found), as_json, email)


@broadcast.command(cls=Named)
@click.argument("broadcast_id", metavar="ID")
@acting_as
@as_json
def stop(broadcast_id: str, email: str | None, as_json: bool) -> None:
    """End it for good; nobody else is tried."""
    from gateway.broadcasts import launch

    _do(broadcast_id, lambda unit, rt, found, by: launch.stop(unit, rt, found), as_json, email)


def _do(
    broadcast_id: str, deed: Deed, as_json: bool, email: str | None, permission: str = "send_broadcasts"
) -> None:
    from gateway.db import unit_of_work
    from gateway.models import Unit
    from gateway.store.staff import add_audit

    with runtime() as rt:
        with unit_of_work(rt.engine) as unit:
            found = _find(unit, broadcast_id)
            staff_id = _acting(unit, email, permission, unit.db.get_one(Unit, found.unit_id).path)
            deed(unit, rt, found, staff_id)
            name = click.get_current_context().info_name
            add_audit(unit.db, staff_id, f"broadcast.{name}", rt.clock(), "broadcast", found.id)
        shown = {"id": found.public_id, "state": str(found.state)}
    print_json(shown) if as_json else click.echo(f"{found.public_id} is {found.state}")


def _find(unit: UnitOfWork, broadcast_id: str) -> Broadcast:
    from sqlalchemy import select

    from gateway.models import Broadcast

    found = unit.db.scalar(select(Broadcast).where(Broadcast.public_id == broadcast_id))
    if found is None:
        raise NotFound("there is no broadcast with this id")
    return found


def _acting(unit: UnitOfWork, email: str | None, permission: str, path: str) -> int | None:
    """The id of who acts, None for the administrator at the command line."""
    if email is None:
        return None
    from gateway.access.permissions import Role, may_role
    from gateway.models import Unit
    from gateway.store.staff import get_by_email

    person = get_by_email(unit.db, email)
    own = unit.db.get_one(Unit, person.unit_id).path
    if not path.startswith(own):
        raise NotFound("there is nothing of this name where this person works")
    if person.disabled_at or not may_role(Role(person.role), permission):
        raise NotAllowed("this person may not do that here")
    return person.id


def _await_sounds(rt: Runtime, broadcast_id: int) -> None:
    from gateway.sounds import build_subject

    missing = build_subject(rt, "broadcast", broadcast_id).missing
    if missing:
        languages = ", ".join(sorted({each.language for each in missing}))
        click.echo(f"no sound could be made yet in: {languages}; add one with --audio", err=True)


def _line(found: Broadcast, code: str, zone: ZoneInfo) -> dict[str, Any]:
    at = found.scheduled_at
    return {
        "id": found.public_id,
        "state": str(found.state),
        "kind": found.kind,
        "class": found.message_class,
        "unit": code,
        "title": found.title,
        "created_at": found.created_at.astimezone(zone).isoformat(timespec="seconds"),
        "at": at.astimezone(zone).isoformat(timespec="seconds") if at else None,
    }
