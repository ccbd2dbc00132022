"""The one table that decides which conversation a call enters; first row that holds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flows.facts import Facts

TABLE: tuple[tuple[str, Callable[[Facts], Any]], ...] = (
    # conversation    entered where
    ("duty", lambda facts: facts.get("is_outbound") and facts.get("duty")),
    ("brief", lambda facts: facts.get("is_outbound") and facts.get("brief")),
    ("discreet", lambda facts: facts.get("is_discreet") and may_be_discreet(facts)),
    ("number_check", lambda facts: facts.get("is_outbound") and facts.get("number_change")),
    ("answer", lambda facts: facts.get("is_outbound") and facts.get("answer")),
    ("go_on", lambda facts: facts.get("is_outbound") and facts.get("go_on")),
    ("interim", lambda facts: facts.get("is_outbound") and facts.get("interim")),
    (
        "daily",
        lambda facts: facts.get("is_outbound") and facts.get("daily") and not facts.get("is_call_back"),
    ),
    ("test_call", lambda facts: facts.get("is_test") and facts.get("announcement")),
    ("announcement", lambda facts: facts.get("is_outbound") and facts.get("announcement")),
    ("introduction", lambda facts: facts.get("is_outbound") and facts.get("is_introduction")),
    ("forgetting", lambda facts: facts.get("is_outbound") and facts.get("forget_asked")),
    ("joining", lambda facts: facts.get("is_opted_out")),
    ("pick_up", lambda facts: facts.get("unfinished") and is_any_joined(facts)),
    ("steering", lambda facts: facts.get("steers") and not is_any_joined(facts)),
    ("main_menu", lambda facts: is_any_joined(facts)),
    ("joining", lambda facts: True),
)


def enter(facts: Facts) -> str:
    """Return the name of the flow in which this call begins."""
    return next(name for name, holds in TABLE if holds(facts))


def may_be_discreet(facts: Facts) -> bool:
    """Tell whether a call may begin without a name: one of ours, no test, no campaign."""
    is_campaign = (facts.get("announcement") or {}).get("is_campaign")
    return bool(facts.get("is_outbound") and not facts.get("is_test") and not is_campaign)


def is_any_joined(facts: Facts) -> bool:
    """Tell whether somebody on this number has joined."""
    return any(member.get("is_joined") for member in members(facts))


def members(facts: Facts) -> list[Any]:
    """List everybody known on this number."""
    return [*(facts.get("members") or ()), *([facts["member"]] if facts.get("member") else [])]
