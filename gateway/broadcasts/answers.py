"""What members answer to the questions of a broadcast: by key or by voice in the call, by number in a reply to an SMS."""

from __future__ import annotations

from datetime import datetime, timedelta

from flows.steps import AnswerQuestion
from flows.typed import keys_of_text
from gateway.content import in_language
from gateway.db import UnitOfWork
from gateway.models import Broadcast, Delivery
from gateway.questions import Question, questions_of, written
from gateway.runtime import Runtime
from gateway.states import DeliveryReason
from gateway.store import broadcast_answers

OPEN_FOR = timedelta(hours=48)  # a reply to an SMS after that is about something else
LONGEST_KEY = 2  # digits; a longer number is no try at an answer
YES_OR_NO = 2  # answers: then the words for yes and no stand for 1 and 2 (D15)


def answered(unit: UnitOfWork, rt: Runtime, delivery_id: int | None, said: AnswerQuestion) -> None:
    """Keep an answer given in a call or on a screen. A test call, and a key that the question does not have, leave no trace."""
    delivery = unit.db.get(Delivery, delivery_id) if delivery_id else None
    if delivery is None or delivery.broadcast_id is None or delivery.reason != DeliveryReason.BROADCAST:
        return
    question = _question(unit.db.get_one(Broadcast, delivery.broadcast_id), said.question)
    if question is None or (said.key is not None and said.key not in question.keys):
        return
    note_id = int(said.note) if said.note else None
    broadcast_answers.keep(unit.db, delivery, said.question, said.key, note_id, rt.clock())


def texted(unit: UnitOfWork, rt: Runtime, number_id: int | None, text: str, since: datetime | None) -> bool:
    """Take a message as the answer to the newest question texted to this number, asked after `since`. False: it is none."""
    asked = _last_asked(unit, rt, number_id, since)
    question = _question(asked.broadcast, 1) if asked else None
    key = keys_of_text(text)
    if asked is None or question is None or key not in tuple(question.keys):
        return False
    if not _has_digit(text) and len(question.keys) != YES_OR_NO:
        return False
    broadcast_answers.keep(unit.db, asked.delivery, 1, key, None, rt.clock())
    return True


def asked_again(
    unit: UnitOfWork, rt: Runtime, number_id: int | None, text: str, since: datetime | None, language: str
) -> str:
    """The question once more, where a number was texted that is none of its answers (D11); empty where nothing was asked."""
    is_key = _has_digit(text) and 0 < len(keys_of_text(text)) <= LONGEST_KEY
    asked = _last_asked(unit, rt, number_id, since) if is_key else None
    question = _question(asked.broadcast, 1) if asked else None
    if asked is None or question is None:
        return ""
    return written(rt.words, question, in_language(asked.broadcast.texts, {}, language))


def _last_asked(
    unit: UnitOfWork, rt: Runtime, number_id: int | None, since: datetime | None
) -> broadcast_answers.Asked | None:
    asked = broadcast_answers.last_asked(unit.db, number_id, rt.clock(), OPEN_FOR) if number_id else None
    return asked if asked is not None and (since is None or since < asked.at) else None


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _question(broadcast: Broadcast, number: int) -> Question | None:
    questions = questions_of(broadcast.questions)
    return questions[number - 1] if 0 < number <= len(questions) else None
