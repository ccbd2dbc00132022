"""`memberline demo`, hidden: loads the demo organisation; `up` calls it once for a new data folder."""

from contextlib import closing

import click

from gateway.cli.here import runtime_here
from gateway.errors import NotAllowed


@click.command(hidden=True)
def demo() -> None:
    """Load the demo organisation into an empty service beside an emulator."""
    # Start-up cost: the demo's texts and sounds.
    from gateway.demo import load

    with closing(runtime_here()) as runtime:
        if not runtime.settings.is_emulated:
            raise NotAllowed("the demo is only loaded beside an emulator: its numbers must never be dialled")
        load(runtime)
