"""Judges the tree that a list of units would make: one top, nobody without a parent, no circles. Pure.

Called by `units`, which reads the list and writes what is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.people.refusals import Refused

DEEPEST = 30
CIRCLE = "its parents go round in a circle"


@dataclass(frozen=True, slots=True)
class Line:
    """One unit as a list names it; `parent` is "" at the top."""

    line: int
    code: str
    name: str
    kind: str
    parent: str


@dataclass
class Plan:
    """`taken` by code, `refused` by line; `order` names every unit of the tree to be, parents first."""

    taken: dict[str, Line] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=dict)

    def refuse(self, code: str, column: str, reason: str) -> None:
        line = self.taken.pop(code)
        self.lost[code] = line.line
        self.refused.append(Refused(line.line, column, reason))


def judge(lines: Iterable[Line], parents: Mapping[str, str | None], *, may_change_top: bool = True) -> Plan:
    """Say which lines fit; `parents` is the tree as it stands (parent by code, None at its top).

    A refused line leaves a unit that exists as it was. What hangs under a refused new unit is refused with it.
    """
    plan = Plan()
    for line in lines:
        _take(plan, line)
    while _refuse_other_tops(plan, parents, may_change_top) or _refuse_misplaced(plan, parents):
        continue
    return plan


def _take(plan: Plan, line: Line) -> None:
    known = plan.taken.get(line.code)
    if known is None:
        plan.taken[line.code] = line
    else:
        plan.refused.append(Refused(line.line, "code", f"the code is on line {known.line} already"))


def _refuse_other_tops(plan: Plan, parents: Mapping[str, str | None], may_change_top: bool) -> bool:
    here = next((code for code, parent in parents.items() if parent is None), None)
    tops = [code for code, line in plan.taken.items() if not line.parent]
    if here is None:
        kept = tops[0] if tops else None
    elif may_change_top and here in plan.taken and plan.taken[here].parent:
        kept = next((code for code in tops if code not in parents), None)
    else:
        kept = here
    others = [code for code in tops if code != kept]
    for code in others:
        plan.refuse(code, "parent", f"the top of the tree is {kept}; every other unit needs a parent")
    return bool(others)


def _refuse_misplaced(plan: Plan, parents: Mapping[str, str | None]) -> bool:
    found = _Walk(plan, parents)
    wrong = {code: reason for code in plan.taken if (reason := found.reason_of(code))}
    for code, reason in wrong.items():
        plan.refuse(code, "parent", reason)
    if not wrong:
        plan.order = sorted(found.depth, key=found.depth.__getitem__)
    return bool(wrong)


class _Walk:
    """Walks from each unit to the top once, remembering what it found."""

    def __init__(self, plan: Plan, parents: Mapping[str, str | None]) -> None:
        self._plan = plan
        self._parents = parents
        self._reasons: dict[str, str] = {}
        self.depth: dict[str, int] = {}
        for code in [*parents, *plan.taken]:
            self._walk(code)

    def reason_of(self, code: str) -> str:
        return self._reasons.get(code, "")

    def _parent(self, code: str) -> str | None:
        line = self._plan.taken.get(code)
        return (line.parent or None) if line else self._parents.get(code)

    def _exists(self, code: str) -> bool:
        return code in self._plan.taken or code in self._parents

    def _walk(self, start: str) -> None:
        trail: dict[str, int] = {}
        code: str | None = start
        while code is not None and self._exists(code) and code not in self.depth and code not in trail:
            trail[code] = len(trail)
            code = self._parent(code)
        on_trail = list(trail)
        if code in trail:
            for each in on_trail[trail[code] :]:
                self._settle(each, CIRCLE)
            on_trail = on_trail[: trail[code]]
        for each in reversed(on_trail):
            self._settle(each, self._judge(each))

    def _settle(self, code: str, reason: str) -> None:
        parent = self._parent(code)
        self.depth[code] = self.depth.get(parent, 0) + 1 if parent else 1
        if reason:
            self._reasons[code] = reason

    def _judge(self, code: str) -> str:
        parent = self._parent(code)
        if parent is None:
            return ""
        if not self._exists(parent):
            line = self._plan.lost.get(parent)
            return _refused_above(parent, line) if line else f"there is no unit with the code {parent}"
        if self.reason_of(parent) and parent not in self._parents:
            return _refused_above(parent, self._plan.taken[parent].line)
        return "the tree would be too deep" if self.depth[parent] >= DEEPEST else ""


def _refused_above(parent: str, line: int) -> str:
    return f"its parent {parent} on line {line} was refused"
