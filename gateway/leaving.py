"""Leaving, for everything or for campaigns: in force at once, whoever asked for it and however (rules.md L6, L7)."""

from __future__ import annotations

from gateway import ledger
from gateway.db import UnitOfWork
from gateway.rules import consent as rule
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import members, numbers, suppressions

EVERYTHING = rule.EVERYTHING


def withdraw(unit: UnitOfWork, rt: Runtime, scene: Scene, purpose: str) -> None:
    """Leave all calls or only campaigns: in force at once, for the member or for everybody on an unnamed number."""
    if scene.number_id is None:
        return
    everybody = members.list_on_number(unit.db, scene.number_id)
    leaving = [each for each in everybody if scene.member_id in (None, each.id)]
    for member in leaving:
        ledger.write(unit, rt, scene, member.id, ledger.Line(purpose, rule.WITHDRAWN))
    if purpose == EVERYTHING and len(leaving) == len(everybody):
        index = numbers.index_of(unit.db, scene.number_id)
        suppressions.add_suppression(unit.db, index, suppressions.OPTED_OUT, rt.clock())
