"""Where a conversation stands between two inputs: small, frozen, and the same after a trip through JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from flows.steps import Step, Wait


class Fared(StrEnum):
    """What became of a question that was put once; its letter is what a conversation keeps of it (`gateway.learning`)."""

    ANSWERED = "a"
    SILENT = "s"
    WRONG = "w"
    AGAIN = "r"  # 9
    AWAY = "o"  # 0, * or 8
    HUNG_UP = "h"


class Manner(StrEnum):
    """How a turn is said."""

    PLAIN = "plain"
    TAKEN = "taken"  # a key was taken: a beep tells so (D14)
    SLOWER = "slower"  # the same again after silence (D10)


@dataclass(frozen=True)
class State:
    """The place and what was gathered so far. Places are `flow/node/items/item`.

    `home` is the flow where the conversation began, `since` the place where this turn's speech began (key 9),
    `trail` those of the turns before, oldest first (key *).
    """

    flow: str
    version: int
    node: str
    slots: Mapping[str, str] = field(default_factory=dict)
    silences: int = 0
    wrong_keys: int = 0
    turns: int = 0
    home: str = ""
    since: str = ""
    trail: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return a JSON-ready dictionary."""
        return vars(self) | {"slots": dict(self.slots), "trail": list(self.trail)}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> State:
        """Read what `to_json` wrote; keys of a newer version are ignored."""
        known = {name: stored[name] for name in cls.__dataclass_fields__ if name in stored}
        known["trail"] = tuple(known.get("trail", ()))
        return cls(**known)


@dataclass(frozen=True)
class Turn:
    """One stretch from an input to the next wait.

    `wait` None: over when the steps are done. `state` None: nothing to come back to. `error` names a defect that
    the shell should log; the steps then hold the apology. `fared` says how the question before this turn fared.
    """

    steps: tuple[Step, ...]
    wait: Wait | None
    state: State | None
    error: str | None = None
    fared: Fared | None = None
    manner: Manner = Manner.PLAIN
