"""What members answer to the questions of a broadcast: by key or by voice in the call, by number in a reply to an SMS."""

from __future__ import annotations

from datetime import datetime, timedelta

from flows.steps import AnswerQuestion
from flows.typed import keys_of_text
from gateway.db import UnitOfWork
from gateway.models import Broadcast, Delivery
from gateway.questions import Question, questions_of
from gateway.runtime import Runtime
from gateway.states import DeliveryReason
from gateway.store import broadcast_answers

OPEN_FOR = timedelta(hours=48)  # a reply to an SMS after that is about something else
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
    asked = broadcast_answers.last_asked(unit.db, number_id, rt.clock(), OPEN_FOR) if number_id else None
    if asked is None or (since is not None and since >= asked.at):
        return False
    question = _question(asked.broadcast, 1)
    key = keys_of_text(text)
    if question is None or key not in tuple(question.keys):
        return False
    if not any(letter.isdigit() for letter in text) and len(question.keys) != YES_OR_NO:
        return False
    broadcast_answers.keep(unit.db, asked.delivery, 1, key, None, rt.clock())
    return True


def _question(broadcast: Broadcast, number: int) -> Question | None:
    questions = questions_of(broadcast.questions)
    return questions[number - 1] if 0 < number <= len(questions) else None
