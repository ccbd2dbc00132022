"""What a USSD session shows, as it is kept with its conversation (`calls.ussd`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Screen:
    """What a session shows. `is_last` where the conversation is over and its last page is shown."""

    pages: tuple[str, ...] = ()
    at: int = 0
    taken: int = 0
    is_done: bool = False

    @property
    def has_more(self) -> bool:
        return self.at < len(self.pages) - 1

    @property
    def is_last(self) -> bool:
        return self.is_done and not self.has_more

    def to_json(self) -> dict[str, Any]:
        return vars(self) | {"pages": list(self.pages)}

    def typed_in(self, text: str) -> str:
        """The last input: what is new in the text, without the `*` that joins it to what was there."""
        new = text[self.taken :]
        return new[1:] if new.startswith("*") and (self.taken or len(new) > 1) else new

    @classmethod
    def of(cls, conversation: dict[str, Any] | None) -> Screen:
        stored = (conversation or {}).get("screen") or {}
        return cls(**stored | {"pages": tuple(stored.get("pages", ()))})
