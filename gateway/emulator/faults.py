"""Misbehaviour on demand: what a provider does on a bad day (africastalking.md H, "faults").

A fault strikes with a probability or a fixed number of times, for all numbers or some, and for all kinds of
post or one. Set through `/control/faults`; asked by poster.py, the API and the recordings.
"""

import random
from dataclasses import dataclass
from typing import Any

NAMES = (
    "duplicate",
    "late",
    "lost_final",
    "timeout_after_accept",
    "early_post",
    "slow_recording",
    "late_receipt",
    "lost_receipt",
    "status_401",
    "status_429",
    "status_500",
    "not_json",
    "invalid_sender",
    "invalid_caller_id",
)
DEFAULT_SECONDS = {"late": 3.0, "timeout_after_accept": 12.0, "early_post": 1.0, "slow_recording": 3.0}


@dataclass(slots=True)
class Fault:
    """`count` None strikes for ever; `seconds` are virtual, except for answers to the API, which are real."""

    name: str
    probability: float = 1.0
    count: int | None = None
    number: str = ""
    kind: str = ""
    seconds: float = 0.0
    struck: int = 0

    def concerns(self, number: str, kind: str) -> bool:
        return (not self.number or number.startswith(self.number)) and (not self.kind or kind == self.kind)


class Faults:
    """The faults in force, and the dice (seeded, so that a run can be repeated)."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)  # noqa: S311
        self._faults: dict[str, Fault] = {}

    def strike(self, name: str, number: str = "", kind: str = "") -> Fault | None:
        """The fault if it strikes now, which uses up one of its count."""
        fault = self._faults.get(name)
        if fault is None or not fault.concerns(number, kind) or fault.count == 0:
            return None
        if self._dice.random() >= fault.probability:
            return None
        fault.struck += 1
        if fault.count is not None:
            fault.count -= 1
        return fault

    def set(self, wanted: dict[str, Any]) -> None:
        """Take what `/control/faults` was sent; raises ValueError for a name or value nobody knows.

        A fraction is a probability, a whole number a count, null or 0 ends the fault, an object names
        `probability`, `count`, `number` (a prefix), `kind` and `seconds`. `late_seconds: n` delays every post.
        """
        wanted = dict(wanted)
        if wanted.pop("clear", False):
            self._faults.clear()
        if "late_seconds" in wanted:
            wanted["late"] = {"seconds": wanted.pop("late_seconds")}
        read = {name: _read(name, value) for name, value in wanted.items()}
        for name, fault in read.items():
            self._faults.pop(name, None)
            if fault is not None:
                self._faults[name] = fault

    def show(self) -> list[dict[str, Any]]:
        return [{part: getattr(fault, part) for part in Fault.__slots__} for fault in self._faults.values()]


def _read(name: str, value: object) -> Fault | None:
    if name not in NAMES:
        raise ValueError(f"no such fault: {name}; known: {', '.join(NAMES)}")
    seconds = DEFAULT_SECONDS.get(name, 0.0)
    match value:
        case None | False | 0:
            return None
        case True:
            return Fault(name, seconds=seconds)
        case float() if 0 < value <= 1:
            return Fault(name, probability=value, seconds=seconds)
        case int() if value > 0:
            return Fault(name, count=value, seconds=seconds)
        case dict() if value.keys() <= {"probability", "count", "number", "kind", "seconds"}:
            return Fault(name, **{"seconds": seconds, **value})
    raise ValueError(f"{name} wants a probability, a count or an object")
