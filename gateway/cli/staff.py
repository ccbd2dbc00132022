"""`memberline staff`: add people of staff, list them, give one a new password; the rest is in `staff_change`."""

import json
import select
import sys
from contextlib import closing
from typing import TextIO

import click

from gateway.access.passwords import SHORTEST, hash_password, new_password
from gateway.access.permissions import ROLES
from gateway.cli import staff_change
from gateway.cli.here import runtime_here
from gateway.db import unit_of_work
from gateway.errors import NotAllowed
from gateway.models import Staff, Unit
from gateway.store import sign_ins, units
from gateway.store import staff as people

PIPE_SECONDS = 0.5


@click.group()
def staff() -> None:
    """Coordinators, approvers and other staff."""


@staff.command()
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([str(role) for role in ROLES]))
@click.option(
    "--unit", "place", help="Code of the unit, or the codes from the top joined by /; else the top."
)
@click.option("--name", help="As colleagues see it; else the front of the e-mail address.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def add(email: str, role: str, place: str | None, name: str | None, as_json: bool) -> None:
    """Add a person. The password is read from a pipe, else made and printed once."""
    given = _piped_password()
    password = given or new_password()
    with closing(runtime_here()) as rt, unit_of_work(rt.engine) as unit:
        root = units.root_unit(unit.db)
        at = units.get_unit_by_code(unit.db, place.strip("/").rpartition("/")[2]) if place else root
        shown = name or email.partition("@")[0]
        made = people.add_staff(unit.db, email, shown, role, at.id, hash_password(password), rt.clock())
        people.add_audit(unit.db, None, "staff-added", rt.clock(), "staff", made.id, role=role)
        told = _told(made, at) | ({} if given else {"password": password})
    _print(told, as_json)


@staff.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_(as_json: bool) -> None:
    """List everybody who may sign in."""
    with closing(runtime_here()) as rt, unit_of_work(rt.engine) as unit:
        told = [
            _told(each, units.get_unit(unit.db, each.unit_id)) for each in people.list_staff(unit.db, "/")
        ]
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for each in told:
        click.echo(f"{each['email']}  {each['role']}  {each['unit']}")


@staff.command()
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def password(email: str, as_json: bool) -> None:
    """Give a person a new password, from a pipe or made here; all their browsers are signed out."""
    given = _piped_password()
    made = given or new_password()
    with closing(runtime_here()) as rt, unit_of_work(rt.engine) as unit:
        person = people.get_by_email(unit.db, email)
        people.set_password(unit.db, person.id, hash_password(made))
        sign_ins.revoke_sign_ins(unit.db, person.id, rt.clock())
        people.add_audit(unit.db, None, "password-set", rt.clock(), "staff", person.id)
        told = _told(person, units.get_unit(unit.db, person.unit_id))
    _print(told | ({} if given else {"password": made}), as_json)


def _piped_password() -> str | None:
    """What came by a pipe; a terminal is no password, nor is a pipe in which nothing lies."""
    if sys.stdin is None or sys.stdin.isatty() or not _has_something(sys.stdin):
        return None
    text = sys.stdin.readline().strip()
    if text and len(text) < SHORTEST:
        raise NotAllowed(f"a password has at least {SHORTEST} characters")
    return text or None


def _has_something(source: TextIO) -> bool:
    """A pipe that some supervisor holds open would be waited for for ever."""
    try:
        return bool(select.select([source], [], [], PIPE_SECONDS)[0])
    except (OSError, ValueError):  # not a real file: it answers at once
        return True


def _told(person: Staff, place: Unit) -> dict[str, str]:
    return {"id": person.public_id, "email": person.email, "role": person.role, "unit": place.code}


def _print(told: dict[str, str], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(f"{told['email']} is {told['role']} of {told['unit']}.")
    if "password" in told:
        click.echo(f"Password, shown only now: {told['password']}")


for command in (
    staff_change.invite,
    staff_change.link,
    staff_change.role,
    staff_change.disable,
    staff_change.enable,
    staff_change.second_factor_off,
    staff_change.sessions,
):
    staff.add_command(command)
