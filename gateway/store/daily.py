"""The evening's question, as it was set up: a row of the settings. Off until somebody turns it on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import time
from typing import Any

from sqlalchemy.orm import Session

from gateway.store.settings import find_fields, find_value, keep_value

SETTING, MARK = "daily", "daily-mark"


@dataclass(frozen=True)
class Daily:
    """`hour` is by the wall clock; `kinds` of units are asked, each through who holds the first of these posts there."""

    is_on: bool = False
    hour: str = "19:00"
    kinds: tuple[str, ...] = ("booth",)
    titles: tuple[str, ...] = ("booth lead", "booth president")

    @property
    def at(self) -> time:
        return time.fromisoformat(self.hour)

    @property
    def posts(self) -> list[str]:
        """The titles as they are compared."""
        return [each.casefold() for each in self.titles]


def find_daily(db: Session) -> Daily:
    """Return what was set up; off where nothing was."""
    return Daily(**find_fields(db, SETTING))


def keep_daily(db: Session, daily: Daily) -> None:
    keep_value(db, SETTING, asdict(daily))


def find_mark(db: Session) -> dict[str, Any]:
    """How far this evening's asking has come: `day`, `after` (the last unit's id), `is_done`, `again_at`."""
    return find_value(db, MARK)


def keep_mark(db: Session, **mark: Any) -> None:
    keep_value(db, MARK, mark)
