"""`memberline up`: the whole service on this machine; the steps are in `gateway.up.run`."""

import sys
from datetime import UTC, datetime

import click

from gateway.cli.here import data_here
from gateway.errors import MemberlineError
from gateway.settings_files import default_data_dir, own_environment
from gateway.up.plan import make_plan
from gateway.up.run import run


@click.command()
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(1024, 65534), help="Web; +1 is the phones."
)
@click.option("--no-demo", is_flag=True, help="Start without the demo organisation.")
@click.option(
    "--clock", metavar="ISO-8601", help="Run the service's clock from this instant (emulator only)."
)
def up(port: int, no_demo: bool, clock: str | None) -> None:
    """Run the whole service in the foreground: databases, web, workers, scheduler, and phones in the browser."""
    _refuse_python_without("ssl", "ctypes", "fcntl")
    environ = own_environment()
    data = (data_here() or default_data_dir()).absolute()
    run(make_plan(environ, data, port, not no_demo, clock, datetime.now(UTC)), environ)


def _refuse_python_without(*modules: str) -> None:
    for module in modules:
        try:
            __import__(module)
        except ImportError as error:
            raise MemberlineError(
                f"this Python ({sys.executable}) was built without {module}; use another"
            ) from error
