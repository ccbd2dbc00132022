"""Where a house's data lies when nobody says, the file that `memberline up` leaves there, and the variables of a command."""

import os
from pathlib import Path


def default_data_dir() -> Path:
    """Return `var` in the checkout we run from, or the user's own folder where we are installed elsewhere."""
    root = Path(__file__).resolve().parent.parent
    if (root / "pyproject.toml").exists():
        return root / "var"
    return Path.home() / ".local" / "share" / "memberline"


def load_environment(data: Path) -> dict[str, str]:
    """Read `DIR/environment` that `memberline up` wrote; empty where there is none. Lines are NAME=VALUE."""
    try:
        lines = (data / "environment").read_text(encoding="utf-8").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def own_environment() -> dict[str, str]:
    """Return the variables of this process alone."""
    return dict(os.environ)


def environment(data: Path | None = None) -> dict[str, str]:
    """Return the variables of this process over those of the `memberline up` beside it.

    With `data` that folder's file counts; without it, and with no DATABASE_URL set, the default folder's.
    """
    own = own_environment()
    if data is None and "DATABASE_URL" in own:
        return own
    told = load_environment(data or default_data_dir())
    secrets_here = {name.removesuffix("_FILE") for name in own} | {f"{name}_FILE" for name in own}
    return {name: value for name, value in told.items() if name not in secrets_here} | own
