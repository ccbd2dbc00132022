"""Compiles the addresses of our pages once a run: Werkzeug does it anew for every app, which takes a third of a second."""

from __future__ import annotations

from typing import Any

from werkzeug.routing import Rule

COMPILED = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")
BOUND = ("_build", "_build_unknown")


def remember() -> None:
    """Keep what was compiled; it depends on nothing but the rule itself."""
    compile_anew = Rule.compile
    kept: dict[tuple[object, ...], dict[str, Any]] = {}

    def remembered(rule: Rule) -> None:
        key = (rule.subdomain, rule.rule, str(rule.defaults), rule.merge_slashes, rule.map.host_matching)
        if key not in kept:
            compile_anew(rule)
            kept[key] = {name: getattr(rule, name) for name in COMPILED}
        for name, value in kept[key].items():
            setattr(rule, name, value.__func__.__get__(rule) if name in BOUND else value)

    Rule.compile = remembered  # type: ignore[method-assign, assignment]
