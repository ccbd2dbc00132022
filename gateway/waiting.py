"""Conversations by SMS that wait for an answer: found, kept, given up in time, and counted when they end.

Beside its state a conversation keeps its `Course`. It ends when it was said to its end, left for another, or not answered
in time; then how its questions fared is counted (`learning`), as of a call.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta

from sqlalchemy import or_, select

from flows.catalog.renderings import SMS_ONLY
from flows.state import Fared, State, Turn
from flows.texts import OWN
from gateway import learning
from gateway.calls.talk import noted
from gateway.db import UnitOfWork
from gateway.models import Call, Conversation, Message, Report
from gateway.runtime import Runtime
from gateway.scene import Scene

# How long an answer is waited for: a menu as long as a call is taken up (D28), a question of ours longer.
OPEN_FOR, ASKED_FOR = timedelta(hours=24), timedelta(days=7)


@dataclass(frozen=True)
class Course:
    """What a conversation keeps of itself beside where it stands: how its questions fared, and whose first it is."""

    fared: Mapping[str, str] = field(default_factory=dict)  # letters of `Fared` by "flow/version/node"
    is_first: bool = False
    language: str = ""
    is_own: bool = False  # menus come in the script in which this number writes

    def written_in(self, letters: str) -> Course:
        """The same, after a message in these letters; figures alone tell nothing."""
        return replace(self, is_own=letters == OWN) if letters else self

    def after(self, state: State, fared: Fared | None) -> Course:
        """The same, one answer later."""
        return replace(self, fared=noted(self.fared, state, fared))

    @classmethod
    def of(cls, kept: Conversation) -> Course:
        """Read what a conversation keeps; nothing in one from before it was kept."""
        return cls(**{each.name: kept.state[each.name] for each in fields(cls) if each.name in kept.state})


def began(unit: UnitOfWork, scene: Scene) -> Course:
    """The course of a conversation that begins with this message: the number's first where nothing came of it before."""
    messages = select(Message.id).where(Message.number_id == scene.number_id, Message.is_inbound)
    calls = select(Call.id).where(Call.number_id == scene.number_id, Call.conversation.is_not(None))
    before = or_(messages.where(Message.id < (scene.message_id or 0)).exists(), calls.exists())
    return Course(is_first=not unit.db.scalar(select(before)), language=scene.language)


def find_open(unit: UnitOfWork, rt: Runtime, number_id: int | None) -> Conversation | None:
    """The conversation in which this number owes us an answer; one that waited too long is over, and counted."""
    kept = unit.db.scalar(select(Conversation).where(Conversation.number_id == number_id))
    if kept is None or kept.updated_at > rt.clock() - _open_for(kept):
        return kept
    _give_up(unit, rt, kept, Fared.HUNG_UP)
    return None


def give_way(unit: UnitOfWork, rt: Runtime, number_id: int | None) -> None:
    """What was open is left for another conversation."""
    kept = find_open(unit, rt, number_id)
    if kept is not None:
        _give_up(unit, rt, kept, Fared.AWAY)


def forget_unanswered(unit: UnitOfWork, rt: Runtime) -> None:
    """End what nobody answered in time, also where that number never writes again."""
    due = Conversation.updated_at <= rt.clock() - ASKED_FOR
    menu_due = Conversation.updated_at <= rt.clock() - OPEN_FOR
    is_asked = Conversation.state["home"].as_string().in_(SMS_ONLY)
    query = select(Conversation).where(or_(due, menu_due & ~is_asked)).order_by(Conversation.id)
    for kept in unit.db.scalars(query.limit(5000).with_for_update(skip_locked=True)).all():
        _give_up(unit, rt, kept, Fared.HUNG_UP)


def remember(
    unit: UnitOfWork, rt: Runtime, scene: Scene, turn: Turn, report_id: int | None, course: Course
) -> None:
    """Keep where a conversation stands until the next message; one that is over is counted and forgotten."""
    kept = unit.db.scalar(select(Conversation).where(Conversation.number_id == scene.number_id))
    if turn.wait is None or turn.state is None:
        if kept is not None:
            unit.db.delete(kept)
        _count(unit, rt, scene.number_id, report_id, course)
        return
    kept = kept or Conversation(number_id=scene.number_id)
    kept.state, kept.updated_at = {**turn.state.to_json(), **vars(course)}, rt.clock()
    kept.report_id = report_id
    unit.db.add(kept)


def _open_for(kept: Conversation) -> timedelta:
    return ASKED_FOR if State.from_json(kept.state).home in SMS_ONLY else OPEN_FOR


def _give_up(unit: UnitOfWork, rt: Runtime, kept: Conversation, fared: Fared) -> None:
    course = Course.of(kept).after(State.from_json(kept.state), fared)
    unit.db.delete(kept)
    unit.db.flush()
    _count(unit, rt, kept.number_id, kept.report_id, course)


def _count(
    unit: UnitOfWork, rt: Runtime, number_id: int | None, report_id: int | None, course: Course
) -> None:
    """Count how it went; of a reporter who stays unnamed at the top of the tree."""
    report = unit.db.get(Report, report_id) if report_id else None
    is_unnamed = report is not None and report.is_unnamed
    number_id = None if is_unnamed else number_id
    learning.keep_texted(unit, rt, number_id, course.language, course.is_first, course.fared)
