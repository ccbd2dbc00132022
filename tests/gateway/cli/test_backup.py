"""Backup and restore: all comes back but sign-ins, an old state calls nobody, and a touched file is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from gateway.backup.save import LEFT_OUT
from gateway.backup.sealing import PIECE
from gateway.broadcasts import launch
from gateway.broadcasts.spread import spread
from gateway.db import unit_of_work
from gateway.deliveries.owe import owe_introductions
from gateway.files import SealedFiles
from gateway.models import Base, Broadcast, Delivery, Member, SignIn
from gateway.runtime import VOICE_NOTES, Runtime, sealed_folders
from gateway.sounds import build_subject
from gateway.states import BroadcastState, DeliveryReason
from gateway.store import staff
from tests.builders import a_broadcast, a_member, a_person_of_staff
from tests.gateway.cli.conftest import Cli

KEY, SOUND = "a" * 32, b"sound" * PIECE


def recordings(rt: Runtime) -> SealedFiles:
    return sealed_folders(rt.settings, rt.vault)[VOICE_NOTES]


def rows(rt: Runtime) -> dict[str, int]:
    with unit_of_work(rt.engine) as unit:
        names = [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]
        return {each.name: unit.db.scalars(select(func.count()).select_from(each)).one() for each in names}


@pytest.fixture
def saved(rt: Runtime, cli: Cli, tmp_path: Path) -> Path:
    a_member(rt, "Sita")
    with unit_of_work(rt.engine) as unit:
        rama = unit.db.get_one(Member, a_member(rt, "Rama", consent="coordinator"))
        owe_introductions(unit, rt, [(rama.id, rama.number_id or 0, "hi")])
    with unit_of_work(rt.engine) as unit:
        staff.add_sign_in(unit.db, a_person_of_staff(rt), b"hash", rt.clock())
    broadcast_id = a_broadcast(rt)
    build_subject(rt, "broadcast", broadcast_id)
    with unit_of_work(rt.engine) as unit:
        launch.approve(unit, rt, unit.db.get_one(Broadcast, broadcast_id), None)
    with unit_of_work(rt.engine) as unit:
        launch.start(unit, rt, unit.db.get_one(Broadcast, broadcast_id))
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, broadcast_id)
    recordings(rt).keep(KEY, SOUND)
    assert cli("backup", tmp_path / "all.backup").code == 0
    return tmp_path / "all.backup"


def test_everything_is_back_and_calls_nobody(rt: Runtime, cli: Cli, saved: Path) -> None:
    before = rows(rt)
    recordings(rt).remove(KEY)
    assert cli("restore", saved).err == "memberline: the database is not empty; --yes empties it first\n"
    assert cli("restore", saved, "--yes").code == 0
    assert rows(rt) == before
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Broadcast.state)).all() == [BroadcastState.PAUSED]
        assert unit.db.scalar(select(func.count(SignIn.id))) == 0
        states = dict(unit.db.execute(select(Delivery.reason, Delivery.state)).all())
    assert states == {DeliveryReason.BROADCAST: "queued", DeliveryReason.INTRODUCTION: "cancelled"}
    assert recordings(rt).read(KEY) == SOUND
    a_member(rt, "Asha")  # the sequences go on where they were


@pytest.mark.parametrize("damage", ["cut", "changed", "pieces swapped", "other"])
def test_file_that_was_touched_is_refused_and_changes_nothing(
    rt: Runtime, cli: Cli, saved: Path, damage: str
) -> None:
    raw = saved.read_bytes()
    middle = len(raw) // 2
    saved.write_bytes(
        {
            "cut": raw[:-1],
            "changed": raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :],
            "pieces swapped": raw[:60] + raw[80:] + raw[60:80],
            "other": b"PK\3\4" + raw,
        }[damage]
    )
    before = rows(rt)
    ended = cli("restore", saved, "--yes")
    assert (ended.code, len(ended.err.splitlines())) == (1, 1)
    assert "backup" in ended.err
    assert rows(rt) == before


def test_backup_shows_nothing_without_the_secret(
    rt: Runtime, cli: Cli, saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert b"Sita" not in saved.read_bytes()
    assert saved.stat().st_mode & 0o077 == 0
    assert cli("backup", saved).code == 1
    monkeypatch.setenv("MEMBERLINE_SECRET_KEY", "another-secret-of-the-tests")
    assert "another SECRET_KEY" in cli("restore", saved, "--yes").err
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalar(select(func.count(Member.id))) == 2
