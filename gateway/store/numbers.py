"""Phone numbers: the one place where they are sealed, found and opened (reliability.md C19)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import PhoneNumber
from gateway.phones import Number
from gateway.store.arrays import among
from gateway.vault import Vault

TAIL_DIGITS = 4


def find_number_id(db: Session, vault: Vault, number: Number) -> int | None:
    return db.scalar(select(PhoneNumber.id).where(PhoneNumber.index == vault.index(number)))


def add_number(db: Session, vault: Vault, number: Number, now: datetime) -> int:
    """Return the id of this number, adding it where it is new; two at once agree on one row.

    One that was forgotten with an erased member and comes again can be dialled again.
    """
    index = vault.index(number)
    query = select(PhoneNumber.id, PhoneNumber.sealed == b"").where(PhoneNumber.index == index)
    found = db.execute(query).one_or_none()
    if found is not None and not found[1]:
        return int(found[0])
    tail = number[-TAIL_DIGITS:]
    row = {"index": index, "sealed": vault.seal_number(number), "tail": tail, "created_at": now}
    added = insert(PhoneNumber).values(row)
    db.execute(
        added.on_conflict_do_update(
            index_elements=["index"],
            set_={"sealed": added.excluded.sealed, "tail": tail, "created_at": now},
            where=PhoneNumber.sealed == b"",
        )
    )
    return db.scalars(select(PhoneNumber.id).where(PhoneNumber.index == vault.index(number))).one()


def open_numbers(db: Session, vault: Vault, number_ids: Iterable[int]) -> dict[int, Number]:
    """Return the numbers themselves, by id; for those who must dial and for exports."""
    rows = db.execute(
        select(PhoneNumber.id, PhoneNumber.sealed, PhoneNumber.index).where(
            PhoneNumber.id == among(list(number_ids))
        )
    )
    found = rows.all()
    opened = vault.open_numbers((sealed, index) for _, sealed, index in found)
    return {each.id: number for each, number in zip(found, opened, strict=True)}


def open_number(db: Session, vault: Vault, number_id: int) -> Number:
    return open_numbers(db, vault, [number_id])[number_id]


def index_of(db: Session, number_id: int) -> bytes:
    return db.scalars(select(PhoneNumber.index).where(PhoneNumber.id == number_id)).one()


def mark_invalid(db: Session, number_id: int, now: datetime) -> None:
    """Nobody dials this number again until somebody corrects it."""
    db.execute(update(PhoneNumber).where(PhoneNumber.id == number_id).values(invalid_at=now))
