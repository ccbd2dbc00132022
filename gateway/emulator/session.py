"""One USSD session as its phone knows it. State only; sessions.py moves it."""

from dataclasses import dataclass, field
from typing import Any, Literal

from gateway.emulator.timeline import Moment, Timeline


@dataclass(slots=True)
class Session:
    """What a phone shows: `state` is sending, asking or over."""

    id: str
    code: str
    number: str
    timeline: Timeline
    began: float
    inputs: list[str] = field(default_factory=list)
    hops: int = 0
    screen: str = ""
    last: str = ""
    state: Literal["sending", "asking", "over"] = "sending"
    status: str = ""
    idle: Moment | None = None

    @property
    def text(self) -> str:
        return "*".join(self.inputs)


def show_session(session: Session | None) -> dict[str, Any] | None:
    """As JSON for `/control` and the page."""
    if session is None:
        return None
    return {
        "sessionId": session.id,
        "code": session.code,
        "screen": session.screen,
        "state": session.state,
        "status": session.status,
        "inputs": list(session.inputs),
    }
