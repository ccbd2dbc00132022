"""A backup that is older than an erasure brings nobody back (reliability.md B17)."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from gateway.backup.bring_back import bring_back
from gateway.backup.save import save
from gateway.db import unit_of_work
from gateway.models import Erasure, Member
from gateway.rights import erase
from gateway.runtime import Runtime
from gateway.store import suppressions
from tests.builders import a_member
from tests.conftest import TestClock
from tests.gateway.rights.lives import a_life, dump


def test_an_older_backup_brings_nobody_back(rt: Runtime, clock: TestClock, tmp_path: Path) -> None:
    life, other = a_life(rt), a_member(rt, "Ramesh")
    save(rt, tmp_path / "backup")
    clock.forward(days=3)
    with unit_of_work(rt.engine) as unit:
        asked = erase.erase(unit, rt, life.member_id, erase.KEY)
    clock.forward(days=3)
    bring_back(rt, tmp_path / "backup", may_empty=True)
    assert "kanarika" not in dump(rt)
    with unit_of_work(rt.engine) as unit:
        again = unit.db.scalars(select(Erasure)).one()
        assert (again.at, again.purge_after, again.how) == (asked.at, asked.purge_after, "key")
        assert unit.db.get_one(Member, other).name == "Ramesh"
        assert suppressions.find_suppression(unit.db, rt.vault.index(life.number)) == "opt-out"
