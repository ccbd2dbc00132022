"""Writing a broadcast: what, for whom, when. Nothing is sent from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict, Unpack

from sqlalchemy import select

from gateway import questions
from gateway.broadcasts.limits import LONGEST_SMS, LONGEST_TITLE, check_course, check_words
from gateway.content import languages_of
from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.errors import Conflict, NotAllowed
from gateway.lengths import sms_parts
from gateway.models import Broadcast, Delivery, Staff, Unit
from gateway.rules.classes import MessageClass
from gateway.runtime import Runtime
from gateway.states import BroadcastState, DeliveryReason

__all__ = ["LONGEST_TITLE", "More", "announced", "change", "draft", "test_on_own_phone", "untried_languages"]


class More(TypedDict, total=False):
    """What a broadcast may have besides its words, its people and its time; columns of the same names."""

    expires_at: datetime | None
    is_urgent: bool
    fallback_texts: dict[str, Any] | None
    questions: list[dict[str, Any]]
    budget: Decimal | None


def draft(
    unit: UnitOfWork,
    rt: Runtime,
    *,
    kind: str,
    title: str,
    place: Unit,
    texts: Mapping[str, str],
    sounds: Mapping[str, str],
    message_class: str = MessageClass.ORGANISATIONAL,
    scheduled_at: datetime | None = None,
    certificate: Mapping[str, Any] | None = None,
    author_id: int | None = None,
    filters: Mapping[str, Any] | None = None,
    **more: Unpack[More],
) -> Broadcast:
    """Write a new broadcast to `place` and everything under it, or to whom of it the filters mean (`audience.Filters`).

    Its sounds are made in the background.

    Raises Conflict with a word for the coordinator where something is missing.
    """
    check_words(kind, title, texts, sounds, more.get("fallback_texts") or {})
    check_course(rt.clock(), scheduled_at, more.get("expires_at"), more.get("budget"))
    _check_questions(rt, kind, texts, sounds, more.get("questions"))
    _check_languages(rt, message_class, texts, sounds)
    if place.closed_at is not None:
        raise Conflict(f"{place.name} was closed; choose another unit", "unit")
    texts = announced(rt, kind, message_class, texts, sounds)
    broadcast = Broadcast(
        kind=kind,
        title=title.strip(),
        message_class=str(MessageClass(message_class)),
        unit_id=place.id,
        texts=dict(texts),
        sounds=dict(sounds),
        certificate=dict(certificate) if certificate else None,
        scheduled_at=scheduled_at,
        author_id=author_id,
        filters=dict(filters or {}),
        created_at=rt.clock(),
        **more,
    )
    unit.db.add(broadcast)
    unit.db.flush()
    unit.ring(lambda: rt.bells.build_sounds("broadcast", broadcast.id))
    return broadcast


def change(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast, **values: Any) -> None:
    """Change a draft. What was approved goes back to draft first: an approval is bound to exact words."""
    if broadcast.state not in (BroadcastState.DRAFT, BroadcastState.APPROVED):
        raise Conflict("a broadcast that has started is changed no more; copy it instead")
    for name, value in values.items():
        setattr(broadcast, name, value)
    kind, texts, sounds = broadcast.kind, broadcast.texts, broadcast.sounds
    broadcast.texts = announced(rt, kind, broadcast.message_class, texts, sounds)
    broadcast.state = BroadcastState.DRAFT
    broadcast.approved_hash = broadcast.approver_id = broadcast.approved_at = None
    check_words(kind, broadcast.title, texts, sounds, broadcast.fallback_texts or {})
    check_course(rt.clock(), broadcast.scheduled_at, broadcast.expires_at, broadcast.budget)
    _check_questions(rt, kind, texts, sounds, broadcast.questions)
    _check_languages(rt, broadcast.message_class, broadcast.texts, broadcast.sounds)
    unit.ring(lambda: rt.bells.build_sounds("broadcast", broadcast.id))


def test_on_own_phone(
    unit: UnitOfWork, rt: Runtime, broadcast: Broadcast, staff: Staff, language: str
) -> None:
    """Ring the author's own phone with it, or text it. Raises NotAllowed where staff gave no number."""
    if staff.number_id is None:
        raise NotAllowed("add your own phone number first, then it can ring", "no-own-number")
    owe.owe_test(unit, rt, broadcast, staff.number_id, staff.id, language)
    broadcast.tested_at = broadcast.tested_at or rt.clock()  # the first since its words changed


def untried_languages(unit: UnitOfWork, broadcast: Broadcast) -> list[str]:
    """List the languages in which nobody has tried it on a phone since its words changed; none where nobody tried at all."""
    if broadcast.tested_at is None:
        return []
    tried = select(Delivery.language).where(
        Delivery.broadcast_id == broadcast.id,
        Delivery.reason == DeliveryReason.TEST,
        Delivery.created_at >= broadcast.tested_at,
    )
    done = set(unit.db.scalars(tried))
    return [each for each in languages_of(broadcast.texts, broadcast.sounds) if each not in done]


def announced(
    rt: Runtime, kind: str, message_class: str, texts: Mapping[str, str], sounds: Mapping[str, str]
) -> dict[str, str]:
    """Let a campaign that a synthetic voice will speak say so in its first words, inside what is approved.

    Texts with a recording, other classes and SMS stay as they are; doing it twice changes nothing.
    """
    if kind != owe.VOICE or message_class != MessageClass.CAMPAIGN:
        return dict(texts)
    return {
        language: text if sounds.get(language) or not text.strip() else _says_so(rt, language, text)
        for language, text in texts.items()
    }


def _says_so(rt: Runtime, language: str, text: str) -> str:
    _, words = rt.words.find("announcement.synthetic", language)
    return text if text.startswith(words) else f"{words} {text}"


def _check_questions(
    rt: Runtime,
    kind: str,
    texts: Mapping[str, str],
    sounds: Mapping[str, str],
    asked: Sequence[Mapping[str, Any]] | None,
) -> None:
    """An SMS is judged with the question it ends with: what does not fit would be cut off."""
    questions.check(kind, questions.questions_of(asked), languages_of(texts, sounds))
    if kind == owe.SMS and any(n > LONGEST_SMS for n in sms_parts(rt, texts, asked).values()):
        raise Conflict(f"with its question it would be more than {LONGEST_SMS} SMS each", "questions")


def _check_languages(
    rt: Runtime, message_class: str, texts: Mapping[str, str], sounds: Mapping[str, str]
) -> None:
    """Where the law names the languages of a class, nothing is written in another: no member is left to guess (L18)."""
    allowed = rt.profile.languages[MessageClass(message_class)]
    if allowed is not None and (others := set(languages_of(texts, sounds)) - allowed):
        raise Conflict(
            f"in {rt.profile.name} this class may only be said in {', '.join(sorted(allowed))}, "
            f"not in {', '.join(sorted(others))}",
            "language",
        )
