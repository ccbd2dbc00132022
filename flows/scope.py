"""Reading a path out of facts and slots. Pure look-ups; the engine asks, nothing is changed here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from flows.facts import Facts
from flows.model import Condition

Slots = Mapping[str, str]
NEWCOMER = "new"  # in the slot `member`: somebody who is joining on a number that others are known on
UNNAMED = "unnamed"  # in the slot `member`: somebody who reports without a name


def look(path: str, facts: Facts, slots: Slots) -> Any:
    """Return what is at the path, None where there is nothing.

    Beside the facts' own keys: `slot.x`, `item.x` (the item being walked), `member.x` (also the one just chosen on
    a shared phone), `own.x` (a list without what is somebody else's), `missing.x` (a joining item still unknown),
    `recent.x` (an own report to which more may be said, of the category keyed where one was), `about` (the report whose
    id a flow kept), `is_unnamed` (who speaks gives no name), `is_shared`, `unheard` (news), `unanswered` (questions), `answers`
    (to own reports that wait for a word), `standing` and `latest` (reports and news, while none waits), `has_choice` (of languages),
    `can_join` (in the language spoken now), `sender` (the name the organisation chose to be called by), `is_any_joined`
    (somebody on this phone).
    """
    head, rest = _parted(path)
    if head in DERIVED:
        return DERIVED[head](facts, slots)
    if head in RELATIVE:
        return RELATIVE[head](rest, facts, slots)
    return _inside(facts.get(head), rest)


@cache
def _parted(path: str) -> tuple[str, str]:  # only paths that flows were written with: few
    head, _, rest = path.partition(".")
    return head, rest


def holds(condition: Condition | None, facts: Facts, slots: Slots) -> bool:
    """Tell whether the condition is true now; no condition always is."""
    if condition is None:
        return True
    found = look(condition.path, facts, slots)
    if isinstance(condition.wanted, bool):
        return bool(found) is condition.wanted
    return bool(found == condition.wanted)


def chosen_member(facts: Facts, slots: Slots) -> Mapping[str, Any] | None:
    """Return the member who speaks: chosen in this conversation, else the only one the shell knows."""
    chosen = slots.get("member")
    if chosen == NEWCOMER:
        newcomer: Mapping[str, Any] | None = facts.get("newcomer")
        return newcomer
    if chosen is not None:
        known = [facts.get("member") or {}, *(facts.get("members") or ())]
        return next((member for member in known if str(member.get("id")) == chosen), None)
    member: Mapping[str, Any] | None = facts.get("member")
    return member


def own_items(name: str, facts: Facts, slots: Slots) -> list[Mapping[str, Any]]:
    """List a fact's items without those that belong to somebody else on this phone."""
    me = (chosen_member(facts, slots) or {}).get("id")
    return [item for item in facts.get(name) or () if item.get("member") in (None, me)]


def current_item(facts: Facts, slots: Slots) -> Mapping[str, Any] | None:
    """Return the item being walked, None where it has gone meanwhile."""
    items = own_items(slots.get("items", ""), facts, slots)
    return next((item for item in items if str(item["id"]) == slots.get("item")), None)


def next_item(name: str, facts: Facts, slots: Slots) -> str | None:
    """Return the id of the item after the current one; the first where none is current or it has gone."""
    ids = [str(item["id"]) for item in own_items(name, facts, slots)]
    current = slots.get("item")
    after = ids[ids.index(current) + 1 :] if current in ids else ids
    return after[0] if after else None


def recent_report(facts: Facts, slots: Slots) -> Mapping[str, Any] | None:
    """Return the latest own report of today or yesterday before this one; where a category was keyed, one of that."""
    code, this = slots.get("code"), (facts.get("report") or {}).get("id")
    told = (item for item in own_items("reports", facts, slots) if item.get("told") and item["id"] != this)
    return next((item for item in told if not code or item.get("category") == code), None)


def is_missing(item: str, facts: Facts, slots: Slots) -> bool:
    """Tell whether this joining item is still to be asked.

    Unknown people lack everything, who left lacks consent, and where the shell does not say what is missing only
    a joined member lacks nothing.
    """
    member = chosen_member(facts, slots)
    if member is None or (item == "consent" and facts.get("is_opted_out")):
        return True
    missing = member.get("missing")
    return not member.get("is_joined") if missing is None else item in missing


def _is_shared(facts: Facts, slots: Slots) -> bool:
    return len(facts.get("members") or ()) > 1 or bool(facts.get("has_private"))


def _is_unnamed(facts: Facts, slots: Slots) -> bool:
    return slots.get("member") == UNNAMED


def _about(facts: Facts, slots: Slots) -> int | None:
    return int(slots["about"]) if slots.get("about") else None


def language_of(facts: Facts, slots: Slots) -> str | None:
    return slots.get("language") or facts.get("language")


def _unheard(facts: Facts, slots: Slots) -> list[Any]:
    return [item for item in facts.get("news") or () if not item.get("is_heard")]


def _unanswered(facts: Facts, slots: Slots) -> list[Any]:
    return [item for item in facts.get("asked") or () if not item.get("is_answered")]


def _answers(facts: Facts, slots: Slots) -> list[Any]:
    return [each for each in own_items("reports", facts, slots) if each.get("state") == "answered"]


def _unless_answered(name: str) -> Callable[[Facts, Slots], list[Any]]:
    """Nothing stands beside an answer that is waited for: whoever rings hears of it and of little else."""
    return lambda facts, slots: [] if _answers(facts, slots) else list(facts.get(name) or ())


def _can_join(facts: Facts, slots: Slots) -> bool:
    return language_of(facts, slots) in (facts.get("languages") or ())


def _has_choice(facts: Facts, slots: Slots) -> bool:
    return len(facts.get("languages") or ()) > 1


def _sender(facts: Facts, slots: Slots) -> str | None:
    return facts.get("sender") or facts.get("organisation")


def _is_any_joined(facts: Facts, slots: Slots) -> bool:
    known = [*(facts.get("members") or ()), facts.get("member") or {}]
    return any(member.get("is_joined") for member in known)


DERIVED: Mapping[str, Callable[[Facts, Slots], Any]] = {
    "is_shared": _is_shared,
    "is_unnamed": _is_unnamed,
    "about": _about,
    "language": language_of,
    "unheard": _unheard,
    "unanswered": _unanswered,
    "answers": _answers,
    "standing": _unless_answered("reports"),
    "latest": _unless_answered("news"),
    "has_choice": _has_choice,
    "can_join": _can_join,
    "sender": _sender,
    "is_any_joined": _is_any_joined,
}


def _slot(rest: str, facts: Facts, slots: Slots) -> str | None:
    return slots.get(rest)


def _item(rest: str, facts: Facts, slots: Slots) -> Any:
    if rest == "id":
        return int(slots["item"]) if slots.get("item") else None
    return _inside(current_item(facts, slots), rest)


def _member(rest: str, facts: Facts, slots: Slots) -> Any:
    return _inside(chosen_member(facts, slots), rest)


def _recent(rest: str, facts: Facts, slots: Slots) -> Any:
    return _inside(recent_report(facts, slots), rest)


RELATIVE: Mapping[str, Callable[[str, Facts, Slots], Any]] = {
    "slot": _slot,
    "missing": is_missing,
    "own": own_items,
    "item": _item,
    "member": _member,
    "recent": _recent,
}


def _inside(found: Any, rest: str) -> Any:
    for part in rest.split(".") if rest else ():
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
