"""Claims what is due and hands it to the provider: the one room that opens its own two units of work.

First unit: lock what is due, ask the rules with facts fetched anew, write an attempt for each that may go, commit. Then
the provider, outside any transaction. Second unit: what it said (`results`). A crash in between leaves a lease that runs
out; the sweep then calls the attempt *unknown*, and nobody is called twice (reliability.md A2, A3).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.orm import Session

from flows.sms_text import cut
from gateway.db import unit_of_work
from gateway.deliveries import batches, budget, contact, halt, lines, pacing, results, stream, texts
from gateway.deliveries.contact import Situation
from gateway.deliveries.owe import SMS, TEXT_PURPOSE, VOICE
from gateway.deliveries.results import Claimed, Sent
from gateway.models import Attempt, Delivery
from gateway.phones import Number
from gateway.rules.guard import may_contact
from gateway.rules.pacing import lot
from gateway.rules.verdicts import Allowed, Held, Reason, Refused
from gateway.runtime import Runtime
from gateway.states import AttemptOutcome, DeliveryState
from gateway.store import batches as batch_rows
from gateway.store import deliveries, numbers, paces

logger = logging.getLogger(__name__)

SMS_AT_ONCE = 100  # texts of their own: one refused request should be cheap (africastalking.md C1)
EQUAL_AT_ONCE = 1_000  # equal texts of a broadcast, later tries too: as many as a batch holds
AT_ONCE = {VOICE: 1000, SMS: SMS_AT_ONCE}


@dataclass
class _Taken:
    """What one claim came to; `halted` are broadcasts whose money is used up."""

    claimed: list[Claimed] = field(default_factory=list)
    judged: int = 0
    halted: set[int] = field(default_factory=set)

    def note_halted(self, broadcast_id: int | None) -> None:
        if broadcast_id is not None:
            self.halted.add(broadcast_id)


@dataclass(frozen=True)
class _Going:
    """What may be tried: its words, where it is a text, and what it may cost."""

    situation: Situation
    text: str
    price: Decimal


def send_some(rt: Runtime, kind: str) -> Sent:
    """Send some of what is due, as many as pace and free lines allow. May run in many places at once.

    Of texts: single ones first, then one batch of a broadcast.
    """
    sent = send_single(rt, kind)
    if kind != SMS:
        return sent
    batch = send_batch(rt)
    return Sent(sent.handed + batch.handed, sent.judged + batch.judged)


def send_single(rt: Runtime, kind: str) -> Sent:
    """Send what is due as single rows: all calls, and the texts that stand in no batch."""
    line = line_of(rt, kind)
    if line is None or (kind == SMS and not _has_single(rt)):
        return Sent(0, 0)
    return _send_single(rt, kind, line)


def send_batch(rt: Runtime) -> Sent:
    """Send one batch of texts, where one is due."""
    return batches.send_batch(rt, line_of(rt, SMS) or "")


def send_batches(rt: Runtime, until: float) -> bool:
    """Send batches of texts until none is left or the time (monotonic) is over; says whether any was taken up."""
    return stream.send_batches(rt, line_of(rt, SMS) or "", until)


def has_batch(rt: Runtime) -> bool:
    """Say whether a batch could be sent as soon as the pace allows."""
    with unit_of_work(rt.engine) as unit:
        is_closed = paces.is_closed(unit.db, line_of(rt, SMS) or "", rt.clock())
        return not is_closed and batch_rows.has_due(unit.db, rt.clock())


def has_due(db: Session, rt: Runtime, kind: str) -> bool:
    """Say whether a sender would find anything on a line that is open."""
    line, now = line_of(rt, kind), rt.clock()
    if line is None or paces.is_closed(db, line, now):
        return False
    return deliveries.has_due(db, kind, now) or (kind == SMS and batch_rows.has_due(db, now))


def line_of(rt: Runtime, kind: str) -> str | None:
    """Return the line on which we call, or the sender of our texts; None where there is none."""
    if kind == SMS:
        return rt.settings.sms_sender or "sms"
    return next((each.number for each in rt.settings.voice_numbers if each.habit != "stop"), None)


def _has_single(rt: Runtime) -> bool:
    """Looked at before tokens are taken, which others need for batches."""
    with unit_of_work(rt.engine) as unit:
        return deliveries.has_due(unit.db, SMS, rt.clock())


def _send_single(rt: Runtime, kind: str, line: str) -> Sent:
    began = rt.clock()
    granted = pacing.take(rt, kind, line, AT_ONCE[kind])
    if granted == 0:
        return Sent(0, 0, is_paced=True)
    with unit_of_work(rt.engine) as unit:
        taken = _claim(unit.db, rt, kind, line, granted)
    requests = _requests(kind, taken.claimed)
    pacing.give_back(rt, kind, line, granted - (len(taken.claimed) if kind == VOICE else len(requests)))
    for broadcast_id in taken.halted:
        with unit_of_work(rt.engine) as unit:
            halt.halt(unit.db, rt.clock(), broadcast_id, halt.BUDGET)
    for request in requests:
        _hand_over(rt, kind, line, request, began)
    return Sent(len(taken.claimed), taken.judged)


def _claim(db: Session, rt: Runtime, kind: str, line: str, granted: int) -> _Taken:
    now = rt.clock()
    allowed = _allowed(db, rt, kind, line, granted, now)
    if allowed == 0:
        return _Taken()
    locked = _one_per_number(_lock_due(db, kind, now, allowed), kind)
    situations = contact.load(db, locked)
    questions = contact.contacts(db, rt, situations, now)
    going = []
    for situation, question in zip(situations, questions, strict=True):
        verdict = may_contact(question)
        if isinstance(verdict, Allowed):
            going.append(situation)
        else:
            _put_off(situation.delivery, verdict, now)
    taken = _Taken()
    for each, fits in _paid(db, rt, going, now):
        if fits:
            taken.claimed.append(_begin(db, rt, each, line, now))
        else:
            _put_off(each.situation.delivery, Held(Reason.BUDGET), now)
            taken.note_halted(each.situation.delivery.broadcast_id)
    db.flush()
    _with_numbers(db, rt, taken.claimed)
    taken.judged = len(locked) - len(taken.claimed)
    return taken


def _allowed(db: Session, rt: Runtime, kind: str, line: str, granted: int, now: datetime) -> int:
    """Say how many may go now: the line is open, and of its simultaneous calls some are free."""
    if paces.is_closed(db, line, now):
        return 0
    if kind == SMS:
        return granted
    in_use = lines.in_use(db, rt, line, now)
    return max(0, min(granted, rt.settings.lines - in_use))


def _lock_due(db: Session, kind: str, now: datetime, allowed: int) -> list[Delivery]:
    """What is no broadcast first; then each broadcast its share, urgent ones before the others.

    Whom the odd one falls to is drawn anew each time, so that nobody starves where little is allowed.
    """
    locked = deliveries.lock_single(db, kind, now, allowed)
    if kind == SMS and len(locked) < allowed:
        allowed = EQUAL_AT_ONCE  # texts of a broadcast are equal: they go in one request
    rounds = deliveries.list_rounds(db, kind, now) if len(locked) < allowed else []
    turns = sorted(rounds, key=lambda each: (not each[1], lot(each[0], now)))
    for nth, (broadcast_id, is_urgent) in enumerate(turns):
        peers = sum(other == is_urgent for _, other in turns[nth:])
        share = -(-(allowed - len(locked)) // peers)
        if share > 0:
            locked += deliveries.lock_of_broadcast(db, broadcast_id, kind, now, share)
    return locked


def _paid(db: Session, rt: Runtime, going: Sequence[Situation], now: datetime) -> list[tuple[_Going, bool]]:
    """Say of each what it says and may cost, and whether the money suffices."""
    tell = budget.Teller(db, rt)
    priced = [
        _Going(each, words, tell.price(each, words)) for each in going for words in (_text_of(rt, each),)
    ]
    wanted = [budget.wanted(each.situation, each.price) for each in priced]
    return list(zip(priced, budget.reserve(db, rt, tell.money, wanted, now), strict=True))


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
        delivery.state, delivery.due_at = DeliveryState.HELD, verdict.until or now + results.ASK_AGAIN


def _begin(db: Session, rt: Runtime, going: _Going, line: str, now: datetime) -> Claimed:
    delivery = going.situation.delivery
    delivery.state = DeliveryState.SENDING
    delivery.fence += 1
    delivery.tries += 1
    delivery.reason_code = None
    delivery.lease_until = now + results.LEASE
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
        estimate=going.price or None,
    )
    db.add(attempt)
    return Claimed(delivery.id, delivery.fence, attempt, delivery.number_id, going.text)


def _text_of(rt: Runtime, situation: Situation) -> str:
    delivery, broadcast = situation.delivery, situation.broadcast
    if delivery.kind != SMS:
        return ""
    if delivery.sealed_text is not None:
        words = rt.vault.open_text(delivery.sealed_text, TEXT_PURPOSE, delivery.dedupe or "")
        return cut(words, texts.LONGEST_SMS)
    return texts.words_of(rt, broadcast, delivery.language) if broadcast else ""


def _with_numbers(db: Session, rt: Runtime, claimed: list[Claimed]) -> None:
    opened = numbers.open_numbers(db, rt.vault, [each.number_id for each in claimed])
    for each in claimed:
        each.number = opened[each.number_id]


def _requests(kind: str, claimed: Sequence[Claimed]) -> list[list[Claimed]]:
    """One request each: all calls of a claim; texts of equal words, some at a time, a number once in each."""
    if kind == VOICE:
        return [list(claimed)] if claimed else []
    by_text: dict[tuple[int, str, int], list[Claimed]] = {}
    seen: dict[tuple[str, Number], int] = {}
    for each in claimed:
        nth = seen[each.text, each.number] = seen.get((each.text, each.number), -1) + 1
        most = SMS_AT_ONCE if each.attempt.broadcast_id is None else EQUAL_AT_ONCE
        by_text.setdefault((most, each.text, nth), []).append(each)
    return [same[i : i + most] for (most, _, _), same in by_text.items() for i in range(0, len(same), most)]


def _hand_over(rt: Runtime, kind: str, line: str, batch: list[Claimed], claimed_at: datetime) -> None:
    to = [each.number for each in batch]
    began = rt.clock()
    said = results.ask(
        rt,
        claimed_at,
        lambda: (
            rt.voice.place_calls(to, Number(line)) if kind == VOICE else rt.sms.send_sms(batch[0].text, to)
        ),
    )
    results.keep(rt, kind, line, batch, said, rt.clock() - began)


def wake(db: Session, broadcast_id: int, now: datetime) -> None:
    """What was held for this broadcast is asked again now."""
    db.execute(
        update(Delivery)
        .where(Delivery.broadcast_id == broadcast_id, Delivery.state == DeliveryState.HELD)
        .values(due_at=now)
    )
    batch_rows.wake(db, broadcast_id, now)
