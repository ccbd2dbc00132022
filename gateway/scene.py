"""Whose conversation it is, and where it takes place: what every effect of a conversation needs to know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scene:
    """A number and, where known, its member; on a call, by screen in a session that is kept as one, or in messages."""

    number_id: int | None
    member_id: int | None
    language: str
    call_id: int | None = None
    message_id: int | None = None
    delivery_id: int | None = None
    report_id: int | None = None
    is_written: bool = False
    letters: str = ""  # in which a message is written (`flows.texts`)
