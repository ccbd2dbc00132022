"""Judges a batch: deliveries that agree in every fact the rules look at are one question, asked by way of `contact`.

The database groups them by those facts (`store.crowds`); who stands for a group is asked about as single rows are, with
everything fetched anew. What cannot be compared cheaply, the register and its proofs or a long silence, makes a row a group
of its own: slower, never weaker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.deliveries import contact
from gateway.models import Broadcast, Delivery, PollSilence, Unit
from gateway.rules.classes import MessageClass
from gateway.rules.guard import Verdict, may_contact
from gateway.runtime import Runtime
from gateway.store import crowds
from gateway.store.batches import Claim


@dataclass(frozen=True)
class Group:
    """Deliveries of which the rules say the same."""

    verdict: Verdict
    delivery_ids: Sequence[int]


def judge(db: Session, rt: Runtime, batch: Claim, now: datetime) -> list[Group]:
    """Ask about everything that waits in a batch; every delivery stands in exactly one group."""
    broadcast = db.get_one(Broadcast, batch.broadcast_id)
    is_scrubbed = MessageClass(broadcast.message_class) in rt.profile.scrub_days
    groups = crowds.group(db, batch, now, places=_places(db), is_each_alone=is_scrubbed)
    situations = contact.load(db, _speakers(db, [ids[0] for ids in groups]))
    verdicts = [may_contact(question) for question in contact.contacts(db, rt, situations, now)]
    return [Group(verdict, ids) for verdict, ids in zip(verdicts, groups, strict=True)]


def _places(db: Session) -> list[str]:
    """Where below which something holds that holds nowhere else: a silence, another clock."""
    silent = select(Unit.path).join(PollSilence)
    return sorted(db.scalars(select(Unit.path).where(Unit.zone.is_not(None)).union(silent)))


def _speakers(db: Session, ids: Sequence[int]) -> list[Delivery]:
    found = {each.id: each for each in db.scalars(select(Delivery).where(Delivery.id.in_(ids)))}
    return [found[each] for each in ids]
