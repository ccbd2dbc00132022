"""The steps of one call, as it can be walked again: what we said, which keys came, where somebody spoke.

The provider's posts of the call (kept sealed for a month) hold the keys; the flow says the rest, for it is pure: walked with
the same facts it says the same prompts. What the prompts were filled with, names and texts, is not shown, nor is anything
that a person said; several keys at once, a code or a number, are counted only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.engine import resume, start
from flows.errors import FlowError
from flows.state import Turn
from flows.steps import Digits, Heard, Nothing, Speak, Tell, VoiceNote
from flows.words.pieces import PLACEHOLDER
from gateway.channels.base import VoiceEvent
from gateway.errors import CallbackInvalid
from gateway.models import Call, Callback
from gateway.runtime import Runtime
from gateway.store import callbacks

AROUND = timedelta(seconds=30)
MOST_POSTS = 3_000  # of all calls of that time: opening more would take seconds
HIDDEN = "…"


@dataclass(frozen=True)
class Step:
    """One stretch of the call: what came from the phone (`keys`, `spoke` or nothing) and what was said then."""

    at: datetime
    keys: str | None
    spoke: bool
    said: tuple[str, ...] = ()


@dataclass(frozen=True)
class Walked:
    """The steps; `is_whole`: the conversation was walked again and ended where the call did."""

    steps: list[Step]
    is_whole: bool


def of_call(db: Session, rt: Runtime, call: Call, language: str) -> Walked:
    """Open the posts of a call and walk it again; without posts there are no steps."""
    posts = list(_posts(db, rt, call))
    bare = [
        Step(at, _keys(event.digits), bool(event.recording_url)) for at, event in posts if not event.is_over
    ]
    turns = _walk(rt, call, [event for _, event in posts if not event.is_over])
    if turns is None or len(turns) != len(bare):
        return Walked(bare, False)
    spoken = (_said(rt, turn, language) for turn in turns)
    return Walked([replace(step, said=said) for step, said in zip(bare, spoken, strict=True)], True)


def _posts(db: Session, rt: Runtime, call: Call) -> Iterator[tuple[datetime, VoiceEvent]]:
    until = (call.ended_at or call.stepped_at) + AROUND
    query = select(Callback).where(
        Callback.at.between(call.started_at - AROUND, until),
        Callback.kind == "voice",
        Callback.provider == call.provider,
        Callback.outcome == "applied",
    )
    for kept in db.scalars(query.order_by(Callback.id).limit(MOST_POSTS)):
        try:
            event = rt.callbacks.parse_voice(callbacks.open_body(rt.vault, kept))
        except CallbackInvalid:
            continue
        if event.provider_id == call.provider_id:
            yield kept.at, event


def _walk(rt: Runtime, call: Call, events: list[VoiceEvent]) -> list[Turn] | None:
    """Walk the conversation again; None where it does not end where the call did: then its words are not known."""
    flow, facts = rt.flows.get(call.entered or ""), call.facts
    if flow is None or facts is None or not events or call.conversation is None:
        return None
    try:
        turns = [start(flow, facts, rt.flows)]
        for event in events[1:]:
            state = turns[-1].state
            if state is None:
                return None
            turns.append(resume(rt.flows, state, _heard(event), facts))
    except FlowError:
        return None
    last, stored = turns[-1].state, call.conversation["state"]
    here = (last.flow, last.node) if last else None
    return turns if here == ((stored["flow"], stored["node"]) if stored else None) else None


def _heard(event: VoiceEvent) -> Heard:
    if event.recording_url:
        return VoiceNote("0")
    return Digits(event.digits) if event.digits else Nothing()


def _said(rt: Runtime, turn: Turn, language: str) -> tuple[str, ...]:
    spoken = [each for each in turn.steps if isinstance(each, Speak | Tell)]
    return tuple(_words(rt, each, language) for each in spoken)


def _words(rt: Runtime, step: Speak | Tell, language: str) -> str:
    if isinstance(step, Tell):
        return HIDDEN
    try:
        return PLACEHOLDER.sub(HIDDEN, rt.words.find(step.prompt, language)[1])
    except FlowError:
        return HIDDEN


def _keys(digits: str | None) -> str | None:
    if not digits:
        return None
    return digits if len(digits) == 1 else "•" * len(digits)
