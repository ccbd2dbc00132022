"""Who opted out after the backup was made is not brought back by it (rules.md L7)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from gateway import leaving
from gateway.db import unit_of_work
from gateway.models import Member, Suppression
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.scene import Scene
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.cli.conftest import Cli


def withdraw(rt: Runtime, member_id: int, purpose: str) -> None:
    with unit_of_work(rt.engine) as unit:
        member = unit.db.get_one(Member, member_id)
        leaving.withdraw(unit, rt, Scene(member.number_id, member_id, "hi"), purpose)


def test_restore_keeps_every_opt_out_made_since(
    rt: Runtime, cli: Cli, clock: TestClock, tmp_path: Path
) -> None:
    clock.forward(days=-3)  # the command goes by the real clock, to which nothing here lies in the future
    shared = a_number()
    sita, ramesh = a_member(rt, "Sita", number=shared), a_member(rt, "Ramesh", number=shared)
    asha, rama = a_member(rt, "Asha"), a_member(rt, "Rama")
    assert cli("backup", tmp_path / "old.backup").code == 0
    clock.forward(days=1)
    for member_id, purpose in ((sita, "all"), (asha, "campaign"), (rama, "all")):
        withdraw(rt, member_id, purpose)
    assert cli("restore", tmp_path / "old.backup", "--yes").code == 0
    with unit_of_work(rt.engine) as unit:
        states = dict(unit.db.execute(select(Member.id, Member.consent)).all())
        left_alone = unit.db.scalars(select(Suppression.reason)).all()
    assert states == {
        sita: ConsentState.NONE,
        ramesh: ConsentState.ALL,
        asha: ConsentState.ORGANISATIONAL,
        rama: ConsentState.NONE,
    }
    assert left_alone == ["opt-out"]  # Ramesh is still rung on the phone that he shares with Sita
