"""How the organisation chose to be called on other people's phones: a row of the settings, its own name by default.

Membership can say how somebody votes, and a phone is often shared (issue 3, 7). A notice, by which somebody agrees, always
says who really asks.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy.orm import Session

from gateway.store.settings import find_value, keep_value

SETTING = "sender"
OWN, NEUTRAL, SILENT = "own", "neutral", "silent"
IN_CALLS, IN_SMS = (OWN, NEUTRAL, SILENT), (OWN, NEUTRAL)


@dataclass(frozen=True)
class Sender:
    """`calls` and `sms` are one of the three ways; `name` is the neutral one."""

    calls: str = OWN
    sms: str = OWN
    name: str = ""

    @property
    def is_discreet(self) -> bool:
        """Whether our calls name nobody until a key is pressed."""
        return self.calls == SILENT

    def in_calls(self, organisation: str) -> str:
        return self.name if self.calls == NEUTRAL and self.name else organisation

    def in_sms(self, organisation: str) -> str:
        return self.name if self.sms == NEUTRAL and self.name else organisation


def find_sender(db: Session) -> Sender:
    """Return what was chosen; the organisation's own name where nothing was."""
    kept = find_value(db, SETTING)
    return Sender(**{name: str(value) for name, value in kept.items() if name in Sender.__annotations__})


def keep_sender(db: Session, sender: Sender) -> None:
    keep_value(db, SETTING, asdict(sender))
