"""Small parts that several conversations use: the organisation's name as a value, and whose phone it is."""

from __future__ import annotations

from flows.model import Do, From, Pick
from flows.steps import ChooseMember

ORGANISATION = {"organisation": "sender"}  # as it chose to be called
BY_LAW = {"organisation": "organisation"}  # a notice says who really asks

CHOOSE_MEMBER = {"member": From("member.id")}


def choose_member(then: str) -> Do:
    """From here on it is the member just picked who speaks (D26)."""
    return Do(ChooseMember, then, CHOOSE_MEMBER)


def pick_member(question: str, then: str, otherwise: str) -> Pick:
    """For Sita press 1, for Ramesh press 2."""
    return Pick("members", "member.pick", "member", then, (question,), otherwise=otherwise)
