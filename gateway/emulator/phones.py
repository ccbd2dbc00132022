"""The phones of the emulator: every number that was ever dialled, opened or listed. State only.

A phone is in somebody's hand (a page or a test), or a scripted person answers it. switchboard.py moves calls,
messages.py texts.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Any, Literal

from gateway.emulator.call import Call, Heard
from gateway.emulator.config import Person
from gateway.emulator.driver import Driver
from gateway.emulator.people import Script
from gateway.emulator.session import Session, show_session
from gateway.emulator.timeline import Moment

Holder = Literal["", "test", "page"]
HEARD_KEPT = 400


@dataclass(frozen=True, slots=True)
class Text:
    """An SMS on a phone; `outgoing` was sent by it."""

    id: int
    at: datetime
    other: str
    text: str
    outgoing: bool = False


class Ringing:
    """A phone that rings: settled once, by an answer (empty cause), a refusal or the ring-out."""

    def __init__(self, call: Call, then: Callable[[str], None]) -> None:
        self.call = call
        self._then = then
        self._moments: list[Moment] = []
        self.settled = False

    def settle_in(self, seconds: float, cause: str) -> None:
        self._moments.append(self.call.timeline.after(seconds, lambda: self.settle(cause)))

    def settle(self, cause: str) -> None:
        """End the ringing; a second time changes nothing."""
        if not self.settled:
            self.stop()
            self._then(cause)

    def stop(self) -> None:
        self.settled = True
        for moment in self._moments:
            moment.call_off()


@dataclass(slots=True)
class Phone:
    number: str
    person: Person
    on: bool = True
    holder: Holder = ""
    held_until: float = 0.0
    script: Script | None = None
    driver: Driver | None = None
    ringing: Ringing | None = None
    rung: int = 0
    texts: list[Text] = field(default_factory=list)
    waiting: list[tuple[str, str, str]] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    last_call: Call | None = None
    session: Session | None = None

    @property
    def call(self) -> Call | None:
        return self.driver.call if self.driver else None

    @property
    def in_hand(self) -> Holder:
        """Who holds it; a page that has not been heard of for a while has let go."""
        if self.holder == "page" and monotonic() > self.held_until:
            return ""
        return self.holder

    @property
    def busy(self) -> bool:
        return self.driver is not None or self.ringing is not None

    @property
    def state(self) -> str:
        if not self.on:
            return "off"
        if self.ringing is not None:
            return "ringing"
        if self.call is None:
            return "idle"
        return (
            "in_call" if self.call.answered is not None or self.call.direction == "Outbound" else "dialling"
        )

    def forget_old(self) -> None:
        del self.heard[:-HEARD_KEPT]


def show_phone(phone: Phone) -> dict[str, Any]:
    """As JSON for `/control` and the page: captions under `heard`, oldest first."""
    call = phone.call or (phone.ringing.call if phone.ringing else None)
    playing = call.heard if call is not None and phone.driver is not None else []
    return {
        "number": phone.number,
        "name": phone.person.name,
        "village": phone.person.village,
        "unit": phone.person.unit,
        "language": phone.person.language,
        "on": phone.on,
        "state": phone.state,
        "in_hand": phone.in_hand,
        "call": show_call(call) if call else None,
        "last_call": show_call(phone.last_call) if phone.last_call else None,
        "ussd": show_session(phone.session),
        "heard": [show_heard(heard) for heard in [*phone.heard, *playing]],
        "inbox": [show_text(text) for text in phone.texts if not text.outgoing],
        "sent": [show_text(text) for text in phone.texts if text.outgoing],
    }


def show_call(call: Call) -> dict[str, Any]:
    return {
        "sessionId": call.provider_id,
        "direction": call.direction,
        "number": call.number,
        "line": call.line,
        "requested_at": call.requested_at.isoformat(),
        "state": call.state,
        "outcome": call.outcome or "pending",
        "hangup_cause": call.cause,
        "seconds": call.seconds,
        "listening": call.listening or None,
        "questions": call.questions,
        "keys": call.keys,
        "recording_url": call.recording_url,
    }


def show_heard(heard: Heard) -> dict[str, Any]:
    return {
        "id": heard.id,
        "call": heard.provider_id,
        "url": heard.url,
        "text": heard.text,
        "started": round(heard.started, 3),
        "length": round(heard.length, 3),
        "seconds": heard.seconds,
        "cut": heard.cut,
        "missing": heard.missing,
        "playing": heard.playing,
    }


def show_text(text: Text) -> dict[str, Any]:
    return {"id": text.id, "time": text.at.isoformat(), "other": text.other, "text": text.text}
