"""The wire: every exchange between the emulator and the gateway, as it went, with the secret masked.

Kept in memory, the latest few thousand; read by the handset page and by tests through `/control/wire`.
"""

import itertools
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

KEPT = 20_000
LONGEST_BODY = 20_000
MASK = "***"

Direction = Literal["to_gateway", "from_gateway"]


@dataclass(slots=True)
class Exchange:
    """One request and its answer. `url` is the true address (for a replay), never shown."""

    id: int
    at: datetime
    direction: Direction
    method: str
    path: str
    form: dict[str, str]
    url: str = ""
    number: str = ""
    provider_id: str = ""
    status: int = 0
    body: str = ""
    ms: float = 0.0
    note: str = ""
    problems: list[str] = field(default_factory=list)


class Wire:
    """Call it with the phones' lock held, or from one thread."""

    def __init__(self, secret: str, clock: Callable[[], datetime]) -> None:
        self._secret = secret
        self._clock = clock
        self._ids = itertools.count(1)
        self.latest = 0
        self._kept: deque[Exchange] = deque(maxlen=KEPT)

    def open(self, direction: Direction, method: str, path: str, form: dict[str, str]) -> Exchange:
        """Note a request that is on its way; the answer is filled in by the caller."""
        exchange = Exchange(next(self._ids), self._clock(), direction, method, path, form)
        self._kept.append(exchange)
        self.latest = exchange.id
        return exchange

    def find(self, exchange_id: int) -> Exchange | None:
        return next((exchange for exchange in self._kept if exchange.id == exchange_id), None)

    def since(self, after: int, numbers: set[str] | None = None) -> list[Exchange]:
        """Exchanges with a greater id, oldest first; only those of `numbers` where given."""
        newer: list[Exchange] = []
        for exchange in reversed(self._kept):
            if exchange.id <= after:
                break
            if numbers is None or not exchange.number or exchange.number in numbers:
                newer.append(exchange)
        return newer[::-1]

    def mask(self, text: str) -> str:
        return text.replace(self._secret, MASK) if self._secret else text

    def show(self, exchange: Exchange) -> dict[str, Any]:
        """As JSON for a person or a test: nothing secret in it."""
        return {
            "id": exchange.id,
            "time": exchange.at.isoformat(),
            "direction": exchange.direction,
            "method": exchange.method,
            "path": self.mask(exchange.path),
            "form": {name: self.mask(value) for name, value in exchange.form.items()},
            "number": exchange.number,
            "call": exchange.provider_id,
            "status": exchange.status,
            "body": self.mask(exchange.body[:LONGEST_BODY]),
            "ms": round(exchange.ms, 1),
            "note": exchange.note,
            "problems": [self.mask(problem) for problem in exchange.problems],
            "replayable": bool(exchange.url),
        }
