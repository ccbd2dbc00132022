"""How the command line's nouns take and show things: `--json`, tables, languages with their words, names of files.

Shared by `unit`, `member`, `broadcast` and `report`; standard output holds only what was asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gateway.cli.here import runtime_here
from gateway.errors import MemberlineError

if TYPE_CHECKING:
    from gateway.runtime import Runtime

F = TypeVar("F", bound=Callable[..., Any])
PUBLIC_ID_LETTERS = 11
LARGEST_SOUND = 20_000_000


class Named(click.Command):
    """A command whose argument is a public id: one that begins with a dash is no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Move such ids behind `--`."""
        ids = [
            arg for arg in args if arg.startswith("-") and len(arg) == PUBLIC_ID_LETTERS and "=" not in arg
        ]
        ids = [arg for arg in ids if not any(arg in each.opts for each in self.params)]
        if ids and "--" not in args:
            args = [*(arg for arg in args if arg not in ids), "--", *ids]
        return super().parse_args(ctx, args)


@contextmanager
def runtime() -> Iterator[Runtime]:
    """The runtime of the service beside this command, given back at the end."""
    rt = runtime_here()
    try:
        yield rt
    finally:
        rt.close()


def as_json(command: F) -> F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def texts_and_sounds(command: F) -> F:
    """Add `--text hi=…` and `--audio hi=FILE`, each as often as there are languages."""
    text = click.option(
        "--text", "texts", multiple=True, metavar="LANGUAGE=WORDS", help="Words in a language."
    )
    audio = click.option(
        "--audio", "audio", multiple=True, metavar="LANGUAGE=FILE", help="A sound for a language."
    )
    return text(audio(command))


def by_language(pairs: Sequence[str], option: str) -> dict[str, str]:
    """Read `hi=…` pairs; a usage error where one is none or a language stands twice."""
    found: dict[str, str] = {}
    for pair in pairs:
        language, sign, value = pair.partition("=")
        language = language.strip().lower()
        if (
            not sign
            or not value.strip()
            or not (language.isascii() and language.isalpha() and 2 <= len(language) <= 3)
        ):
            raise click.UsageError(f"{option} is written as {option} hi=…, with a language's code first")
        if language in found:
            raise click.UsageError(f"{option} names {language} twice")
        found[language] = value.strip()
    return found


def stored_sounds(rt: Runtime, files: Mapping[str, str]) -> dict[str, str]:
    """Master and keep these files; returns their content keys by language. One line where one is no sound."""
    from audio.errors import ClipError  # start-up cost: only where sounds are given

    keys = {}
    for language, name in files.items():
        try:
            path = Path(name)
            if path.stat().st_size > LARGEST_SOUND:
                raise MemberlineError(f"{name} is larger than {LARGEST_SOUND // 1_000_000} MB")
            keys[language] = rt.clips.store_take(path.read_bytes()).key
        except (OSError, ClipError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise MemberlineError(f"{name} cannot be used as a sound: {reason}") from error
    return keys


def print_json(value: object) -> None:
    """Write JSON and nothing else."""
    click.echo(json.dumps(value, ensure_ascii=False, default=str))


def print_table(rows: Sequence[Mapping[str, object]], empty: str) -> None:
    """Write rows under their names, columns as wide as they need to be."""
    if not rows:
        click.echo(empty)
        return
    names = list(rows[0])
    cells = [[_cell(row[name]) for name in names] for row in rows]
    widths = [max(len(name), *(len(row[n]) for row in cells)) for n, name in enumerate(names)]
    for line in [[name.replace("_", " ") for name in names], *cells]:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def print_facts(facts: Mapping[str, object]) -> None:
    """Write one thing, a line for each of its facts."""
    width = max(len(name) for name in facts)
    for name, value in facts.items():
        click.echo(f"{name.replace('_', ' '):<{width}}  {_cell(value)}")


def _cell(value: object) -> str:
    if value is None or value == "" or value == {}:
        return "–"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {_cell(each)}" for name, each in value.items())
    return str(value)
