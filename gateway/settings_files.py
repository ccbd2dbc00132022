"""Where a house's data lies when nobody says, and the file that `memberline up` leaves there for other commands."""

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
