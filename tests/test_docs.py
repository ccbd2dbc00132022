"""The README says what the code does: settings, commands, pictures and paths."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.cli import COMMANDS, HIDDEN
from gateway.settings_shown import settings_table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "default", "meaning"), settings_table())
def test_readme_tells_every_setting_as_the_code_does(name: str, default: str, meaning: str) -> None:
    assert f"| `{name}` | {default} | {meaning} |" in README


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - HIDDEN))
def test_readme_names_every_command(command: str) -> None:
    assert re.search(rf"`{command}[ `\[]", README)


def test_readme_shows_pictures_that_exist() -> None:
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert pictures
    assert [each for each in pictures if not (ROOT / each).is_file()] == []


def test_readme_names_rooms_that_exist() -> None:
    rooms = re.findall(r"`((?:gateway|flows|audio|workers|tests)/[\w/.]*)`", README)
    assert [each for each in rooms if "<" not in each and not (ROOT / each).exists()] == []
