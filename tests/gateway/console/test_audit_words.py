"""Whatever the house notes can be read in words: actions are found in the code, so that a new one is not forgotten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from gateway.console.audit_words import ACTIONS

GATEWAY = Path(__file__).parents[3] / "gateway"


def noted() -> Iterator[str]:
    """Every action that is written out where it is noted."""
    for file in GATEWAY.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) == "add_audit" and len(node.args) > 2:
                action = node.args[2]
                if isinstance(action, ast.Constant):
                    yield str(action.value)


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", "") or getattr(function, "id", "")


def test_every_action_that_is_noted_has_words() -> None:
    found = set(noted())
    assert len(found) > 30
    assert sorted(found - set(ACTIONS)) == []
