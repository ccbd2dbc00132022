"""A phone that we rang was picked up: which delivery was it, and what does it bring?

The post may come before our own request has returned: then the attempt is found by the number it was claimed for
(africastalking.md 0.7).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gateway.calls import facts as known
from gateway.channels.base import VoiceEvent
from gateway.content import in_language, sound_in
from gateway.db import UnitOfWork
from gateway.models import Answer, Broadcast, Delivery, Member, Report, Unit, VoiceNote
from gateway.runtime import Runtime
from gateway.states import DeliveryReason
from gateway.store import attempts, rights_list
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
    return PickedUp(
        delivery.id, delivery.member_id, {"is_outbound": True, **_facts(unit, delivery, rt.clock())}
    )


def _facts(unit: UnitOfWork, delivery: Delivery, now: datetime) -> dict[str, Any]:
    language = _language(unit, delivery)
    match delivery.reason:
        case DeliveryReason.RING:
            asked = rights_list.open_erasure_request(unit.db, delivery.number_id)
            return {
                "is_call_back": True,
                "forget_asked": asked is not None,
                "is_late": now - delivery.created_at > LATE_AFTER,
            }
        case DeliveryReason.BROADCAST | DeliveryReason.TEST:
            return {"language": language, **_announcement(unit, delivery, language)}
        case DeliveryReason.ANSWER:
            return {"language": language, **_answer(unit, delivery, language)}
        case DeliveryReason.DUTY:
            return _duty(unit, delivery)
        case DeliveryReason.NUMBER_CHANGE:
            return {"language": language, **_number_change(unit, delivery)}
        case DeliveryReason.INTRODUCTION | DeliveryReason.REPLY:
            return {"language": language, "is_introduction": True}
        case DeliveryReason.INTERIM | DeliveryReason.GO_ON | DeliveryReason.DAILY | DeliveryReason.BRIEF:
            return {"language": language}


def _language(unit: UnitOfWork, delivery: Delivery) -> str:
    member = unit.db.get(Member, delivery.member_id) if delivery.member_id else None
    return delivery.language or (member.language if member else None) or "hi"


def _announcement(unit: UnitOfWork, delivery: Delivery, language: str) -> dict[str, Any]:
    broadcast = unit.db.get_one(Broadcast, delivery.broadcast_id)
    spoken = in_language(broadcast.texts, broadcast.sounds, language)
    announcement = {
        "id": broadcast.id,
        "text": broadcast.texts.get(spoken, ""),
        "sound": sound_in(broadcast.sounds, spoken),
        "language": spoken,
        "is_campaign": broadcast.message_class == "campaign",
        "is_test": delivery.reason == DeliveryReason.TEST,
    }
    return {"announcement": announcement, "is_test": delivery.reason == DeliveryReason.TEST}


def _answer(unit: UnitOfWork, delivery: Delivery, language: str) -> dict[str, Any]:
    report = unit.db.get_one(Report, delivery.report_id)
    answer = unit.db.get_one(Answer, delivery.answer_id)
    spoken = in_language(answer.texts, answer.sounds, language)
    return {
        "answer": {
            "report": report.id,
            "reference": report.reference,
            "member": delivery.member_id,
            "category": report.category,
            "text": answer.texts.get(spoken, ""),
            "sound": sound_in(answer.sounds, spoken),
            "language": spoken,
        }
    }


def _number_change(unit: UnitOfWork, delivery: Delivery) -> dict[str, Any]:
    member = unit.db.get(Member, delivery.member_id) if delivery.member_id else None
    name = known.name_of(unit.db, member) if member else ""
    return {"number_change": {"id": int((delivery.dedupe or "").rpartition(":")[2]), "name": name}}


def _duty(unit: UnitOfWork, delivery: Delivery) -> dict[str, Any]:
    report = unit.db.get_one(Report, delivery.report_id)
    note = unit.db.get(VoiceNote, report.voice_note_id) if report.voice_note_id else None
    return {
        "language": report.language or "hi",
        "duty": {
            "report": report.id,
            "reference": report.reference,
            "unit": unit.db.get_one(Unit, report.unit_id).name,
            "sound": note.clip_key if note else None,
        },
    }
