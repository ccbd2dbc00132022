"""A report asked for by its number: what it says goes to the phone that made it, to any other only how it stands.

Of a reporter who stays unnamed another phone learns nothing, not even that there is such a report. How long the search
takes tells nothing either: by phone its outcome is spoken a turn later, and a text is answered by a job.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from gateway.models import Report
from gateway.reports import unnamed
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import own_reports

TRIES = 5  # numbers looked for in one call: there are too many references to find one by trying
UNKNOWN = {"is_known": False}


def look_up(db: Session, rt: Runtime, scene: Scene, reference: str, earlier: int = 0) -> dict[str, Any]:
    """Return what may be told of it (`flows.facts.Found`); `earlier` tries were made in this conversation."""
    is_last = earlier + 1 >= TRIES
    if earlier >= TRIES:
        return {**UNKNOWN, "is_last": True}
    return {**find(db, rt, scene, reference), "is_last": is_last}


def find(db: Session, rt: Runtime, scene: Scene, reference: str) -> dict[str, Any]:
    """Return what may be told of the report with this reference in this scene."""
    found = own_reports.find(db, reference)
    if found is None:
        return UNKNOWN
    report, answer = found
    is_same_phone = scene.number_id is not None and unnamed.number_of(rt, report) == scene.number_id
    if report.is_unnamed and not is_same_phone:
        return UNKNOWN
    stands = {"is_known": True, "reference": report.reference, "state": str(report.state)}
    if not (is_same_phone and _is_theirs(report, scene)):
        return {**stands, "is_own": False}
    return {
        **stands,
        "is_own": True,
        "id": report.id,
        "answer": own_reports.last_word(answer, scene.language),
    }


def _is_theirs(report: Report, scene: Scene) -> bool:
    """Whoever speaks on a shared phone hears nothing of what another one told under their name."""
    return report.member_id is None or report.member_id == scene.member_id
