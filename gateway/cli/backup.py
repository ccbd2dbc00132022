"""`memberline backup` and `restore`: everything in one encrypted file, and back."""

from __future__ import annotations

from pathlib import Path

import click

from gateway.cli.shown import runtime

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=FILE)
def backup(file: Path) -> None:
    """Save database, sounds and voice notes to FILE, encrypted with the key from MEMBERLINE_SECRET_KEY."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.backup.save import save

    with runtime() as rt:
        counts = save(rt, file)
    size = file.stat().st_size / 1e6
    click.echo(
        f"{sum(counts.values())} rows of {len(counts)} tables, with all sounds, in {file} ({size:.1f} MB)"
    )
    click.echo("keep MEMBERLINE_SECRET_KEY apart from it: without that key nobody can read it, you neither")


@click.command()
@click.argument("file", type=FILE)
@click.option("--yes", is_flag=True, help="Empty the database first.")
def restore(file: Path, yes: bool) -> None:
    """Bring FILE back into an empty database. Stop the service first; nothing that was owed is sent."""
    from gateway.backup.bring_back import bring_back
    from gateway.errors import MemberlineError
    from gateway.migrate import upgrade

    with runtime() as rt:
        if not file.is_file():
            raise MemberlineError(f"there is no file {file}")
        upgrade(rt.settings.database_url)
        counts = bring_back(rt, file, may_empty=yes)
    click.echo(
        f"{sum(counts.values())} rows are back; broadcasts are paused, calls and SMS still owed cancelled"
    )
