"""The only writer of a status column: a conditional update that counts its row (house.md 6)."""

from __future__ import annotations

import enum
from typing import Any, cast

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from gateway.models import Base
from gateway.states import sources_of


def move(db: Session, model: type[Base], row_id: int, new: enum.StrEnum, **values: Any) -> bool:
    """Move one row to `new` where that may follow its present state; also sets `values`.

    True: this caller moved it. False: it was there already, is beyond it or is gone; nothing was changed.
    """
    column = "outcome" if hasattr(model, "outcome") else "state"
    table = cast(Any, model)
    statement = (
        update(model)
        .where(table.id == row_id, getattr(table, column).in_(sources_of(new)))
        .values({column: new, **values})
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", db.execute(statement)).rowcount == 1


def put_back(db: Session, model: type[Base], row_id: int, new: enum.StrEnum, was: enum.StrEnum) -> bool:
    """Undo a move to `new`: back to `was`, whatever may follow what else. False: the row has moved on."""
    table = cast(Any, model)
    statement = (
        update(model)
        .where(table.id == row_id, table.state == new)
        .values(state=was)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", db.execute(statement)).rowcount == 1
