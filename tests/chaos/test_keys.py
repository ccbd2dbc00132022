"""Keys are changed while others write and read, and the change is killed again and again: nothing is lost (C18, C19)."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.keys.cells import CELLS
from gateway.models import Message, PhoneNumber, VaultKey
from gateway.runtime import FILES, Runtime, sealed_folders
from gateway.settings import Settings
from gateway.store import numbers
from gateway.up.child import memberline
from tests.builders import a_number, a_unit
from tests.conftest import SECRET
from tests.house import until

ROOT = Path(__file__).resolve().parents[2]
NUMBERS, KILLS, PROCESSES = 2000, 4, 2
# Writes SMS and files as the service does, opens what it finds, and says how many of each when the word is given.
WORKS = """
import io, itertools, os, random, sys, time
from pathlib import Path
from sqlalchemy import select
from gateway import inbox
from gateway.channels.base import MessageArrived
from gateway.db import unit_of_work
from gateway.keys.cells import CELLS
from gateway.runtime import build_runtime
from gateway.settings import Settings

rt = build_runtime(Settings.from_env(os.environ))
me, stop = sys.argv[1], Path(sys.argv[2])
written = opened = 0
for nth in itertools.count():
    if stop.exists():
        break
    number = "+917000%s%05d" % (me, nth)
    event = MessageArrived(f"{me}-{nth}", number, "12345", f"REPORT the well of {me} {nth}", {"text": number})
    assert inbox.message_arrived(rt, event)
    key = rt.files.put(io.BytesIO(b"form" * 40_000))
    written += 2
    assert rt.files.read(key) == b"form" * 40_000
    cell = random.choice([each for each in CELLS if each.table_name in ("numbers", "messages", "reports", "callbacks")])
    with unit_of_work(rt.engine) as unit:
        rows = unit.db.execute(select(cell.column, cell.row_column).where(cell.key != b"").limit(200)).all()
    for sealed, row in rows:
        assert rt.vault.purpose(cell.purpose).open(sealed, cell.bound_to(row))
        opened += 1
    time.sleep(0.05)  # the more they write, the more there is to seal anew
print(written, opened)
rt.close()
"""


@pytest.mark.timeout(180)
def test_change_of_keys_under_load_killed_again_and_again(
    rt: Runtime, settings: Settings, tmp_path: Path
) -> None:
    with unit_of_work(rt.engine) as unit:
        a_unit(unit.db)
        for _ in range(NUMBERS):
            numbers.add_number(unit.db, rt.vault, a_number(), rt.clock())
    before = keys_in_force(rt)
    stop = tmp_path / "stop"
    dice = random.Random(7)
    with at_work(settings, stop) as workers:
        for _ in range(KILLS):
            change = begin(settings)
            time.sleep(dice.uniform(1.2, 4.0))  # half of it the start of the process
            change.send_signal(signal.SIGKILL)
            change.wait()
        until(lambda: begin(settings).wait() == 0, 90, 0.5)  # the dead one's session ends a moment later
        stop.touch()
        told = [worker.communicate(timeout=30)[0].decode() for worker in workers]
        assert [worker.returncode for worker in workers] == [0] * PROCESSES, told
    counts = [map(int, each.splitlines()[-1].split()) for each in told]
    written, opened = (sum(column) for column in zip(*counts, strict=True))
    assert written > 50
    assert opened > 1000
    assert not keys_in_force(rt) & before
    everything_opens(rt, written)
    with unit_of_work(rt.engine) as unit:
        kept = {key.id for key in unit.db.scalars(select(VaultKey).where(VaultKey.wrapped != b""))}
    assert kept == keys_in_force(rt) | {2}  # the index


def everything_opens(rt: Runtime, written: int) -> None:
    with unit_of_work(rt.engine) as unit:
        assert len(unit.db.scalars(select(Message.id)).all()) == written // 2
        assert len(unit.db.scalars(select(PhoneNumber.id)).all()) == NUMBERS + written // 2
        in_force = {bytes((key_id,)) for key_id in keys_in_force(rt)}
        for cell in CELLS:
            for sealed, row in unit.db.execute(select(cell.column, cell.row_column).where(cell.key != b"")):
                assert sealed[:1] in in_force
                assert rt.vault.purpose(cell.purpose).open(sealed, cell.bound_to(row))
    folder = sealed_folders(rt.settings, rt.vault)[FILES]
    names = [path.name for path in (rt.settings.data_dir / FILES).glob("??/*")]
    assert len([name for name in names if len(name) == 32]) == written // 2
    assert all(folder.size(name) == 160_000 for name in names if len(name) == 32)
    assert [name for name in folder.list_outdated() if len(name) == 32] == []


def keys_in_force(rt: Runtime) -> set[int]:
    query = select(VaultKey.id).where(VaultKey.retired_at.is_(None), VaultKey.purpose != "index")
    with unit_of_work(rt.engine) as unit:
        return set(unit.db.scalars(query))


class at_work(ExitStack):  # noqa: N801
    """Processes that write and read until the file `stop` is there."""

    def __init__(self, settings: Settings, stop: Path) -> None:
        super().__init__()
        self._settings, self._stop = settings, stop

    def __enter__(self) -> list[subprocess.Popen[bytes]]:  # type: ignore[override]
        workers = []
        for me in range(1, PROCESSES + 1):
            worker = subprocess.Popen(
                [sys.executable, "-c", WORKS, str(me), str(self._stop)], cwd=ROOT, env=environment(self._settings),
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            self.callback(worker.kill)
            workers.append(worker)
        return workers


def begin(settings: Settings) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        memberline("keys", "rotate"), cwd=ROOT, env=environment(settings),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def environment(settings: Settings) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "MEMBERLINE_PUBLIC_URL": settings.public_url,
        "MEMBERLINE_SECRET_KEY": settings.secret_key,
        "MEMBERLINE_CALLBACK_SECRET": SECRET,
        "MEMBERLINE_AFRICASTALKING_URL": settings.africastalking_url,
        "MEMBERLINE_TTS": "silent",
        "MEMBERLINE_DATA": str(settings.data_dir),
    }
