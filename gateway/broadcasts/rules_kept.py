"""How a schedule's rule is kept in its row, and read from it again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from gateway.rules.calendar import Before, Event, Monthly, Rule, Weekly

WEEKLY, MONTHLY, EVENT = "weekly", "monthly", "event"


def kept(rule: Rule) -> tuple[str, dict[str, Any]]:
    """Return the kind of a rule and what a row keeps of it."""
    at = rule.at.strftime("%H:%M")
    match rule:
        case Event(day, _, before):
            reminders = [{"days": each.days, "hours": each.hours} for each in before]
            return EVENT, {"date": day.isoformat(), "at": at, "before": reminders}
        case Weekly(days, _, until) | Monthly(days, _, until):
            last = until.isoformat() if until else None
            kind = WEEKLY if isinstance(rule, Weekly) else MONTHLY
            return kind, {"days": sorted(days), "at": at, "until": last}


def rule_of(kind: str, kept: Mapping[str, Any]) -> Rule:
    """Read a rule that `kept` wrote."""
    at = time.fromisoformat(kept["at"])
    if kind == EVENT:
        before = tuple(Before(each["days"], each["hours"]) for each in kept["before"])
        return Event(date.fromisoformat(kept["date"]), at, before)
    until = date.fromisoformat(kept["until"]) if kept.get("until") else None
    return (Weekly if kind == WEEKLY else Monthly)(frozenset(kept["days"]), at, until)
