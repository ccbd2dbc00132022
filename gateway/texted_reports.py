"""Reports by text: opened with a word, asked for by their number, and what an open question about one may know."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import select

from flows.steps import OpenReport, Speak
from gateway.db import UnitOfWork
from gateway.models import Report
from gateway.reports import found, opening
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import ReportState


def tell(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], said: str
) -> tuple[Scene, dict[str, Any]]:
    """Keep a problem that was written; returns the scene and the facts in which its urgency is asked."""
    report = opening.open_report(unit, rt, scene, OpenReport(text=said))
    return about(scene, facts, report)


def about(scene: Scene, facts: dict[str, Any], report: Report) -> tuple[Scene, dict[str, Any]]:
    """Return the scene and the facts of a conversation about this report."""
    opened = {"id": report.id, "reference": report.reference, "has_note": report.voice_note_id is not None}
    answer = {"report": report.id, "reference": report.reference, "text": "", "sound": None}
    known = {**facts, "report": opened, "answer": facts.get("answer") or answer}
    return replace(scene, report_id=report.id), known


def last_answered(unit: UnitOfWork, scene: Scene) -> Report | None:
    """Return the report whose answer waits for this number's word, the latest."""
    query = select(Report).where(Report.number_id == scene.number_id, Report.state == ReportState.ANSWERED)
    return unit.db.scalar(query.order_by(Report.answered_at.desc()).limit(1))


def status(unit: UnitOfWork, rt: Runtime, scene: Scene, reference: str) -> Speak:
    """Say how a report stands."""
    told = found.find(unit.db, rt, scene, reference)
    if not told["is_known"]:
        return Speak("sms.not_found", scene.language)
    return Speak("sms.status", scene.language, {"reference": told["reference"], "state": told["state"]})


def answer_of(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], reference: str
) -> tuple[Scene, dict[str, Any]] | None:
    """Return the conversation in which an answer is read and judged; None where there is none to be told here.

    Never on a shared phone: a text does not say who reads it (voice_design.md D26).
    """
    if facts["has_private"]:
        return None
    told = found.find(unit.db, rt, scene, reference)
    if not told.get("is_own") or told["state"] != ReportState.ANSWERED or not told["answer"]:
        return None
    report = unit.db.get_one(Report, told["id"])
    answer = {"report": report.id, "reference": report.reference, **told["answer"]}
    return about(scene, {**facts, "answer": answer}, report)
