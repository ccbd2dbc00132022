"""Ears of the suite: no line that anything logs, says or queues holds a test number in full (reliability.md C17).

Every test listens to its own process (`Ear`); a house that ran for a test is looked through when it stops: its own log,
those of its children, of the emulator, of both servers, and what lies in the queue (`told_by_house`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.logs import STANDARD, JsonLines, TextLines

# The invented numbers, as they are kept, shown, quoted in addresses or dialled within the country.
TEST_NUMBER = re.compile(
    r"(?<![\d.])(?:(?:\+|%2B|00)?91[ -]?|0)?7000\d[ -]?\d{5}(?!\d)|(?<![\d.])(?:\+|%2B)?2547[23]\d{7}(?!\d)",
    re.IGNORECASE,
)
LOGS = ("up.log", "log/*", "*.log", "postgres/*.log", "valkey/*.log")
QUEUE = ("valkey/*.rdb", "valkey/*.aof", "valkey/*/*.aof", "valkey/*/*.rdb")


class Ear(logging.Handler):
    """Hears every record as it was said, before any mask, and as our two formatters write it, tracebacks too."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[str] = []
        self._formatters = (TextLines(), JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        fields = [str(value) for name, value in vars(record).items() if name not in STANDARD]
        self.heard += [record.getMessage(), *fields, *(each.format(record) for each in self._formatters)]

    def numbers(self) -> list[str]:
        return numbers_in(self.heard)


def numbers_in(lines: Iterable[str]) -> list[str]:
    """Return the lines in which a test number stands."""
    return [line for line in lines if TEST_NUMBER.search(line)]


@contextmanager
def listening() -> Iterator[Ear]:
    """Hear all that is logged meanwhile on the levels that the service writes."""
    ear, root = Ear(), logging.getLogger()
    level = root.level
    root.addHandler(ear)
    root.setLevel(min(level, logging.INFO) if level else logging.INFO)
    try:
        yield ear
    finally:
        root.setLevel(level)
        root.removeHandler(ear)


def told_by_house(data: Path, numbers: Iterable[str]) -> list[str]:
    """Look through the logs and the queue of a house for the numbers that it knows; returns where one stands."""
    wanted = re.compile("|".join(sorted({re.escape(each[-10:]) for each in numbers})).encode() or b"(?!)")
    files = [path for pattern in (*LOGS, *QUEUE) for path in data.glob(pattern) if path.is_file()]
    return [
        f"{path.relative_to(data)}: {line[:200]!r}"
        for path in files
        for line in path.read_bytes().splitlines()
        if wanted.search(line)
    ]
