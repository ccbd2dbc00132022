"""`memberline keys`: the keys that encrypt, and changing them while the house works."""

from __future__ import annotations

import click

from gateway.cli.shown import as_json, print_json, print_table, runtime


@click.group()
def keys() -> None:
    """The keys that encrypt numbers, words and recordings."""


@keys.command("list")
@as_json
def list_(as_json: bool) -> None:
    """List the keys with what each is for; never the keys themselves."""
    # Start-up cost, here and below: the database's libraries.
    from gateway.db import unit_of_work
    from gateway.store import vault_keys

    with runtime() as rt:
        rt.vault.keyring.look_again()
        with unit_of_work(rt.engine) as unit:
            rows = [
                {
                    "id": key.id,
                    "purpose": key.purpose,
                    "state": ("retired" if key.wrapped else "destroyed") if key.retired_at else "in use",
                    "made_at": f"{key.made_at:%Y-%m-%d %H:%M}",
                    "retired_at": f"{key.retired_at:%Y-%m-%d %H:%M}" if key.retired_at else None,
                }
                for key in vault_keys.list_keys(unit.db)
            ]
    print_json(rows) if as_json else print_table(rows, "there are no keys")


@keys.command()
@click.option("--secret", "is_secret", is_flag=True, help="Wrap the keys with a new MEMBERLINE_SECRET_KEY.")
def rotate(is_secret: bool) -> None:
    """Make new keys, seal everything again with them and destroy the old ones; the house goes on meanwhile.

    Broken off, the same command goes on. With --secret only the secret outside the database changes: start everything
    with the new MEMBERLINE_SECRET_KEY and the one before as MEMBERLINE_OLD_SECRET_KEY, run this, take the old one away.
    """
    from gateway.keys import rotate as room

    with runtime() as rt:
        if not is_secret:
            room.rotate(rt, click.echo)
            click.echo("everything is sealed with new keys; `keys list` shows them")
            return
        if not rt.settings.old_secret_key:
            raise click.UsageError(
                "set MEMBERLINE_SECRET_KEY to the new secret and MEMBERLINE_OLD_SECRET_KEY to the one until now"
            )
        count = room.wrap_anew(rt)
    click.echo(
        f"{count} keys are wrapped with the new secret: MEMBERLINE_OLD_SECRET_KEY is not needed any more"
    )
