"""What was kept back or charged: a row for each hour, day and broadcast, and the tries whose price is known by now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Numeric,
    Text,
    cast,
    column,
    func,
    or_,
    select,
    tuple_,
    update,
    values,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import Attempt, Broadcast, Spending
from gateway.states import AttemptOutcome
from gateway.store.arrays import among

BROADCAST = "broadcast:"
_USED = (AttemptOutcome.ANSWERED, AttemptOutcome.DELIVERED)
EVER = datetime(2000, 1, 1, tzinfo=UTC)


class Scope(NamedTuple):
    """What is counted together: an hour or a day from `since` on, or a broadcast."""

    name: str
    since: datetime


class Ended(NamedTuple):
    """A try whose cost is known; `estimate` was kept back for it."""

    id: int
    broadcast_id: int | None
    placed_at: datetime
    estimate: Decimal | None
    cost: Decimal | None
    currency: str | None
    outcome: AttemptOutcome

    def difference(self, currency: str) -> Decimal:
        """What to count on top of the estimate; a price in a foreign currency cannot be counted, and the estimate stays.

        What has no price was free where nobody was reached.
        """
        estimate = self.estimate or Decimal(0)
        if self.cost is not None:
            return self.cost - estimate if self.currency in (None, currency) else Decimal(0)
        return Decimal(0) if self.outcome in _USED else -estimate


def lock(db: Session, scopes: Sequence[Scope], more: Decimal = Decimal(0)) -> dict[Scope, Decimal]:
    """Return what was spent in each, locked in this order until the commit; `more` is counted in each at once."""
    if not scopes:
        return {}
    rows = insert(Spending).values([{"scope": name, "since": since, "spent": more} for name, since in scopes])
    rows = rows.on_conflict_do_update(
        index_elements=["scope", "since"], set_={"spent": Spending.spent + rows.excluded.spent}
    )
    found = db.execute(rows.returning(Spending.scope, Spending.since, Spending.spent))
    return {Scope(name, since): spent - more for name, since, spent in found}


def add(db: Session, amounts: Mapping[Scope, Decimal]) -> None:
    """Count these amounts, of what is locked; what is below nothing was given back."""
    changed = [(scope.name, scope.since, amount) for scope, amount in amounts.items() if amount]
    if not changed:
        return
    more = values(column("scope", Text), column("since", DateTime(timezone=True)), column("amount", Numeric))
    given = more.data(changed).alias("given")
    query = update(Spending).where(Spending.scope == given.c.scope, Spending.since == given.c.since)
    spent = func.greatest(Spending.spent + given.c.amount, 0)
    db.execute(query.values(spent=spent).execution_options(synchronize_session=False))


def list_ended(db: Session, limit: int) -> list[Ended]:
    """List tries that are over, or whose price the provider named, and for which something is still kept back."""
    query = select(*_ENDED).where(*_is_due()).order_by(Attempt.id).limit(limit)
    return [Ended(*row) for row in db.execute(query)]


def take_ended(db: Session, attempt_ids: Sequence[int]) -> list[Ended]:
    """Return of these what nobody has settled yet, and note that they are settled."""
    free = select(*_ENDED).where(Attempt.id == among(attempt_ids), *_is_due())
    found = [Ended(*row) for row in db.execute(free.order_by(Attempt.id).with_for_update(skip_locked=True))]
    done = update(Attempt).where(Attempt.id == among([each.id for each in found])).values(estimate=None)
    db.execute(done.execution_options(synchronize_session=False))
    return found


def show(db: Session) -> None:
    """Bring up what the pages of broadcasts show as spent; whoever is being changed is shown at the next look."""
    name = func.concat(BROADCAST, cast(Broadcast.id, Text))
    changed = (
        select(Broadcast.id, Spending.spent)
        .join(Spending, tuple_(Spending.scope, Spending.since) == tuple_(name, EVER))
        .where(Spending.spent != Broadcast.spent)
        .with_for_update(of=Broadcast, skip_locked=True)
    )
    for broadcast_id, spent in db.execute(changed).all():
        query = update(Broadcast).where(Broadcast.id == broadcast_id).values(spent=spent)
        db.execute(query.execution_options(synchronize_session=False))


def _is_due() -> tuple[ColumnElement[bool], ...]:
    return (Attempt.estimate.is_not(None), or_(Attempt.cost.is_not(None), Attempt.ended_at.is_not(None)))


_ENDED = (
    Attempt.id,
    Attempt.broadcast_id,
    Attempt.placed_at,
    Attempt.estimate,
    Attempt.cost,
    Attempt.currency,
    Attempt.outcome,
)
