"""Raising what a broadcast may cost while it is paused for want of money; its words and its people stay as approved."""

from __future__ import annotations

from decimal import Decimal

from gateway.db import UnitOfWork
from gateway.errors import Conflict, NotAllowed
from gateway.models import Broadcast
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from gateway.store.money import find_money


def raise_budget(
    unit: UnitOfWork, rt: Runtime, broadcast: Broadcast, amount: Decimal, staff_id: int | None
) -> None:
    """Let it cost up to `amount`. Raises Conflict unless it is paused and this is more; NotAllowed where a second person must.

    Who wrote it may raise it no further than what needs a second person's approval (console.md 1a).
    """
    if broadcast.state != BroadcastState.PAUSED:
        raise Conflict("the budget is raised while a broadcast is paused", "not-paused")
    if amount <= max(broadcast.spent, broadcast.budget or Decimal(0)):
        raise Conflict("this is not more than it may cost already", "not-more")
    limit = find_money(unit.db, rt.profile.money).second_amount
    is_author = staff_id is not None and staff_id == broadcast.author_id
    if is_author and limit is not None and amount >= limit:
        raise NotAllowed("so much money needs a second person: ask a colleague to raise it", "four-eyes")
    broadcast.budget = amount
