"""What a call of ours brings, by the reason of its delivery: the facts of one answer, one report, one day (`flows.facts`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway import questions
from gateway.calls import facts as known
from gateway.content import in_language, languages_of, sound_in
from gateway.days import saying
from gateway.db import UnitOfWork
from gateway.models import Answer, Broadcast, Delivery, Member, Report, Staff, Unit, VoiceNote
from gateway.rollups import spoken
from gateway.rules.windows import local_day
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, ReportState
from gateway.store import consents, sender, units

PARTIAL, BLANK, NOISY = "partial", "blank", "noisy"


def facts_of(unit: UnitOfWork, rt: Runtime, delivery: Delivery, language: str) -> dict[str, Any]:
    """Return what this delivery brings; nothing for one that brings only the conversation itself."""
    brings = _BRINGS.get(delivery.reason)
    return brings(unit, rt, delivery, language) if brings else {}


def _announcement(unit: UnitOfWork, rt: Runtime, delivery: Delivery, language: str) -> dict[str, Any]:
    broadcast = unit.db.get_one(Broadcast, delivery.broadcast_id)
    told = _told(unit, delivery, broadcast.texts, broadcast.sounds, language)
    announcement = {
        "id": broadcast.id,
        **told,
        "is_campaign": broadcast.message_class == "campaign",
        "is_test": delivery.reason == DeliveryReason.TEST,
    }
    asked = questions.facts(rt.words, broadcast.questions or [], told["language"])
    is_test = delivery.reason == DeliveryReason.TEST
    return {"announcement": announcement, "questions": asked, "is_test": is_test}


def _answer(unit: UnitOfWork, rt: Runtime, delivery: Delivery, language: str) -> dict[str, Any]:
    answer = unit.db.get_one(Answer, delivery.answer_id)
    told = _told(unit, delivery, answer.texts, answer.sounds, language)
    return {"answer": {**_about(unit, delivery), "member": delivery.member_id, **told}}


def _interim(unit: UnitOfWork, rt: Runtime, delivery: Delivery, language: str) -> dict[str, Any]:
    """Where staff said a word of their own it comes with its sound, else who has the report and since when."""
    report = unit.db.get_one(Report, delivery.report_id)
    answer = unit.db.get(Answer, delivery.answer_id) if delivery.answer_id else None
    days = local_day(rt.profile, rt.clock()) - local_day(rt.profile, report.received_at)
    stands = {
        "desk": unit.db.get_one(Unit, report.desk_unit_id).name,
        "days": rt.words.count(language, max(days.days, 1)),
    }
    told = _told(unit, delivery, answer.texts, answer.sounds, language) if answer else {}
    return {"interim": {**_about(unit, delivery), **stands, **told}}


def _go_on(unit: UnitOfWork, rt: Runtime, delivery: Delivery, language: str) -> dict[str, Any]:
    report = unit.db.get_one(Report, delivery.report_id)
    heard = _told_so_far(unit, report)
    return {"go_on": {**_about(unit, delivery), **heard, "language": language}}


def _told_so_far(unit: UnitOfWork, report: Report) -> dict[str, Any]:
    note = unit.db.get(VoiceNote, report.voice_note_id) if report.voice_note_id else None
    if report.state == ReportState.BLANK:
        return {"mode": BLANK}
    if note and note.is_noisy and not report.is_partial:
        return {"mode": NOISY}
    return {"mode": PARTIAL, "sound": _voice(unit, report)}


def _duty(unit: UnitOfWork, rt: Runtime, delivery: Delivery, language: str) -> dict[str, Any]:
    report = unit.db.get_one(Report, delivery.report_id)
    duty = {
        "report": report.id,
        "reference": report.reference,
        "unit": unit.db.get_one(Unit, report.unit_id).name,
        "sound": _voice(unit, report),
    }
    return {"language": report.language or language, "duty": duty}


def _number_change(unit: UnitOfWork, rt: Runtime, delivery: Delivery, language: str) -> dict[str, Any]:
    member = unit.db.get(Member, delivery.member_id) if delivery.member_id else None
    name = known.name_of(unit.db, member) if member else ""
    return {"number_change": {"id": int((delivery.dedupe or "").rpartition(":")[2]), "name": name}}


def _introduction(unit: UnitOfWork, rt: Runtime, delivery: Delivery, language: str) -> dict[str, Any]:
    return {"is_introduction": True, "coordinator": _who_vouched(unit, delivery)}


def _who_vouched(unit: UnitOfWork, delivery: Delivery) -> str:
    """The colleague by whose word we ring, so that a stranger knows where the number came from; else nobody.

    Not where the organisation chose to be discreet: a name can tell as much as the organisation's own.
    """
    if sender.find_sender(unit.db).is_discreet:
        return ""
    return consents.who_vouched(unit.db, delivery.member_id) if delivery.member_id else ""


def _daily(unit: UnitOfWork, rt: Runtime, delivery: Delivery, language: str) -> dict[str, Any]:
    return {"daily": saying.fact(unit.db, rt, delivery.subject_id or 0, language)}


def _brief(unit: UnitOfWork, rt: Runtime, delivery: Delivery, language: str) -> dict[str, Any]:
    leader = unit.db.get_one(Staff, delivery.staff_id)
    return {"brief": spoken.facts(unit.db, rt, delivery.subject_id or 0, leader.unit_id, language)}


def _about(unit: UnitOfWork, delivery: Delivery) -> dict[str, Any]:
    report = unit.db.get_one(Report, delivery.report_id)
    return {
        "report": report.id,
        "reference": report.reference,
        "category": report.category,
        "is_unnamed": report.is_unnamed,
    }


def _told(
    unit: UnitOfWork, delivery: Delivery, texts: Mapping[str, Any], sounds: Mapping[str, Any], language: str
) -> dict[str, Any]:
    member = unit.db.get(Member, delivery.member_id) if delivery.member_id else None
    is_lacking = language not in languages_of(texts, sounds)
    nearby = units.spoken_at(unit.db, member.unit_id) if member and is_lacking else []
    spoken_in = in_language(texts, sounds, language, nearby)
    return {
        "text": texts.get(spoken_in, ""),
        "sound": sound_in(sounds, spoken_in),
        "language": spoken_in,
    }


def _voice(unit: UnitOfWork, report: Report) -> str | None:
    note = unit.db.get(VoiceNote, report.voice_note_id) if report.voice_note_id else None
    return note.clip_key if note and note.withheld_at is None else None


_BRINGS: Mapping[DeliveryReason, Callable[[UnitOfWork, Runtime, Delivery, str], dict[str, Any]]] = {
    DeliveryReason.BROADCAST: _announcement,
    DeliveryReason.TEST: _announcement,
    DeliveryReason.ANSWER: _answer,
    DeliveryReason.INTERIM: _interim,
    DeliveryReason.GO_ON: _go_on,
    DeliveryReason.DUTY: _duty,
    DeliveryReason.NUMBER_CHANGE: _number_change,
    DeliveryReason.INTRODUCTION: _introduction,
    DeliveryReason.REPLY: _introduction,
    DeliveryReason.DAILY: _daily,
    DeliveryReason.BRIEF: _brief,
}
