"""What every noun of the command line needs: the settings and the runtime of the service beside it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.errors import MemberlineError
from gateway.settings import Settings
from gateway.settings_files import default_data_dir, environment

if TYPE_CHECKING:
    from gateway.runtime import Runtime


def data_here() -> Path | None:
    """Return the folder of `--data`, None where it was not given."""
    found = click.get_current_context().find_root().obj
    return found if isinstance(found, Path) else None


def settings_here() -> Settings:
    """Read the settings of this command: its own environment over that of the `memberline up` beside it.

    Raises SettingsError with all that is missing, or one line where nothing runs here at all.
    """
    data = data_here()
    environ = environment(data)
    if "DATABASE_URL" not in environ and "DATABASE_URL_FILE" not in environ:
        folder = data or default_data_dir()
        raise MemberlineError(
            f"nothing has run in {folder}: start `memberline up` first, or set DATABASE_URL"
        )
    return Settings.from_env(environ)


def runtime_here() -> "Runtime":
    """Build the runtime of this command; the caller closes it."""
    # Start-up cost: commands that need no database should not load its libraries.
    from gateway.runtime import build_runtime

    return build_runtime(settings_here(), pool_size=1)
