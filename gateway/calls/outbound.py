"""A phone that we rang was picked up: which delivery was it, and what does it bring?

The post may come before our own request has returned: then the attempt is found by the number it was claimed for
(africastalking.md 0.7).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from gateway.calls import brought
from gateway.channels.base import VoiceEvent
from gateway.content import SPOKEN
from gateway.db import UnitOfWork
from gateway.models import Delivery, Member
from gateway.runtime import Runtime
from gateway.states import DeliveryReason
from gateway.store import attempts, rights_list, units
from gateway.store.steps import CallRow

LATE_AFTER = timedelta(hours=2)  # then the call-back begins with a word of apology (journeys.md M1)


@dataclass(frozen=True)
class PickedUp:
    """The delivery behind a call and the facts its flow needs."""

    delivery_id: int | None = None
    member_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def picked_up(unit: UnitOfWork, rt: Runtime, event: VoiceEvent, call: CallRow) -> PickedUp:
    """Match the call to its attempt; a call that we know nothing of is served like a call-back."""
    attempt = attempts.find_for_call(unit.db, rt.provider, event.provider_id, call.number_id, rt.clock())
    if attempt is None:
        return PickedUp(facts={"is_outbound": True, "is_call_back": True})
    delivery = unit.db.get_one(Delivery, attempt.delivery_id)
    return PickedUp(delivery.id, delivery.member_id, {"is_outbound": True, **_facts(unit, rt, delivery)})


def _facts(unit: UnitOfWork, rt: Runtime, delivery: Delivery) -> dict[str, Any]:
    if delivery.reason == DeliveryReason.RING:
        asked = rights_list.open_erasure_request(unit.db, delivery.number_id)
        return {
            "is_call_back": True,
            "forget_asked": asked is not None,
            "is_late": rt.clock() - delivery.created_at > LATE_AFTER,
        }
    language = _language(unit, rt, delivery)
    return {"language": language, **brought.facts_of(unit, rt, delivery, language)}


def _language(unit: UnitOfWork, rt: Runtime, delivery: Delivery) -> str:
    """The language of the delivery or of the member, else that of the place, else the region's."""
    member = unit.db.get(Member, delivery.member_id) if delivery.member_id else None
    known = delivery.language or (member.language if member else None)
    if known:
        return known
    nearby = units.spoken_at(unit.db, member.unit_id) if member else []
    return next(iter(nearby), SPOKEN[rt.settings.country][0])
