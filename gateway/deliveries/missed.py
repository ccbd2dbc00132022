"""A ring that we could not answer: after the last try one SMS says so, so that nobody waits in vain (journeys.md M1)."""

from __future__ import annotations

from flows.steps import Speak
from gateway.content import BASE_LANGUAGE
from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.models import Delivery, Member
from gateway.rules.retry import Cause
from gateway.runtime import Runtime
from gateway.states import DeliveryReason
from gateway.store import suppressions

_NOT_PICKED_UP = (Cause.NO_ANSWER, Cause.BUSY, Cause.OFF, Cause.REJECTED)


def tell(unit: UnitOfWork, rt: Runtime, delivery: Delivery, cause: Cause) -> None:
    """Owe it once a day at most; a suppressed number asked for one call and gets nothing else."""
    if delivery.reason != DeliveryReason.RING or cause not in _NOT_PICKED_UP:
        return
    if suppressions.find_suppression_of(unit.db, delivery.number_id) is not None:
        return
    member = unit.db.get(Member, delivery.member_id) if delivery.member_id else None
    words = Speak("sms.missed", (member.language if member else None) or BASE_LANGUAGE)
    day = rt.clock().astimezone(rt.profile.timezone).date()
    owe.owe_sms(unit, rt, delivery.number_id, rt.words.text(words), f"missed:{delivery.number_id}:{day}")
