"""Gathers what one answered call tells, and asks the rules whether it was heard and on what evidence (D32)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from gateway.channels.base import VoiceEvent
from gateway.models import Attempt, Call
from gateway.rules.hearing import Evidence, Listened, Silent, evidence_of, is_machine
from gateway.store import habits

LATER = "later"  # in what a conversation notes as heard: somebody else picked up
_ANSWER = "answer "  # and which question was answered


def listened(db: Session, call: Call, attempt: Attempt, event: VoiceEvent) -> tuple[Evidence | None, bool]:
    """Return on what evidence it was heard, None where it was not; and whether a person picked up.

    Whoever is not meant was told nothing, however long they listened (journeys.md F12).
    """
    conversation = call.conversation or {}
    if LATER in conversation.get("heard", ()):
        return None, True
    found = _listened(call, attempt, event, conversation)
    if found.has_ended and not found.has_key:  # a mailbox, perhaps: how was this number picked up before?
        found = replace(found, earlier=_earlier(db, call))
    return evidence_of(found), not is_machine(found)


def _listened(call: Call, attempt: Attempt, event: VoiceEvent, conversation: Mapping[str, Any]) -> Listened:
    signs, heard = conversation.get("signs") or {}, conversation.get("heard") or ()
    said = (conversation.get("said") or {}).get("seconds", 0)
    return Listened(
        seconds=float(event.seconds or 0),
        length=float(signs.get("length") or said),
        before=float(signs.get("before") or 0),
        has_key=bool(signs.get("has_key")),
        has_answered=any(each.startswith(_ANSWER) for each in heard),
        is_marked=bool(heard),
        has_ended=bool(conversation) and conversation["state"] is None,
        ring=_ring(call.started_at - attempt.placed_at),
        day=attempt.placed_at.date(),
    )


def _earlier(db: Session, call: Call) -> list[Silent | None]:
    rows = habits.list_answered(db, call.number_id, call.id) if call.number_id else []
    return [_silent(*each) for each in rows]


def _silent(conversation: Mapping[str, Any], placed: datetime, picked_up: datetime) -> Silent | None:
    if (conversation.get("signs") or {}).get("has_key"):
        return None
    was_ended_by_us = conversation.get("state") is None
    return Silent(day=placed.date(), ring=_ring(picked_up - placed), was_ended_by_us=was_ended_by_us)


def _ring(ring: timedelta) -> float | None:
    """From our asking until somebody picked up; nothing that is known where the post was there before we had asked."""
    return ring.total_seconds() if ring > timedelta() else None
