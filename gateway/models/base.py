"""The declarative base and the column kinds every table shares."""

from __future__ import annotations

import enum
import secrets
from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, ForeignKey, LargeBinary, MetaData, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Key = Annotated[int, mapped_column(BigInteger, primary_key=True)]
Public = Annotated[str, mapped_column(String(16), unique=True)]
_LETTERS = b"abcdefghijklmnopqrstuvwxyz234567" * 8  # five bits of every byte
JsonDict = dict[str, Any]
UNCHECKED = "unchecked"


def unchecked(target: str) -> ForeignKey:
    """Say what a column points to where the database does not check it; whoever looks for keys finds it all the same."""
    return ForeignKey(target, info={UNCHECKED: True})


def new_public_id() -> str:
    """Return a random name for addresses, screens and command lines: 13 letters and digits, 65 bits."""
    return new_public_ids(1)[0]


def new_public_ids(count: int) -> list[str]:
    """Return so many of them at once: a list asks for thousands."""
    letters = secrets.token_bytes(13 * count).translate(_LETTERS).decode()
    return [letters[at : at + 13] for at in range(0, len(letters), 13)]


class Word(TypeDecorator[enum.Enum]):
    """An enum kept as its word, so that the database reads like the screens do."""

    impl = String(24)
    cache_ok = True

    def __init__(self, kind: type[enum.Enum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Any) -> str | None:
        return None if value is None else str(self.kind(value).value)

    def process_result_value(self, value: Any, dialect: Any) -> enum.Enum | None:
        return None if value is None else self.kind(value)


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        datetime: DateTime(timezone=True),
        JsonDict: JSON().with_variant(JSONB(), "postgresql"),
        list[int]: JSONB,
        list[JsonDict]: JSONB,
        list[str]: JSONB,
        bytes: LargeBinary,
        int: BigInteger,
    }
