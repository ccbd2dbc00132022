"""Whom of the unit a broadcast from the command line means: the same filters as on the page that writes one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from gateway.db import UnitOfWork

LONGEST = {"post": 80, "tag": 40}
HANDSETS = ("keypad", "smartphone", "none")
Command = TypeVar("Command", bound=Callable[..., Any])


def whom(command: Command) -> Command:
    """The options `--post`, `--tag`, `--handset` and `--overlay`; whoever fits all that are given is meant."""
    options = (
        click.option("--post", help="Only who holds this post."),
        click.option("--tag", help="Only who has this tag."),
        click.option("--handset", type=click.Choice(HANDSETS), help="Only who has such a phone."),
        click.option("--overlay", metavar="CODE", help="Only in this constituency or wing."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def kept(unit: UnitOfWork, author_id: int | None, given: dict[str, str | None]) -> dict[str, Any]:
    """What the broadcast keeps of them. Raises NotFound for an overlay that its author may not know of."""
    # Start-up cost: the database's libraries.
    from gateway.broadcasts.audience import Filters
    from gateway.errors import NotFound
    from gateway.models import Staff, Unit
    from gateway.store import overlays

    words = {name: _words(name, given[name]) for name in LONGEST}
    found = None
    if code := given["overlay"]:
        author = unit.db.get_one(Staff, author_id) if author_id else None
        path = unit.db.get_one(Unit, author.unit_id).path if author else "/"
        found = next(
            (each for each in overlays.list_overlays(unit.db, path) if each.overlay.code == code), None
        )
        if found is None:
            raise NotFound(f"there is no open constituency or wing {code}")
    return Filters(words["post"], words["tag"], given["handset"], found.overlay.id if found else None).kept()


def _words(name: str, value: str | None) -> str | None:
    words = " ".join((value or "").split())
    if len(words) > LONGEST[name]:
        raise click.UsageError(f"--{name} has at most {LONGEST[name]} letters")
    return words or None
