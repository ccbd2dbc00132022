"""Small parts that several conversations use: the organisation's name as a value, and whose phone it is."""

from __future__ import annotations

from flows.model import Ask, Branch, Do, From, Nodes, Pick, Say, has, lacks
from flows.steps import CallLater, ChooseMember

ORGANISATION = {"organisation": "sender"}  # as it chose to be called
BY_LAW = {"organisation": "organisation"}  # a notice says who really asks

CHOOSE_MEMBER = {"member": From("member.id")}


def choose_member(then: str) -> Do:
    """From here on it is the member just picked who speaks (D26)."""
    return Do(ChooseMember, then, CHOOSE_MEMBER)


def pick_member(question: str, then: str, otherwise: str) -> Pick:
    """For Sita press 1, for Ramesh press 2."""
    return Pick("members", "member.pick", "member", then, (question,), otherwise=otherwise)


def ask_who(about: str, then: str) -> Nodes:
    """Nothing private on a call of ours before the one who is meant has said that it is they (D26).

    Whoever stayed unnamed has no name to ask for, on whatever phone: a child may pick up.
    """
    return {
        "shared": Branch(
            (
                (has(f"{about}.is_unnamed"), "who_unnamed"),
                (lacks("is_shared"), then),
                (has("member"), "who"),
            ),
            "who_unnamed",
        ),
        "who": Ask(
            "answer.who", "chosen", "somebody_else", {"name": "member.name"}, otherwise="somebody_else"
        ),
        "who_unnamed": Ask("answer.who_unnamed", then, "somebody_else", otherwise="somebody_else"),
        "chosen": choose_member(then),
        "somebody_else": Do(CallLater, "other"),
        "other": Say("answer.other", "end"),
    }
