"""`memberline doctor`: looks at everything a line needs, and says how to mend what is broken; `gateway.checks` looks."""

from __future__ import annotations

import click

from gateway.cli.here import settings_here
from gateway.cli.shown import as_json, print_json


@click.command()
@as_json
def doctor(as_json: bool) -> None:
    """Look for what is wrong and say how to mend it; exit code 1 where something is broken."""
    settings = settings_here()
    # Start-up cost: a settings error is told before the libraries are loaded.
    from dataclasses import asdict

    from gateway.checks import examine

    found = list(examine(settings))
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        for each in found:
            click.echo(f"{'ok    ' if each.is_well else 'BROKEN'}  {each.name:<11} {each.finding}")
            if not each.is_well:
                click.echo(f"{'':<20}→ {each.fix}")
    if not all(each.is_well for each in found):
        raise SystemExit(1)
