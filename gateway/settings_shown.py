"""The settings as people see them: the table of `memberline settings` and of the README, and what is set now."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from gateway.settings import Settings


def settings_table() -> list[tuple[str, str, str]]:
    """List (name, default, help) of every variable in the order of the dataclass; "required" where it must be set."""
    return [(each.metadata["name"], _shown_default(each), each.metadata["help"]) for each in fields(Settings)]


def masked_values(environ: Mapping[str, str]) -> dict[str, str]:
    """Show what is set now, by variable name, secrets as dots; never raises on a bad value."""
    shown = {}
    for each in fields(Settings):
        name = each.metadata["name"]
        value = environ.get(name, environ.get(f"{name}_FILE", ""))
        shown[name] = "••••" if value and each.metadata["secret"] and name in environ else value
    return shown


def _shown_default(each: Field[Any]) -> str:
    assert each.default is MISSING
    default, emulated = each.metadata["default"], each.metadata["emulated"]
    if default is None:
        return "required"
    shown: str = default or "empty"
    is_told = emulated is not None and not each.metadata["secret"]
    return f"{shown}; with the emulator {emulated}" if is_told else shown
