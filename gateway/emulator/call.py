"""One call as the emulator sees it: its state, what the phone heard, and the tape that runs while it speaks.

Plain state without behaviour; story.py moves it, forms.py puts it into posts, control.py shows it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from gateway.emulator.tape import Tape
from gateway.emulator.timeline import Timeline

State = Literal["placed", "ringing", "answered", "ended"]


@dataclass(slots=True)
class Heard:
    """A sound that reached the phone. Seconds are the call's own; `started` counts from the answer."""

    id: int
    provider_id: str
    url: str
    text: str
    started: float
    length: float
    seconds: float = 0.0
    cut: bool = False
    missing: bool = False
    playing: bool = True


@dataclass(slots=True)
class Call:
    """`callback` is where posts go; it changes with Redirect and `callbackUrl` (africastalking.md A5)."""

    provider_id: str
    direction: Literal["Inbound", "Outbound"]
    number: str
    line: str
    callback: str
    timeline: Timeline
    requested_at: datetime
    tag: str = ""
    state: State = "placed"
    started_at: datetime | None = None
    answered: float | None = None
    ended: float | None = None
    status: str = ""
    cause: str = ""
    outcome: str = ""
    listening: Literal["", "digits", "record"] = ""
    questions: int = 0
    keys: str = ""
    heard: list[Heard] = field(default_factory=list)
    tape: Tape | None = None
    recording_url: str = ""
    dialled: str = ""
    dialled_at: datetime | None = None
    dialled_seconds: float = 0.0
    bridge_cause: str = ""
    bridged: str = ""

    @property
    def seconds(self) -> int:
        """Seconds of connection so far or in all, rounded."""
        if self.answered is None:
            return 0
        return round((self.ended if self.ended is not None else self.timeline.now()) - self.answered)

    @property
    def sound(self) -> Heard | None:
        """What plays at this moment."""
        return self.heard[-1] if self.heard and self.heard[-1].playing else None

    def since_answer(self) -> float:
        return self.timeline.now() - (self.answered or self.timeline.now())
