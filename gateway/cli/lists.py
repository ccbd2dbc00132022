"""What `unit import` and `member import` share: opening the file, and telling what became of each row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from gateway.cli.shown import F, as_json, print_json

if TYPE_CHECKING:
    from gateway.people.refusals import Imported, Refused


def imports(command: F) -> F:
    """Add what every import takes: FILE (or - for standard input), `--dry-run`, `--json`."""
    dry = click.option("--dry-run", is_flag=True, help="Say what would be done and write nothing.")
    return click.argument("file", type=click.File("rb"))(dry(as_json(command)))


def tell(result: Imported, is_dry: bool, wants_json: bool) -> None:
    """Print what was taken and each row that was not, with its line, column and reason."""
    if wants_json:
        shown: dict[str, object] = {"taken": result.taken, "updated": result.updated}
        shown["refused"] = [_row(each) for each in result.refused]
        if result.notes:
            shown["notes"] = [_row(each) for each in result.notes]
        print_json(shown)
        return
    _tell_rows(result.refused, "refused")
    _tell_rows(result.notes, "taken, but")
    if result.ignored:
        click.echo(f"columns that are not used: {', '.join(result.ignored[:10])}", err=True)
    if result.unchanged or result.twice:
        click.echo(
            f"of those updated {result.unchanged} say nothing new, {result.twice} stand twice in the list",
            err=True,
        )
    verb = "would be " if is_dry else ""
    click.echo(
        f"{result.taken} {verb}taken, {result.updated} {verb}updated, {len(result.refused)} {verb}refused"
    )


def _row(each: Refused) -> dict[str, object]:
    return {"line": each.line, "column": each.column, "reason": each.reason}


def _tell_rows(rows: Sequence[Refused], what: str) -> None:
    for row in rows:
        column = f", column {row.column}" if row.column else ""
        click.echo(f"line {row.line}{column}: {what}: {row.reason}")
