"""Sends the batches of SMS broadcasts: a thousand numbers of equal words in one request, as `send` does single rows.

First unit: claim a batch, judge it (`crowd`), keep back its money, write an attempt for each that may go, commit. Then one
request. Second unit: what became of them, by few statements for all. Who may not go yet, and who shares a number with
somebody before them, leaves the batch. A sender that is cut off leaves a lease that runs out: what had attempts is then in
doubt, what had none is sent by the next (reliability.md A2, A3).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries import batch_outcomes, budget, crowd, halt, pacing, results, texts
from gateway.deliveries.owe import SMS
from gateway.deliveries.results import Sent
from gateway.models import Broadcast
from gateway.phones import Number
from gateway.rules.pacing import lot
from gateway.rules.retry import Cause
from gateway.rules.verdicts import Allowed, Held, Reason, Refused
from gateway.runtime import Runtime
from gateway.states import BatchState, DeliveryReason
from gateway.store import batch_results as rows
from gateway.store import batches, numbers, paces
from gateway.store.batches import Claim, Waiting

logger = logging.getLogger(__name__)


@dataclass
class _Going:
    """Those of a batch for whom an attempt is written."""

    batch: Claim
    text: str
    delivery_ids: list[int] = field(default_factory=list)
    number_ids: list[int] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    judged: int = 0
    is_halted: bool = False


def send_batch(rt: Runtime, line: str) -> Sent:
    """Send one batch, where one is due and the pace allows a request. May run in many places at once."""
    claimed_at = rt.clock()
    if not pacing.take(rt, SMS, line, 1):
        return Sent(0, 0)
    with unit_of_work(rt.engine) as unit:
        going = _claim(unit.db, rt, line, claimed_at)
    if going is None or not going.delivery_ids:
        pacing.give_back(rt, SMS, line, 1)
    if going is None:
        return Sent(0, 0)
    if going.is_halted:
        with unit_of_work(rt.engine) as unit:
            halt.halt(unit.db, rt.clock(), going.batch.broadcast_id, halt.BUDGET)
    if going.delivery_ids:
        _hand_over(rt, line, going, claimed_at)
    return Sent(len(going.delivery_ids), going.judged)


def take_back(unit: UnitOfWork, rt: Runtime) -> None:
    """Batches whose sender fell silent: what it had begun is in doubt, the rest is sent by somebody else."""
    for batch in batches.lock_expired(unit.db, rt.clock()):
        begun = rows.list_begun(unit.db, batch)
        rows.doubt(unit.db, batch, begun, str(Cause.UNKNOWN))
        is_left = bool(batches.read(unit.db, batch))
        batches.end(unit.db, batch, BatchState.READY if is_left else BatchState.DONE)
        logger.warning("a sender fell silent batch_id=%s in_doubt=%s", batch.id, len(begun))


def _claim(db: Session, rt: Runtime, line: str, now: datetime) -> _Going | None:
    if paces.is_closed(db, line, now):
        return None
    batch = _next(db, now)
    if batch is None:
        return None
    batches.plan_anew(db)
    waiting = {each.id: each for each in batches.read(db, batch)}
    allowed = _judge(db, rt, batch, now)
    if allowed is None:
        return _Going(batch, "", judged=len(waiting))
    ids = _one_per_number(db, [waiting[each] for each in sorted(allowed)])
    going = _begin(db, rt, batch, line, [waiting[each] for each in ids], now)
    going.judged = len(waiting) - len(going.delivery_ids)
    if not going.delivery_ids:
        batches.end(db, batch)
    return going


def _next(db: Session, now: datetime) -> Claim | None:
    """Urgent broadcasts first; among equals whoever has the fewest requests under way, then by lot."""
    turns = batches.list_turns(db, now)
    turns.sort(key=lambda each: (not each.is_urgent, each.under_way, lot(each.broadcast_id, now)))
    for turn in turns:
        batch = batches.claim(db, turn.broadcast_id, now, now + results.LEASE)
        if batch is not None:
            return batch
    return None


def _judge(db: Session, rt: Runtime, batch: Claim, now: datetime) -> list[int] | None:
    """Return who may go, and put the others off; None: nobody before the same moment, so that the batch waits whole."""
    groups = crowd.judge(db, rt, batch, now)
    if len({each.verdict for each in groups}) == 1 and isinstance(held := groups[0].verdict, Held):
        batches.put_off_whole(db, batch, str(held.reason), held.until or now + results.ASK_AGAIN)
        return None
    allowed: list[int] = []
    for group in groups:
        match group.verdict:
            case Allowed():
                allowed += group.delivery_ids
            case Held(reason, until):
                batches.put_off(db, group.delivery_ids, str(reason), until or now + results.ASK_AGAIN)
            case Refused(reason):
                batches.refuse(db, group.delivery_ids, str(reason), now)
    return allowed


def _one_per_number(db: Session, allowed: Sequence[Waiting]) -> list[int]:
    """A number stands once in a request: who shares it gets a text of their own."""
    first: dict[int, int] = {}
    for each in allowed:
        first.setdefault(each.number_id, each.id)
    going = set(first.values())
    batches.leave(db, [each.id for each in allowed if each.id not in going])
    return list(first.values())


def _begin(
    db: Session, rt: Runtime, batch: Claim, line: str, going: Sequence[Waiting], now: datetime
) -> _Going:
    broadcast = db.get_one(Broadcast, batch.broadcast_id)
    text = texts.words_of(rt, broadcast, batch.language)
    price = budget.Teller(db, rt).price_of_text(text)
    wanted = [budget.Wanted(DeliveryReason.BROADCAST, price, broadcast.id, broadcast.budget)] * len(going)
    fits = sum(budget.reserve(db, rt, wanted, now))
    batches.put_off(db, [each.id for each in going[fits:]], str(Reason.BUDGET), now + results.ASK_AGAIN)
    begun = rows.add_attempts(
        db,
        batch,
        [each.id for each in going[:fits]],
        [each.number_id for each in going[:fits]],
        provider=rt.provider,
        line=line,
        profile=rt.profile.version,
        placed_at=now,
        estimate=price or None,
    )
    chosen = [each for each in going[:fits] if each.id in begun]
    opened = numbers.open_numbers(db, rt.vault, [each.number_id for each in chosen])
    return _Going(
        batch,
        text,
        [each.id for each in chosen],
        [each.number_id for each in chosen],
        [opened[each.number_id] for each in chosen],
        is_halted=fits < len(going),
    )


def _hand_over(rt: Runtime, line: str, going: _Going, claimed_at: datetime) -> None:
    began = rt.clock()
    said = results.ask(rt, claimed_at, lambda: rt.sms.send_sms(going.text, going.numbers))
    asked = batch_outcomes.Asked(going.batch, going.delivery_ids, going.number_ids, line, claimed_at)
    batch_outcomes.keep(rt, asked, said, rt.clock() - began)
