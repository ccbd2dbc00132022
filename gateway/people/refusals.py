"""What became of a list: how many rows were taken, and why each of the others was not (contract: CSV files)."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.errors import MemberlineError


class ListUnreadable(MemberlineError):
    """The list as a whole cannot be taken; nothing of it was."""

    code = "list-unreadable"


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that was not taken. Line 1 is the header; `column` is "" where it concerns the whole row."""

    line: int
    column: str
    reason: str


@dataclass
class Imported:
    """`taken` are new, `updated` were known; `notes` are rows that were taken although a part has no effect."""

    taken: int = 0
    updated: int = 0
    refused: list[Refused] = field(default_factory=list)
    notes: list[Refused] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
