"""Sends the batches of SMS broadcasts: a thousand numbers of equal words in one request, as `send` does single rows.

First unit: claim a batch, judge it (`crowd`), keep back its money, write an attempt for each that may go, commit. Then one
request. Second unit: what became of them, by few statements for all. Who may not go yet, and who shares a number with
somebody before them, leaves the batch. A sender that is cut off leaves a lease that runs out: what had attempts is then in
doubt, what had none is sent by the next (reliability.md A2, A3).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries import batch_outcomes, budget, crowd, halt, pacing, results, texts
from gateway.deliveries.owe import SMS
from gateway.deliveries.results import Sent
from gateway.models import Broadcast
from gateway.phones import Number
from gateway.rules.retry import Cause
from gateway.rules.verdicts import Allowed, Held, Reason, Refused
from gateway.runtime import Runtime
from gateway.states import BatchState, DeliveryReason
from gateway.store import batch_results as rows
from gateway.store import batches
from gateway.store.batches import Claim, Waiting

logger = logging.getLogger(__name__)

_AT_ONCE: AbstractContextManager[object] = nullcontext()


@dataclass
class Going:
    """Those of a batch for whom an attempt is written: the provider is to be asked now."""

    batch: Claim
    at: datetime
    text: str = ""
    delivery_ids: list[int] = field(default_factory=list)
    number_ids: list[int] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    judged: int = 0
    is_halted: bool = False


def send_batch(rt: Runtime, line: str) -> Sent:
    """Send one batch, where one is due and the pace allows a request. May run in many places at once."""
    going, sent = begin(rt, line)
    if going is not None:
        finish(rt, line, going)
    return sent


def begin(rt: Runtime, line: str) -> tuple[Going | None, Sent]:
    """Claim a batch and write the attempts; None where the provider need not be asked. `finish` must follow at once."""
    claimed_at = rt.clock()
    if not pacing.take(rt, SMS, line, 1):
        return None, Sent(0, 0, is_paced=True)
    with unit_of_work(rt.engine) as unit:
        going = _claim(unit.db, rt, line, claimed_at)
    if going is None or not going.delivery_ids:
        pacing.give_back(rt, SMS, line, 1)
    if going is None:
        return None, Sent(0, 0)
    if going.is_halted:
        with unit_of_work(rt.engine) as unit:
            halt.halt(unit.db, rt.clock(), going.batch.broadcast_id, halt.BUDGET)
    return going if going.delivery_ids else None, Sent(len(going.delivery_ids), going.judged)


def finish(rt: Runtime, line: str, going: Going, turn: AbstractContextManager[object] = _AT_ONCE) -> None:
    """Ask the provider and keep what it said; `turn` is waited for before it is kept."""
    began = rt.clock()
    said = results.ask(rt, going.at, lambda: rt.sms.send_sms(going.text, going.numbers))
    asked = batch_outcomes.Asked(going.batch, going.delivery_ids, going.number_ids, line, going.at)
    took = rt.clock() - began
    with turn:
        batch_outcomes.keep(rt, asked, said, took)


def take_back(unit: UnitOfWork, rt: Runtime) -> None:
    """Batches whose sender fell silent: what it had begun is in doubt, the rest is sent by somebody else."""
    for batch in batches.lock_expired(unit.db, rt.clock()):
        begun = rows.list_begun(unit.db, batch)
        rows.doubt(unit.db, batch, begun, str(Cause.UNKNOWN))
        is_left = batches.is_left(unit.db, batch)
        batches.end(unit.db, batch, BatchState.READY if is_left else BatchState.DONE)
        logger.warning("a sender fell silent batch_id=%s in_doubt=%s", batch.id, len(begun))


def _claim(db: Session, rt: Runtime, line: str, now: datetime) -> Going | None:
    batch = batches.claim(db, line, now, now + results.LEASE)
    if batch is None:
        return None
    waiting = {each.id: each for each in batches.read(db, batch)}
    broadcast = db.get_one(Broadcast, batch.broadcast_id)  # held here: whoever gets it again need not ask
    going = Going(batch, now)
    allowed = _judge(db, rt, batch, now)
    if allowed is not None:
        chosen = _one_per_number(db, [waiting[each] for each in sorted(allowed)])
        _begin(db, rt, line, going, broadcast, chosen)
    going.judged = len(waiting) - len(going.delivery_ids)
    if allowed is not None and not going.delivery_ids:
        batches.end(db, batch)
    return going


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


def _one_per_number(db: Session, allowed: Sequence[Waiting]) -> list[Waiting]:
    """A number stands once in a request: who shares it gets a text of their own."""
    first: dict[int, Waiting] = {}
    for each in allowed:
        first.setdefault(each.number_id, each)
    if len(first) < len(allowed):
        batches.leave(db, [each.id for each in allowed if first[each.number_id] is not each])
    return list(first.values())


def _begin(
    db: Session, rt: Runtime, line: str, going: Going, broadcast: Broadcast, chosen: Sequence[Waiting]
) -> None:
    """Keep back the money and write the attempts, last of all: others wait for the money until the commit."""
    going.text = texts.words_of(rt, broadcast, going.batch.language)
    tell = budget.Teller(db, rt)
    price = tell.price_of_text(going.text)
    opened = rt.vault.open_numbers((each.sealed, each.number_index) for each in chosen)
    one = budget.Wanted(DeliveryReason.BROADCAST, price, broadcast.id, broadcast.budget)
    fits = budget.reserve_equal(db, rt, tell.money, one, len(chosen), going.at)
    batches.put_off(db, [each.id for each in chosen[fits:]], str(Reason.BUDGET), going.at + results.ASK_AGAIN)
    begun = rows.add_attempts(
        db,
        going.batch,
        [each.id for each in chosen[:fits]],
        [each.number_id for each in chosen[:fits]],
        provider=rt.provider,
        line=line,
        profile=rt.profile.version,
        placed_at=going.at,
        estimate=price or None,
    )
    for each, number in zip(chosen[:fits], opened, strict=False):
        if each.id in begun:
            going.delivery_ids.append(each.id)
            going.number_ids.append(each.number_id)
            going.numbers.append(number)
    going.is_halted = fits < len(chosen)
