"""What follows a broadcast: a correction to exactly those who heard it, its answers told back to those who gave them.

Each is a draft with words to begin with; its author says the rest. Pressed again it is the same draft, while it is one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.broadcasts import copies
from gateway.broadcasts.audience import Filters
from gateway.content import languages_of
from gateway.db import UnitOfWork
from gateway.errors import Conflict
from gateway.models import Broadcast
from gateway.questions import label_of, questions_of
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from gateway.store import broadcast_results
from gateway.store.broadcast_results import Answer

Write: TypeAlias = Callable[[UnitOfWork, Runtime, Broadcast, int | None], Broadcast]
CORRECT, TELL_ANSWERS = "correct", "tell-answers"
RELATIONS = {CORRECT: copies.CORRECTION, TELL_ANSWERS: copies.ANSWERS}


def correction(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast, author_id: int | None) -> Broadcast:
    """Draft a correction: the old words behind a first sentence that says what it is; no recording is kept."""
    _check_began(broadcast)
    texts = {
        language: f"{_said(rt, 'announcement.correction', language)} {broadcast.texts.get(language, '')}".strip()
        for language in languages_of(broadcast.texts, broadcast.sounds)
    }
    return _draft(unit, rt, broadcast, author_id, copies.CORRECTION, texts, Filters(heard=broadcast.id))


def answers(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast, author_id: int | None) -> Broadcast:
    """Draft a message with the shares of each answer, to everybody who gave one. Raises Conflict where nobody did."""
    _check_began(broadcast)
    if not (given := broadcast_results.answers(unit.db, broadcast.id)):
        raise Conflict("nobody has answered a question of this broadcast", "no-answers")
    texts = {
        language: _told(rt, broadcast, given, language)
        for language in languages_of(broadcast.texts, broadcast.sounds)
    }
    return _draft(unit, rt, broadcast, author_id, copies.ANSWERS, texts, Filters(answered=broadcast.id))


def find_draft(db: Session, broadcast: Broadcast, action: str) -> Broadcast | None:
    """Return the draft that was made for this before, None where there is none that is still one; a copy is always new."""
    if action not in RELATIONS:
        return None
    query = select(Broadcast).where(
        Broadcast.parent_id == broadcast.id,
        Broadcast.relation == RELATIONS[action],
        Broadcast.state == BroadcastState.DRAFT,
    )
    return db.scalars(query.order_by(Broadcast.id.desc()).limit(1)).first()


def _draft(
    unit: UnitOfWork,
    rt: Runtime,
    broadcast: Broadcast,
    author_id: int | None,
    relation: str,
    texts: dict[str, str],
    filters: Filters,
) -> Broadcast:
    changes: dict[str, Any] = {
        "texts": texts,
        "sounds": {},
        "questions": [],
        "fallback_texts": None,
        "certificate": None,
        "filters": filters.kept(),
    }
    return copies.copy_of(unit, rt, broadcast, author_id, relation, **changes)


def _check_began(broadcast: Broadcast) -> None:
    if broadcast.started_at is None:
        raise Conflict("this broadcast has not begun: nobody has heard it", "not-begun")


def _told(rt: Runtime, broadcast: Broadcast, given: list[Answer], language: str) -> str:
    """The shares of each question's answers, the commonest first, in words to begin with."""
    said = [_said(rt, "announcement.told_back", language)]
    for nth, question in enumerate(questions_of(broadcast.questions), 1):
        counts = {each.key: each.number for each in given if each.question == nth and each.key}
        whole = sum(counts.values())
        meanings = dict(zip(question.keys, question.choices, strict=True))
        said.append(str(question.texts.get(language, "")) if whole else "")
        for key, count in sorted(counts.items(), key=lambda each: -each[1]):
            meaning = label_of(meanings[key], language) if key in meanings else key
            said.append(f"{meaning}: {round(100 * count / whole)} %.")
    return " ".join(filter(None, said))


def _said(rt: Runtime, prompt: str, language: str) -> str:
    _, words = rt.words.find(prompt, language)
    return words
