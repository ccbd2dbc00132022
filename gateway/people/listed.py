"""Lists that were handed in at the console: kept sealed, looked at in the background, taken when somebody says so.

Here are the deeds of people; `listed_work` is what a worker does with the rows that they leave. The obligation is the row, as
everywhere, and one list is worked on at a time.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from typing import BinaryIO

from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict, NotFound
from gateway.models import Import
from gateway.runtime import Runtime
from gateway.states import ImportState
from gateway.store import imports
from gateway.store.move import move
from gateway.store.staff import add_audit

MEMBERS, UNITS = "members", "units"
KINDS = (MEMBERS, UNITS)
FORGOTTEN_BELL = timedelta(seconds=20)


def hand_in(rt: Runtime, stream: BinaryIO, *, kind: str, file_name: str, staff_id: int, unit_id: int) -> str:
    """Keep a list sealed and have it looked at; returns its public id. Nothing of it is read here."""
    key = rt.files.put(stream)
    with unit_of_work(rt.engine) as unit:
        made = add_list(
            unit, rt, key, kind=kind, file_name=file_name[:200], staff_id=staff_id, unit_id=unit_id
        )
    return made.public_id


def add_list(
    unit: UnitOfWork, rt: Runtime, key: str, *, kind: str, file_name: str, staff_id: int, unit_id: int
) -> Import:
    """Write that a file was handed in, and wake whoever reads it."""
    now = rt.clock()
    made = Import(
        kind=kind,
        state=ImportState.CHECKING,
        staff_id=staff_id,
        unit_id=unit_id,
        file_key=key,
        file_name=file_name,
        lease_until=now,
        created_at=now,
    )
    unit.db.add(made)
    unit.db.flush()
    add_audit(unit.db, staff_id, "list-handed-in", now, "import", made.id, unit_id, kind=kind)
    ring(unit, rt, made.id)
    return made


def check_again(unit: UnitOfWork, rt: Runtime, made: Import, chosen: dict[str, str]) -> None:
    """Look at a list anew with its columns as told. Raises Conflict while it is being taken, or is over."""
    if not _start(unit, rt, made, ImportState.CHECKING):
        raise Conflict("this list is being taken, or was")
    made.columns = {**made.columns, "chosen": chosen}


def take(unit: UnitOfWork, rt: Runtime, made: Import, staff_id: int) -> None:
    """Take what was looked at; done twice, the second changes nothing. Raises Conflict where it cannot be taken now."""
    if made.state in (ImportState.TAKING, ImportState.TAKEN):
        return
    if made.error or not _start(unit, rt, made, ImportState.TAKING):
        raise Conflict("this list was not looked at yet, or is no list")
    made.columns = {**made.columns, "taken_by": staff_id}
    add_audit(unit.db, staff_id, "list-taken", rt.clock(), "import", made.id, made.unit_id)


def stop(unit: UnitOfWork, rt: Runtime, made: Import) -> None:
    """Stop between two batches; what was taken stays. One that is over stays as it is."""
    move(unit.db, Import, made.id, ImportState.STOPPED, finished_at=rt.clock(), lease_until=None)


def ring_waiting(unit: UnitOfWork, rt: Runtime) -> None:
    """Ring for a list whose worker fell silent, or whose bell was not heard."""
    waiting = imports.next_waiting(unit.db, rt.clock() - FORGOTTEN_BELL)
    if waiting is not None:
        ring(unit, rt, waiting)


def forget_files(rt: Runtime, made: Import) -> None:
    """Do away with the file of a list and that of its rows in error; the retention job calls it. The counts stay."""
    for key in (made.file_key, made.refused_key):
        if key:
            rt.files.remove(key)
    made.file_key = made.refused_key = None


def ring(unit: UnitOfWork, rt: Runtime, import_id: int) -> None:
    """Wake a worker for this list, after the commit."""
    unit.ring(_Bell(rt, import_id))


def opened(rt: Runtime, made: Import) -> BinaryIO:
    """Open the file as it was handed in. Raises NotFound where it is kept no longer."""
    if made.file_key is None:
        raise NotFound("this list is not kept any more")
    return io.BufferedReader(_Pieces(rt.files.pieces(made.file_key)))


def count_lines(rt: Runtime, made: Import) -> int | None:
    """Count about how many rows a list has, for its bar; None for a spreadsheet, which does not say."""
    lines, first = 0, b""
    for piece in rt.files.pieces(made.file_key or ""):
        first = first or piece[:2]
        lines += piece.count(b"\n")
    return None if first == b"PK" else lines


def _start(unit: UnitOfWork, rt: Runtime, made: Import, state: ImportState) -> bool:
    """Begin anew from the first row."""
    unit.db.flush()
    if not move(unit.db, Import, made.id, state, done=0, counts={}, error=None, lease_until=rt.clock()):
        return False
    imports.forget_refusals(unit.db, made.id)
    unit.db.refresh(made)
    ring(unit, rt, made.id)
    return True


class _Pieces(io.RawIOBase):
    """A sealed file as a stream: one piece in memory at a time."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        count = min(len(buffer), len(self._left))
        buffer[:count], self._left = self._left[:count], self._left[count:]
        return count


class _Bell:
    """Rings for one list; equal ones ring once."""

    def __init__(self, rt: Runtime, import_id: int) -> None:
        self._rt, self.import_id = rt, import_id

    def __call__(self) -> None:
        self._rt.bells.work_on_list(self.import_id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bell) and other.import_id == self.import_id

    def __hash__(self) -> int:
        return hash(self.import_id)
