"""Whom of the unit a broadcast from the command line means: read as the form of the page that writes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from gateway.db import UnitOfWork

HANDSETS = ("keypad", "smartphone", "none")
REACHED = ("heard", "not_heard", "answered")
Command = TypeVar("Command", bound=Callable[..., Any])


def whom(command: Command) -> Command:
    """The options that narrow the audience; whoever fits all that are given is meant."""
    options = (
        click.option("--post", help="Only who holds this post."),
        click.option("--tag", help="Only who has this tag."),
        click.option("--handset", type=click.Choice(HANDSETS), help="Only who has such a phone."),
        click.option("--overlay", metavar="CODE", help="Only in this constituency or wing."),
        click.option("--language", help="Only who speaks this language: hi."),
        click.option("--heard", metavar="ID", help="Only who heard this broadcast."),
        click.option(
            "--not-heard", metavar="ID", help="Only whom this broadcast asked and who did not hear it."
        ),
        click.option("--answered", metavar="ID", help="Only who answered a question of this broadcast."),
        click.option(
            "--list", "list_id", metavar="ID", help="Only who stands on this list that was handed in."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def kept(unit: UnitOfWork, author_id: int | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the broadcast keeps of them. Raises NotFound for what its author may not know of."""
    # Start-up cost: the database's libraries.
    from gateway.console import broadcasts_filters
    from gateway.console.locale import SPOKEN
    from gateway.models import Staff, Unit

    for name, most in broadcasts_filters.LONGEST.items():
        if len(" ".join((given[name] or "").split())) > most:
            raise click.UsageError(f"--{name} has at most {most} letters")
    if given["language"] and given["language"] not in SPOKEN:
        raise click.UsageError(f"--language is one of {', '.join(sorted(SPOKEN))}")
    reached = [name for name in REACHED if given[name]]
    if len(reached) > 1:
        raise click.UsageError("say one of --heard, --not-heard, --answered")
    author = unit.db.get_one(Staff, author_id) if author_id else None
    sight = unit.db.get_one(Unit, author.unit_id).path if author else "/"
    sent = {f"only-{name}": given[name] or "" for name in ("post", "tag", "handset", "language")}
    sent |= {"only-list": given["list_id"] or "", "only-overlay": _overlay(unit, sight, given["overlay"])}
    sent |= {
        f"only-{field}": value
        for name in reached
        for field, value in (("reach", name), ("broadcast", given[name]))
    }
    return broadcasts_filters.read(unit, sight, sent)


def _overlay(unit: UnitOfWork, sight: str, code: str | None) -> str:
    """The form names it by its public id, a script by its code."""
    from gateway.errors import NotFound
    from gateway.store import overlays

    if not code:
        return ""
    there = [each.overlay for each in overlays.list_overlays(unit.db, sight)]
    found = next((each.public_id for each in there if each.code == code), None)
    if found is None:
        raise NotFound(f"there is no open constituency or wing {code}")
    return found
