"""All that is held about one member, from every table, with what is sealed opened (rules.md L12, issue 3, 6).

Tables are found by their key to the member, so that a new one cannot be forgotten. Called by the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Table, select
from sqlalchemy.orm import Session

from gateway.db import unit_of_work
from gateway.deliveries.owe import TEXT_PURPOSE as OWED_TEXT
from gateway.errors import NotFound
from gateway.models import Base, Member, PhoneNumber
from gateway.runtime import Runtime
from gateway.store import numbers, units
from gateway.store.reports import TEXT_PURPOSE as REPORT_TEXT
from gateway.store.staff import add_audit

# What seals each text; a sealed column that is not here (a provider's address of a recording) is left out.
PURPOSES = {"messages": "messages.text", "reports": REPORT_TEXT, "deliveries": OWED_TEXT}
# Tables that hang on one of those: (table, column, the table it points to).
FURTHER = (
    ("report_events", "report_id", "reports"),
    ("answers", "report_id", "reports"),
    ("attempts", "delivery_id", "deliveries"),
)


def show_card(rt: Runtime, member_id: str) -> dict[str, Any]:
    """The member in short: who, where, agreed to what. Raises NotFound."""
    with unit_of_work(rt.engine) as unit:
        member = _find(unit.db, member_id)
        number = numbers.open_number(unit.db, rt.vault, member.number_id) if member.number_id else None
        return {
            "id": member.public_id,
            "name": member.name,
            "number": number,
            "unit": units.get_unit(unit.db, member.unit_id).code,
            "language": member.language,
            "status": str(member.status),
            "consent": str(member.consent),
        }


def show_everything(rt: Runtime, member_id: str) -> dict[str, Any]:
    """Every row that holds this member's key, by table, as plain values; the look is noted in the audit log.

    `member_id` is the public or the internal id; raises NotFound.
    """
    with unit_of_work(rt.engine) as unit:
        member = _find(unit.db, member_id)
        found: dict[str, Any] = {"member": _plain(rt, "members", dict(_row(unit.db, member.id)))}
        found["unit"] = [
            each.name for each in units.list_line(unit.db, units.get_unit(unit.db, member.unit_id))
        ]
        found |= _number(rt, unit.db, member)
        for table in tables_of_members():
            found[table.name] = _rows(rt, unit.db, table, table.c.member_id == member.id)
        for name, column, above in FURTHER:
            table = Base.metadata.tables[name]
            ids = [row["id"] for row in found[above]]
            found[name] = _rows(rt, unit.db, table, table.c[column].in_(ids))
        add_audit(unit.db, None, "member.shown_everything", rt.clock(), "member", member.id)
    return found


def tables_of_members() -> Sequence[Table]:
    """Every table whose rows belong to a member."""
    return [table for table in Base.metadata.sorted_tables if "member_id" in table.c]


def _find(db: Session, member_id: str) -> Member:
    found = db.scalar(select(Member).where(Member.public_id == member_id))
    if found is None and member_id.isascii() and member_id.isdecimal() and len(member_id) < 19:
        found = db.get(Member, int(member_id))
    if found is None:
        raise NotFound("there is no such member")
    return found


def _row(db: Session, member_id: int) -> Any:
    table = Base.metadata.tables["members"]
    return db.execute(select(table).where(table.c.id == member_id)).mappings().one()


def _number(rt: Runtime, db: Session, member: Member) -> dict[str, Any]:
    known = db.get(PhoneNumber, member.number_id) if member.number_id else None
    if known is None:
        return {"number": None, "suppressions": []}
    suppressions = Base.metadata.tables["suppressions"]
    return {
        "number": rt.vault.open_number(known.sealed, known.index),
        "suppressions": _rows(rt, db, suppressions, suppressions.c.number_index == known.index),
    }


def _rows(rt: Runtime, db: Session, table: Table, which: ColumnElement[bool]) -> list[dict[str, Any]]:
    rows = db.execute(select(table).where(which).order_by(*table.primary_key.columns)).mappings()
    return [_plain(rt, table.name, dict(row)) for row in rows]


def _plain(rt: Runtime, table: str, row: dict[str, Any]) -> dict[str, Any]:
    sealed = row.pop("sealed_text", None)
    if sealed is not None:
        row["text"] = rt.vault.open_text(sealed, PURPOSES[table])
    return {name: _value(value) for name, value in row.items() if not isinstance(value, bytes)}


def _value(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
