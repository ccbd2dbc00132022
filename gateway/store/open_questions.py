"""Questions of broadcasts that somebody was asked and has not answered: for whoever comes by themselves (menu key 4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from gateway.models import Broadcast, BroadcastAnswer, Delivery, Unit
from gateway.rules.classes import MessageClass
from gateway.states import BroadcastState, DeliveryReason, DeliveryState
from gateway.store.news import is_silent

OPEN_FOR = timedelta(days=7)
MOST = 3  # newest broadcasts: more than one sitting has patience for
# Whoever may not be rung with it is not asked by another door either.
NOT_FOR_THEM = (DeliveryState.REFUSED, DeliveryState.CANCELLED)


class Open(NamedTuple):
    """A broadcast that asks, what brings it to this member, and the numbers of its questions that are answered."""

    broadcast: Broadcast
    delivery: Delivery
    answered: Sequence[int]


def list_open(db: Session, member_ids: Sequence[int], line: Sequence[Unit], now: datetime) -> list[Open]:
    """List the newest broadcasts with questions to these members that run or have run in the last days.

    Before a poll none of a campaign (rules.md L2).
    """
    if not member_ids:
        return []
    answered = (
        select(func.coalesce(func.array_agg(BroadcastAnswer.question), []))
        .where(BroadcastAnswer.delivery_id == Delivery.id)
        .scalar_subquery()
    )
    query = (
        select(Broadcast, Delivery, answered)
        .join(Delivery, Delivery.broadcast_id == Broadcast.id)
        .where(Delivery.member_id.in_(member_ids), Delivery.reason == DeliveryReason.BROADCAST)
        .where(Delivery.state.not_in(NOT_FOR_THEM), _is_open(now), not_(_is_withheld(line, now)))
        .order_by(Broadcast.started_at.desc(), Delivery.id.desc())
        .limit(MOST * len(member_ids))
    )
    return [Open(*row) for row in db.execute(query)]


def _is_open(now: datetime) -> ColumnElement[bool]:
    return and_(
        func.jsonb_array_length(Broadcast.questions) > 0,
        Broadcast.state.in_((BroadcastState.RUNNING, BroadcastState.FINISHED)),
        Broadcast.started_at > now - OPEN_FOR,
        or_(Broadcast.expires_at.is_(None), Broadcast.expires_at > now),
    )


def _is_withheld(line: Sequence[Unit], now: datetime) -> ColumnElement[bool]:
    is_campaign = Broadcast.message_class == MessageClass.CAMPAIGN.value
    return and_(is_campaign, is_silent([unit.id for unit in line], now))
