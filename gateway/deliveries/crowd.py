"""Judges a batch: deliveries that agree in every fact the rules look at are one question, asked by way of `contact`.

The facts of all come from one statement; who stands for a group is asked about as single rows are, with everything fetched
anew. What cannot be compared cheaply, the register and its proofs or a long silence, makes a row a group of its own: slower, never weaker.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, extract, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from gateway.deliveries import contact
from gateway.models import Attempt, Broadcast, Delivery, Habit, Member, PhoneNumber, Suppression, Unit
from gateway.rules.classes import MessageClass
from gateway.rules.contact import Suppressed
from gateway.rules.guard import Verdict, may_contact
from gateway.rules.habits import SILENT_BROADCASTS
from gateway.runtime import Runtime
from gateway.store import zones
from gateway.store.batches import Claim, is_in

REMEMBERED = timedelta(days=7)  # how far back caps look
QUARTER = 900  # every local day begins on a quarter of an hour, in whatever zone


@dataclass
class Group:
    """Deliveries of which the rules say the same."""

    verdict: Verdict
    delivery_ids: list[int] = field(default_factory=list)


def judge(db: Session, rt: Runtime, batch: Claim, now: datetime) -> list[Group]:
    """Ask about everything that waits in a batch; every delivery stands in exactly one group."""
    groups: dict[Hashable, list[int]] = {}
    for row, key in _with_keys(db, rt, batch, now):
        groups.setdefault(key, []).append(row.id)
    speakers = _speakers(db, [ids[0] for ids in groups.values()])
    situations = contact.load(db, speakers)
    questions = contact.contacts(db, rt, situations, now)
    verdicts = [may_contact(question) for question in questions]
    return [Group(verdict, ids) for verdict, ids in zip(verdicts, groups.values(), strict=True)]


def _with_keys(db: Session, rt: Runtime, batch: Claim, now: datetime) -> list[tuple[Row[Any], Hashable]]:
    rows = db.execute(_facts(batch, now)).all()
    broadcast = db.get_one(Broadcast, batch.broadcast_id)
    is_scrubbed = MessageClass(broadcast.message_class) in rt.profile.scrub_days
    silent = {each.unit_path for each in contact.list_silences(db)}
    zone_of = zones.zones_of(db, {row.path or contact.NOWHERE for row in rows})
    keyed: list[tuple[Row[Any], Hashable]] = []
    for row in rows:
        path = row.path or contact.NOWHERE
        is_alone = is_scrubbed or row.is_silent or Suppressed.DO_NOT_DISTURB in (row.suppressed or ())
        covered = tuple(each for each in silent if path.startswith(each))
        facts = (row.consent, row.is_usable, row.language, row.expires_at)
        lists = (tuple(row.suppressed or ()), tuple(row.rang or ()))
        keyed.append((row, row.id if is_alone else (facts, lists, covered, zone_of[path])))
    return keyed


def _facts(batch: Claim, now: datetime) -> Any:
    """SQL: what may differ between two deliveries of one batch. Whatever the rules learn to look at belongs here."""
    return (
        select(
            Delivery.id,
            Delivery.language,
            Delivery.expires_at,
            Member.consent,
            Unit.path,
            (PhoneNumber.id.is_not(None) & PhoneNumber.invalid_at.is_(None)).label("is_usable"),
            (func.coalesce(Habit.unanswered, 0) >= SILENT_BROADCASTS).label("is_silent"),
            _suppressed().label("suppressed"),
            _rang(now).label("rang"),
        )
        .outerjoin(PhoneNumber, PhoneNumber.id == Delivery.number_id)
        .outerjoin(Member, Member.id == Delivery.member_id)
        .outerjoin(Unit, Unit.id == Member.unit_id)
        .outerjoin(Habit, Habit.number_id == Delivery.number_id)
        .where(is_in(batch))
        .order_by(Delivery.id)
    )


def _suppressed() -> ColumnElement[Any]:
    reasons = func.array_agg(aggregate_order_by(Suppression.reason, Suppression.reason))
    query = select(reasons).where(
        Suppression.number_index == PhoneNumber.index, Suppression.lifted_at.is_(None)
    )
    return query.correlate(PhoneNumber).scalar_subquery()


def _rang(now: datetime) -> ColumnElement[Any]:
    """SQL: the tries at this number that a cap may count, each by whose it was, when, and how it ended."""
    quarter = func.floor(extract("epoch", Attempt.placed_at) / QUARTER)
    told = func.concat_ws(
        ":", Attempt.broadcast_id, Attempt.kind, Attempt.delivery_id == Delivery.id, quarter, Attempt.outcome
    )
    query = select(func.array_agg(aggregate_order_by(told, told))).where(
        Attempt.number_id == Delivery.number_id, Attempt.placed_at > now - REMEMBERED
    )
    return query.correlate(Delivery).scalar_subquery()


def _speakers(db: Session, ids: Sequence[int]) -> list[Delivery]:
    found = {each.id: each for each in db.scalars(select(Delivery).where(Delivery.id.in_(ids)))}
    return [found[each] for each in ids]
