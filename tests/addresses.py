"""Compiles the addresses of our pages once a run: Werkzeug does it anew for every app, which takes a third of a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


def remember() -> None:
    """Keep what was compiled; it depends on nothing but the rule itself."""
    compile_builder = Rule._compile_builder
    kept: dict[tuple[str, bool], Callable[..., Any]] = {}

    def remembered(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        key = (f"{rule.subdomain} {rule.rule} {rule._trace} {rule.defaults}", append_unknown)
        if key not in kept:
            kept[key] = compile_builder(rule, append_unknown)
        return kept[key]

    Rule._compile_builder = remembered  # type: ignore[method-assign, assignment]
