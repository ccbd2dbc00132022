"""What the oracle keeps in its books: attempts as they were committed, broadcasts as staff made them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.sim.provider import Taken


class Broken(AssertionError):
    """A promise was broken."""


@dataclass
class Claim:
    """An attempt's row as it was when it was committed, and what the provider made of it."""

    attempt_id: int
    delivery_id: int
    broadcast_id: int | None
    number_id: int
    member_id: int | None
    kind: str
    reason: str
    at: datetime  # by our clock
    committed_at: datetime  # in the world's time
    taken: Taken | None = None
    may_be_told: bool = False  # its end was told to a process that was killed over it
    is_told: bool = False  # its end was told to us and kept


@dataclass
class Sent:
    """A broadcast as staff made it."""

    broadcast_id: int
    kind: str
    message_class: str
    texts: frozenset[str]
    members: frozenset[int]
    expires_at: datetime | None
    state: str = "running"
