"""A district with two blocks of equal contents, made from the tables themselves, so that a new one is filled as well.

Whatever belongs to a side carries its marks: words in every text, ids from a range of its own, tails of numbers. What
has no unit at all (`OF_THE_HOUSE`) carries none. A column whose values are a closed list stands in `VALUES`.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Table,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from audio.wav import wav_of
from gateway.access.permissions import Role
from gateway.files import SealedFiles
from gateway.keys.cells import CELLS
from gateway.models import Base
from gateway.names import search_key
from gateway.phones import Number
from gateway.runtime import Runtime
from tests.gateway.walk.values import EMPTY, VALUES

# Tables that belong to no unit; what must not be seen of them by a unit's staff the walk looks for by name.
OF_THE_HOUSE = frozenset(
    [
        "audit_seals",
        "callbacks",
        "exchanges",
        "notices",
        "paces",
        "settings",
        "sound_gaps",
        "sign_in_failures",
        "unit_count_changes",
        "unit_counts",
        "vault_keys",
        "units",
        "staff",
        "numbers",
        "sign_ins",
        "purges",
        "rollups",
    ]
)
PURGED = 76_543_210  # a count of the whole house
ROLLUPS = 20  # rows by number: the first row of a side is of the first of them


@dataclass
class Side:
    """One of the two blocks and everything of it; `ids` by table, in the order in which rows were made."""

    word: str
    first_id: int
    tail: int
    ids: dict[str, list[int]] = field(default_factory=dict)
    numbers: list[Number] = field(default_factory=list)

    @property
    def marks(self) -> re.Pattern[str]:
        """Everything by which something of this side is known on a page."""
        first = str(self.first_id)[:4]
        return re.compile(
            rf"{self.word}|{first}\d{{6}}|[•…·x*]\s?{self.tail}\d\d|7000{first[:2]}{self.tail}", re.IGNORECASE
        )

    def next_id(self, table: str) -> int:
        made = self.ids.setdefault(table, [])
        made.append(self.first_id + len(made) + 1)
        return made[-1]

    def one(self, table: str, nth: int = -1) -> int:
        return self.ids[table][nth]

    def owns(self, value: object) -> bool:
        return isinstance(value, int) and self.first_id <= value < self.first_id + 1_000_000

    def text(self, row_id: int, longest: int = 200) -> str:
        return f"{self.word.title()} {row_id % 1000} place"[:longest]

    def public_id(self, row_id: int) -> str:
        return f"{self.word}{row_id % 1_000_000:06d}"


ALFA = Side("qzalfa", 3371_000_000, 35)
BETA = Side("qzbeta", 8861_000_000, 86)

PLAIN: dict[Any, Callable[[Runtime], Any]] = {
    JSONB: lambda rt: [],
    JSON: lambda rt: {},
    LargeBinary: lambda rt: os.urandom(32),
    Boolean: lambda rt: False,
    Integer: lambda rt: 1,
    Numeric: lambda rt: 1,
    Date: lambda rt: rt.clock().date(),
    DateTime: lambda rt: rt.clock(),
}


def build(rt: Runtime) -> None:
    """Make the district, its two blocks and three rows of every kind in each."""
    with rt.engine.begin() as db:
        root = db.scalar(
            insert(_table("units"))
            .values(_unit(None, "/", "DISTRICT", "Zila", "district"))
            .returning(_table("units").c.id)
        )
        assert root is not None
        db.execute(update(_table("units")).where(_table("units").c.id == root).values(path=f"/{root}/"))
        db.execute(insert(_table("purges")).values(at=rt.clock(), profile="in 1", counts={"calls": PURGED}))
        _rollups(db, rt)
        for side in (ALFA, BETA):
            side.ids.clear()
            side.numbers.clear()
            _places(db, side, root)
            _staff(db, rt, side)
    for side in (ALFA, BETA):
        for _ in range(3):
            grow(rt, side)


def _rollups(db: Connection, rt: Runtime) -> None:
    """Days of the whole house, of which each side has a row of its own figures."""
    for nth in range(1, ROLLUPS + 1):
        until = rt.clock() - timedelta(days=nth)
        db.execute(
            insert(_table("rollups")).values(
                id=nth, public_id=f"rollup{nth:07d}", day=until.date(), version=1, since=until - timedelta(days=1),
                until=until, frozen_at=until,
            )
        )  # fmt: skip


def grow(rt: Runtime, side: Side) -> None:
    """One more row of every kind, each hanging on the newest of the others."""
    with rt.engine.begin() as db:
        _number(db, rt, side)
        for table in Base.metadata.sorted_tables:
            if table.name not in OF_THE_HOUSE:
                _row(db, rt, side, table)
        _afterwards(db, rt, side)


def token(side: Side, role: Role) -> str:
    """The cookie of one person of staff of that side."""
    return f"token-of-{side.word}-{role}"


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _unit(
    unit_id: int | None, path: str, code: str, name: str, kind: str, parent: int | None = None
) -> dict[str, Any]:
    known = {"id": unit_id} if unit_id else {}
    return known | {
        "path": path, "code": code, "name": name, "kind": kind, "parent_id": parent, "language": "hi",
        "search": search_key(name),
    }  # fmt: skip


def _places(db: Connection, side: Side, root: int) -> None:
    block, booth = side.next_id("units"), side.next_id("units")
    rows = (
        _unit(block, f"/{root}/{block}/", f"{side.word}-BLK", f"{side.word.title()} Block", "block", root),
        _unit(
            booth, f"/{root}/{block}/{booth}/", f"{side.word}-1", f"{side.word.title()} Booth", "booth", block
        ),
    )
    for row in rows:
        db.execute(insert(_table("units")).values(row))


def _staff(db: Connection, rt: Runtime, side: Side) -> None:
    """One person of every role, bound to the block, with a browser in which they are signed in."""
    for role in Role:
        staff_id = side.next_id("staff")
        db.execute(
            insert(_table("staff")).values(
                id=staff_id, public_id=side.public_id(staff_id), email=f"{role}@{side.word}.example", role=str(role),
                name=f"{side.word.title()} {role}", unit_id=side.one("units", 0), locale="en",
                created_at=rt.clock(), must_change_password=False,
            )
        )  # fmt: skip
        digest = hashlib.sha256(token(side, role).encode()).digest()
        db.execute(
            insert(_table("sign_ins")).values(
                id=side.next_id("sign_ins"), token_hash=digest, staff_id=staff_id, created_at=rt.clock(),
                seen_at=rt.clock(), browser=f"{side.word} browser",
            )
        )  # fmt: skip


def _number(db: Connection, rt: Runtime, side: Side) -> None:
    row_id = side.next_id("numbers")
    tail = f"{side.tail}{row_id % 100:02d}"
    number = Number(f"+917000{str(side.first_id)[:2]}{tail}")
    side.numbers.append(number)
    index = rt.vault.index(number)
    db.execute(
        insert(_table("numbers")).values(
            id=row_id,
            index=index,
            sealed=rt.vault.seal_number(number),
            tail=tail,
            created_at=rt.clock() - timedelta(days=30),
        )
    )


def _row(db: Connection, rt: Runtime, side: Side, table: Table) -> None:
    row_id = side.next_id(table.name)
    row: dict[str, Any] = {"id": row_id} if "id" in table.c else {}
    for column in table.columns:
        if column.name != "id" and column.computed is None:
            row[column.name] = _value(rt, side, column, row_id)
    for cell in CELLS:
        if cell.table_name == table.name and row[cell.column_name] is not None:
            bound = cell.bound_to(row_id if cell.row == "id" else row[cell.row])
            row[cell.column_name] = rt.vault.purpose(cell.purpose).seal(side.text(row_id).encode(), bound)
    db.execute(insert(table).values(row))


def _value(rt: Runtime, side: Side, column: Column[Any], row_id: int) -> Any:
    name = f"{column.table.name}.{column.name}"
    if column.foreign_keys and name not in VALUES:
        return _other(side, column)
    for known in (name, f"*.{column.name}"):
        if known in VALUES:
            return _asked(VALUES[known], rt, side, row_id)
    if column.name in EMPTY and column.nullable:
        return None
    return _of_its_kind(rt, side, column, row_id)


def _asked(value: Any, rt: Runtime, side: Side, row_id: int) -> Any:
    if not callable(value):
        return value
    known = {"rt": rt, "side": side, "row_id": row_id}
    return value(**{name: known[name] for name in value.__code__.co_varnames[: value.__code__.co_argcount]})


def _other(side: Side, column: Column[Any]) -> Any:
    """The newest row of that table; nothing where it comes later, or the column says that this one is gone."""
    if column.name in EMPTY and column.nullable:
        return None
    name = next(iter(column.foreign_keys)).column.table.name
    made = side.ids.get(name, [])
    if name == column.table.name:
        return None
    if column.name == "gone_id":
        return made[-2] if len(made) > 1 else made[-1]
    return made[-1] if made else None


def _of_its_kind(rt: Runtime, side: Side, column: Column[Any], row_id: int) -> Any:
    if column.name == "public_id":
        return side.public_id(row_id)
    if column.name.endswith("_key"):
        return _file(rt, side, column, row_id)
    if column.name == "search":
        return search_key(side.text(row_id))
    if column.name == "number_index":  # of three members one is suppressed
        return rt.vault.index(side.numbers[-1]) if row_id % 3 == 1 else os.urandom(32)
    if column.name in ("broadcast_id", "number_id", "last_entry_id", "subject_id"):
        return side.one({"subject_id": "members", "broadcast_id": "broadcasts"}.get(column.name, "numbers"))
    kind = column.type
    if isinstance(kind, String):
        return side.text(row_id, kind.length or 200)
    for known, value in PLAIN.items():
        if isinstance(kind, known):
            return value(rt)
    raise AssertionError(f"say in VALUES what {column.table.name}.{column.name} may hold")


def _file(rt: Runtime, side: Side, column: Column[Any], row_id: int) -> str:
    content = side.text(row_id).encode()
    if column.name == "clip_key":
        samples = content.ljust(len(content) + len(content) % 2) * 400
        return rt.notes.store_take(samples, _Take(wav_of(samples)[44:])).key  # type: ignore[arg-type]
    files: SealedFiles = rt.files
    return files.put(io.BytesIO(b"\x89PNG\r\n\x1a\n" + content))


@dataclass
class _Take:
    pcm: bytes


def _afterwards(db: Connection, rt: Runtime, side: Side) -> None:
    """What hangs together in a circle, and states that need two rows."""
    reports, calls = _table("reports"), _table("calls")
    db.execute(update(calls).where(calls.c.id == side.one("calls")).values(report_id=side.one("reports")))
    events = _table("report_events")
    db.execute(update(events).where(events.c.id == side.one("report_events")).values(state="received"))
    assert db.scalar(select(reports.c.id).where(reports.c.id == side.one("reports")))
