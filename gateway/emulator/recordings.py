"""The shelf of recordings that the gateway fetches by `recordingUrl`. In memory, the newest 64 MB.

Served by api_recordings.py under `/recordings/<id>.wav`.
"""

import secrets
import threading
from collections import OrderedDict
from time import monotonic

MOST_BYTES = 64_000_000


class Recordings:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._bytes = 0

    def keep(self, wav: bytes, ready_in: float = 0.0) -> str:
        """Put a recording on the shelf and return its name; `ready_in` real seconds it reads as missing."""
        name = secrets.token_hex(16)
        with self._lock:
            self._kept[name] = (wav, monotonic() + ready_in)
            self._bytes += len(wav)
            while self._bytes > MOST_BYTES and len(self._kept) > 1:
                _, (oldest, _) = self._kept.popitem(last=False)
                self._bytes -= len(oldest)
        return name

    def find(self, name: str) -> bytes | None:
        """The sound, or None where there is none or it is not ready yet."""
        with self._lock:
            wav, ready_at = self._kept.get(name, (None, 0.0))
        return wav if monotonic() >= ready_at else None
