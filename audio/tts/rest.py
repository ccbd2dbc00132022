"""A remote voice's rest after a refusal, shared through a small file by all processes that use the voice.

Workers fork for each job: what one learns only in memory dies with it, and the next would ask a service that
has just said no. The remote voice calls this.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from audio.errors import VoiceUnavailable


class Rest:
    """Until when the voice is left alone; without a file only this object knows."""

    def __init__(self, clock: Callable[[], datetime], file: Path | None) -> None:
        self._clock, self._file = clock, file
        self._until: datetime | None = None

    def start(self, seconds: float) -> None:
        """Rest for that long from now; a file that cannot be written costs only the sharing."""
        self._until = self._clock() + timedelta(seconds=seconds)
        if self._file:
            temporary = self._file.with_name(f".{self._file.name}.{uuid4().hex}")
            with suppress(OSError):
                temporary.write_text(self._until.isoformat())
                temporary.replace(self._file)

    def check(self) -> None:
        """Raise VoiceUnavailable while the rest lasts."""
        until = max(filter(None, (self._until, self._shared())), default=None)
        left = (until - self._clock()).total_seconds() if until else 0
        if left > 0:
            raise VoiceUnavailable("The voice is resting.", left)

    def _shared(self) -> datetime | None:
        if not self._file:
            return None
        try:
            until = datetime.fromisoformat(self._file.read_text())
        except (OSError, ValueError):
            return None
        return until if until.tzinfo else None
