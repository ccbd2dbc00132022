"""Judges the tree that a list of units would make: one top, nobody without a parent, no circles, kinds in order. Pure.

Called by `units`, which reads the list and writes what is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gateway.people.refusals import Details, Refused, refuse
from gateway.units.kinds import ORDER, RANK

DEEPEST = 30


@dataclass(frozen=True, slots=True)
class Node:
    """A unit as it stands: the code of its parent (None at the top of what the viewer sees) and its kind."""

    parent: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why a line does not fit: the column it shows in, and the sentence with what it is about."""

    column: str
    code: str
    details: Details


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

    def refuse(self, code: str, why: Why) -> None:
        line = self.taken.pop(code)
        self.lost[code] = line.line
        self.refused.append(refuse(line.line, why.column, why.code, **why.details))


def judge(
    lines: Iterable[Line], known: Mapping[str, Node], *, may_change_top: bool = True, ceiling: int = 0
) -> Plan:
    """Say which lines fit; `known` is the tree as it stands, `ceiling` the rank of what lies above its top.

    A refused line leaves a unit that exists as it was. What hangs under a refused new unit is refused with it.
    """
    plan = Plan()
    for line in lines:
        _take(plan, line)
    while _refuse_other_tops(plan, known, may_change_top) or _refuse_misplaced(plan, known, ceiling):
        continue
    return plan


def _take(plan: Plan, line: Line) -> None:
    known = plan.taken.get(line.code)
    if known is None:
        plan.taken[line.code] = line
    else:
        plan.refused.append(refuse(line.line, "code", "code-twice", other=known.line))


def _refuse_other_tops(plan: Plan, known: Mapping[str, Node], may_change_top: bool) -> bool:
    here = next((code for code, node in known.items() if node.parent is None), None)
    tops = [code for code, line in plan.taken.items() if not line.parent]
    if here is None:
        kept = tops[0] if tops else None
    elif may_change_top and here in plan.taken and plan.taken[here].parent:
        kept = next((code for code in tops if code not in known), None)
    else:
        kept = here
    others = [code for code in tops if code != kept]
    for code in others:
        plan.refuse(code, Why("parent", "tree-second-top", {"code": kept or ""}))
    return bool(others)


def _refuse_misplaced(plan: Plan, known: Mapping[str, Node], ceiling: int) -> bool:
    found = _Walk(plan, known, ceiling)
    wrong = {code: why for code, why in found.wrong.items() if code in plan.taken}
    for code, why in wrong.items():
        plan.refuse(code, why)
    if not wrong:
        plan.order = sorted(found.depth, key=found.depth.__getitem__)
    return bool(wrong)


class _Walk:
    """Walks from each unit to the top once, remembering how deep it lies, its rank, and what is wrong with it."""

    def __init__(self, plan: Plan, known: Mapping[str, Node], ceiling: int) -> None:
        self._plan = plan
        self._known = known
        self._ceiling = ceiling
        self._ranks: dict[str, int] = {}
        self.wrong: dict[str, Why] = {}
        self.depth: dict[str, int] = {}
        for code in [*known, *plan.taken]:
            self._walk(code)

    def _parent(self, code: str) -> str | None:
        line = self._plan.taken.get(code)
        return (line.parent or None) if line else self._known[code].parent

    def _kind(self, code: str) -> str:
        line = self._plan.taken.get(code)
        return line.kind if line else self._known[code].kind

    def _exists(self, code: str) -> bool:
        return code in self._plan.taken or code in self._known

    def _walk(self, start: str) -> None:
        trail: dict[str, int] = {}
        code: str | None = start
        while code is not None and self._exists(code) and code not in self.depth and code not in trail:
            trail[code] = len(trail)
            code = self._parent(code)
        on_trail = list(trail)
        if code in trail:
            for each in on_trail[trail[code] :]:
                self._settle(each, Why("parent", "tree-circle", {}))
            on_trail = on_trail[: trail[code]]
        for each in reversed(on_trail):
            self._settle(each, self._misplaced(each) or self._above_its_parent(each))

    def _settle(self, code: str, why: Why | None) -> None:
        parent = self._parent(code)
        self.depth[code] = self.depth.get(parent, 0) + 1 if parent else 1
        above = self._ranks.get(parent, self._ceiling) if parent else self._ceiling
        self._ranks[code] = RANK.get(self._kind(code), above)
        if why:
            self.wrong[code] = why

    def _misplaced(self, code: str) -> Why | None:
        parent = self._parent(code)
        if parent is None:
            return None
        if not self._exists(parent):
            line = self._plan.lost.get(parent)
            return _refused_above(parent, line) if line else Why("parent", "tree-orphan", {"code": parent})
        if parent in self.wrong and parent not in self._known:
            return _refused_above(parent, self._plan.taken[parent].line)
        return Why("parent", "tree-deep", {}) if self.depth[parent] >= DEEPEST else None

    def _above_its_parent(self, code: str) -> Why | None:
        """Of a unit that the list leaves alone, the line is to blame that made another kind of its parent."""
        parent, kind = self._parent(code), self._kind(code)
        above = self._ranks[parent] if parent else self._ceiling
        if RANK.get(kind, above) >= above:
            return None
        if code in self._plan.taken:
            return Why("kind", "tree-kind-above", {"kind": kind, "above": ORDER[above][0]})
        if parent in self._plan.taken and self._kind(parent) != self._known[parent].kind:
            self.wrong.setdefault(
                parent, Why("kind", "tree-kind-below", {"kind": self._kind(parent), "below": kind})
            )
        return None


def _refused_above(parent: str, line: int) -> Why:
    return Why("parent", "tree-parent-refused", {"code": parent, "other": line})
