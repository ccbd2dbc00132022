"""`memberline staff …`: invite, change, let go and sign out colleagues; the command line acts as administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from gateway.access.permissions import ROLES, Role
from gateway.cli.shown import as_json, print_facts, print_json, print_table, runtime
from gateway.db import unit_of_work

if TYPE_CHECKING:
    from gateway.models import Staff, Unit
    from gateway.runtime import Runtime

ROLE = click.Choice([str(role) for role in ROLES])
UNIT_HELP = "Code of the unit, or the codes from the top joined by /; else the top."


@click.command()
@click.argument("email")
@click.option("--role", required=True, type=ROLE)
@click.option("--unit", "place", help=UNIT_HELP)
@click.option("--name", help="As colleagues see it; else the front of the e-mail address.")
@as_json
def invite(email: str, role: str, place: str | None, name: str | None, as_json: bool) -> None:
    """Add a person who chooses a password by a link: printed once, good once, for seven days."""
    from gateway.staff import inviting  # start-up cost

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        at = _unit(unit.db, place)
        new = inviting.NewColleague(email, name or email.partition("@")[0], Role(role), at)
        person, link = inviting.invite(unit, rt, None, new)
        told = _told(person, at) | {"link": link}
    _print(told, as_json)


@click.command()
@click.argument("email")
@as_json
def link(email: str, as_json: bool) -> None:
    """Print a new link for choosing a password: half an hour, for an invited person seven days."""
    from gateway.staff import inviting  # start-up cost

    _do(email, as_json, lambda unit, rt, person: {"link": inviting.link_for(unit, rt, None, person)})


@click.command()
@click.argument("email")
@click.option("--role", type=ROLE, help="The new role.")
@click.option("--unit", "place", help="Code of the new unit.")
@as_json
def role(email: str, role: str | None, place: str | None, as_json: bool) -> None:
    """Give a person another role or unit; they sign in anew."""
    from gateway.staff import changing  # start-up cost
    from gateway.store import units

    def give(unit: Any, rt: Runtime, person: Staff) -> dict[str, object]:
        at = _unit(unit.db, place) if place else units.get_unit(unit.db, person.unit_id)
        changing.give_role(unit, rt, None, person, Role(role or person.role), at)
        return {}

    if not role and not place:
        raise click.UsageError("say --role, --unit or both")
    _do(email, as_json, give)


@click.command()
@click.argument("email")
@as_json
def disable(email: str, as_json: bool) -> None:
    """Let a person go: nothing opens for them any more, in no browser."""
    from gateway.staff import changing  # start-up cost

    _do(email, as_json, lambda unit, rt, person: changing.disable(unit, rt, None, person))


@click.command()
@click.argument("email")
@as_json
def enable(email: str, as_json: bool) -> None:
    """Take a person back who was let go."""
    from gateway.staff import changing  # start-up cost

    _do(email, as_json, lambda unit, rt, person: changing.enable(unit, rt, None, person))


@click.command(name="second-factor-off")
@click.argument("email")
@as_json
def second_factor_off(email: str, as_json: bool) -> None:
    """Help who lost phone and paper: the second step at sign-in goes."""
    from gateway.staff import changing  # start-up cost

    _do(email, as_json, lambda unit, rt, person: changing.forget_second_factor(unit, rt, None, person))


@click.command()
@click.argument("email")
@click.option("--end", is_flag=True, help="Sign the person out in all of them.")
@as_json
def sessions(email: str, end: bool, as_json: bool) -> None:
    """List the browsers in which a person is signed in."""
    from gateway.access import sign_in  # start-up cost
    from gateway.staff import changing
    from gateway.store import sign_ins, staff

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        person = staff.get_by_email(unit.db, email)
        found = sign_ins.list_open(unit.db, person.id, sign_in.alive(rt.clock()))
        told = [
            {
                "browser": each.browser or None,
                "since": each.created_at.isoformat(timespec="seconds"),
                "last_used": each.seen_at.isoformat(timespec="seconds"),
                "second_step": each.second_factor_at is not None,
            }
            for each in found
        ]
        if end:
            changing.end_browsers(unit, rt, None, person)
    print_json(told) if as_json else print_table(told, "Signed in nowhere.")


def _do(email: str, as_json: bool, deed: Callable[[Any, Runtime, Staff], object]) -> None:
    from gateway.store import staff, units  # start-up cost

    with runtime() as rt, unit_of_work(rt.engine) as unit:
        person = staff.get_by_email(unit.db, email)
        more = deed(unit, rt, person)
        told = _told(person, units.get_unit(unit.db, person.unit_id))
        told |= more if isinstance(more, dict) else {}
    _print(told, as_json)


def _unit(db: Any, place: str | None) -> Unit:
    from gateway.store import units  # start-up cost

    if place is None:
        return units.root_unit(db)
    return units.get_unit_by_code(db, place.strip("/").rpartition("/")[2])


def _told(person: Staff, place: Unit) -> dict[str, object]:
    return {
        "id": person.public_id,
        "email": person.email,
        "role": person.role,
        "unit": place.code,
        "disabled": person.disabled_at is not None,
    }


def _print(told: dict[str, object], as_json: bool) -> None:
    print_json(told) if as_json else print_facts(told)
