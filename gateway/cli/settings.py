"""`memberline settings`: every variable, what it is now, and what it means."""

import json

import click

from gateway.cli.here import data_here
from gateway.settings_files import environment
from gateway.settings_shown import masked_values, settings_table


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def settings(as_json: bool) -> None:
    """Show every setting with its value now (secrets as dots), its default and its meaning."""
    now = masked_values(environment(data_here()))
    rows = [
        {"name": name, "now": now[name], "default": default, "help": text}
        for name, default, text in settings_table()
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['name']}={row['now']}\n    {row['help']} Default: {row['default']}.")
