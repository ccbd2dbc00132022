"""Claims what is due and hands it to the provider: the one room that opens its own two units of work.

First unit: lock what is due, ask the rules with facts fetched anew, write an attempt for each that may go, commit. Then
the provider, outside any transaction. Second unit: what it said (`results`). A crash in between leaves a lease that runs
out; the sweep then calls the attempt *unknown*, and nobody is called twice (reliability.md A2, A3).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from flows.sms_text import cut
from gateway.content import in_language
from gateway.db import unit_of_work
from gateway.deliveries import contact, results
from gateway.deliveries.contact import Situation
from gateway.deliveries.owe import SMS, TEXT_PURPOSE, VOICE
from gateway.deliveries.results import Claimed
from gateway.models import Attempt, Delivery
from gateway.phones import Number
from gateway.rules.guard import may_contact
from gateway.rules.pacing import Bucket, calls_allowed, take
from gateway.rules.verdicts import Allowed, Held, Refused
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, DeliveryState
from gateway.store import attempts, deliveries, numbers, paces

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=40)  # longer than a request lasts at most (house.md, one page, 2)
LONGEST_CALL = timedelta(minutes=20)
SMS_AT_ONCE = 100  # one refused batch should be cheap (africastalking.md C1)
LONGEST_SMS = 6
ASK_AGAIN = timedelta(minutes=15)  # of what is held until staff change something


@dataclass(frozen=True)
class Sent:
    """What one round did: `handed` went to the provider, `judged` were held or refused instead."""

    handed: int
    judged: int


def send_some(rt: Runtime, kind: str) -> Sent:
    """Send one batch of what is due, as many as pace and free lines allow. May run in many places at once."""
    line = line_of(rt, kind)
    if line is None:
        return Sent(0, 0)
    with unit_of_work(rt.engine) as unit:
        claimed, judged = _claim(unit.db, rt, kind, line)
    for batch in _batches(kind, claimed):
        _hand_over(rt, kind, line, batch)
    return Sent(len(claimed), judged)


def line_of(rt: Runtime, kind: str) -> str | None:
    """Return the line on which we call, or the sender of our texts; None where there is none."""
    if kind == SMS:
        return rt.settings.sms_sender or "sms"
    return next((each.number for each in rt.settings.voice_numbers if each.habit != "stop"), None)


def _claim(db: Session, rt: Runtime, kind: str, line: str) -> tuple[list[Claimed], int]:
    now = rt.clock()
    allowed, bucket = _allowance(db, rt, kind, line, now)
    if allowed == 0:
        return [], 0
    locked = _one_per_number(deliveries.lock_due(db, kind, now, allowed), kind)
    situations = contact.load(db, locked)
    questions = contact.contacts(db, rt, situations, now)
    going = []
    for situation, question in zip(situations, questions, strict=True):
        verdict = may_contact(question)
        if isinstance(verdict, Allowed):
            going.append(situation)
        else:
            _put_off(situation.delivery, verdict, now)
    if bucket is not None:
        paces.save_bucket(db, line, take(bucket, now, 0, bucket.tokens, len(going))[1])
    claimed = [_begin(db, rt, each, line, now) for each in going]
    db.flush()
    return _with_numbers(db, rt, claimed), len(locked) - len(going)


def _allowance(db: Session, rt: Runtime, kind: str, line: str, now: datetime) -> tuple[int, Bucket | None]:
    """Say how many may go now; the bucket is filled up to now and locked until the commit."""
    pace = float(rt.settings.calls_per_second)
    bucket, closed_until = paces.lock_bucket(db, line, pace, now)
    if closed_until is not None and closed_until > now:
        return 0, None
    if kind == SMS:
        return SMS_AT_ONCE, None  # texts of their own go one by one: a lease must outlast them
    _, filled = take(bucket, now, pace, pace, 0)
    in_use = attempts.count_open_calls(db, line, now - LONGEST_CALL)
    return calls_allowed(pace, rt.settings.lines, in_use, filled.tokens), filled


def _one_per_number(locked: list[Delivery], kind: str) -> list[Delivery]:
    """A phone can take one call at a time: who shares it is called after the first call is over."""
    if kind != VOICE:
        return locked
    first: dict[int, Delivery] = {}
    for each in locked:
        first.setdefault(each.number_id, each)
    return list(first.values())


def _put_off(delivery: Delivery, verdict: Held | Refused, now: datetime) -> None:
    delivery.reason_code = str(verdict.reason)
    if isinstance(verdict, Refused):
        delivery.state, delivery.ended_at = DeliveryState.REFUSED, now
    else:
        delivery.state, delivery.due_at = DeliveryState.HELD, verdict.until or now + ASK_AGAIN


def _begin(db: Session, rt: Runtime, situation: Situation, line: str, now: datetime) -> Claimed:
    delivery = situation.delivery
    delivery.state = DeliveryState.SENDING
    delivery.fence += 1
    delivery.tries += 1
    delivery.reason_code = None
    delivery.lease_until = now + LEASE
    attempt = Attempt(
        delivery_id=delivery.id,
        broadcast_id=delivery.broadcast_id,
        number_id=delivery.number_id,
        kind=delivery.kind,
        try_number=delivery.tries,
        provider=rt.provider,
        line=line,
        profile=rt.profile.version,
        outcome=AttemptOutcome.PENDING,
        placed_at=now,
    )
    db.add(attempt)
    return Claimed(delivery.id, delivery.fence, attempt, delivery.number_id, _text_of(rt, situation))


def _text_of(rt: Runtime, situation: Situation) -> str:
    delivery, broadcast = situation.delivery, situation.broadcast
    if delivery.kind != SMS:
        return ""
    if delivery.sealed_text is not None:
        words = rt.vault.open_text(delivery.sealed_text, TEXT_PURPOSE, delivery.dedupe or "")
        return cut(words, LONGEST_SMS)
    texts = broadcast.texts if broadcast else {}
    language = delivery.language or rt.settings.country
    return cut(str(texts.get(in_language(texts, {}, language), "")), LONGEST_SMS)


def _with_numbers(db: Session, rt: Runtime, claimed: list[Claimed]) -> list[Claimed]:
    opened = numbers.open_numbers(db, rt.vault, [each.number_id for each in claimed])
    for each in claimed:
        each.number = opened[each.number_id]
    return claimed


def _batches(kind: str, claimed: Sequence[Claimed]) -> list[list[Claimed]]:
    """One request each: all calls of a claim; texts of equal words, some at a time, a number once in each."""
    if kind == VOICE:
        return [list(claimed)] if claimed else []
    by_text: dict[tuple[str, int], list[Claimed]] = {}
    seen: dict[tuple[str, Number], int] = {}
    for each in claimed:
        nth = seen[each.text, each.number] = seen.get((each.text, each.number), -1) + 1
        by_text.setdefault((each.text, nth), []).append(each)
    return [same[i : i + SMS_AT_ONCE] for same in by_text.values() for i in range(0, len(same), SMS_AT_ONCE)]


def _hand_over(rt: Runtime, kind: str, line: str, batch: list[Claimed]) -> None:
    to = [each.number for each in batch]
    began = rt.clock()
    said = results.ask(
        lambda: (
            rt.voice.place_calls(to, Number(line)) if kind == VOICE else rt.sms.send_sms(batch[0].text, to)
        )
    )
    results.keep(rt, kind, line, batch, said, rt.clock() - began)


def wake(db: Session, broadcast_id: int, now: datetime) -> None:
    """What was held for this broadcast is asked again now."""
    db.execute(
        update(Delivery)
        .where(Delivery.broadcast_id == broadcast_id, Delivery.state == DeliveryState.HELD)
        .values(due_at=now)
    )
