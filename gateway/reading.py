"""Reading aloud by phone: finds what a number stands for, makes a take of the recording, lets it be heard (`flows.catalog.reading`).

Only behind the phone code; role and unit are looked at again at every deed, because a call may outlast a person's post. Which
recording is a reading of what stands in the facts of its call: the job that fetches it makes the take.
"""

from __future__ import annotations

import logging
from typing import Any

from sqlalchemy.orm import Session

from audio.errors import ClipError
from flows.steps import FindScript, KeepTake, LookUpTake, ReadAloud
from gateway import takes as room
from gateway.access.permissions import Permission, Role, may_role
from gateway.db import UnitOfWork
from gateway.errors import Conflict
from gateway.models import Call, Script, Take, VoiceNote
from gateway.rules.escalation import parent_path
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import staff, takes
from gateway.voice_notes import Kept

logger = logging.getLogger(__name__)

Step = FindScript | ReadAloud | LookUpTake | KeepTake


def perform(unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], step: Step) -> dict[str, Any]:
    """Do what was keyed; returns what the conversation then knows."""
    reader = _reader(unit.db, scene, facts)
    if reader is None:
        return {"script": None, "reading": None}
    match step:
        case FindScript(number):
            return {"script": _found(unit.db, reader, number), "reading": None}
        case ReadAloud(script, note):
            readings = {**facts.get("readings", {}), note: {"script": script, "staff": reader[0]}}
            return {"readings": readings, "reading": None, "read_after": takes.newest_id(unit.db, script)}
        case LookUpTake(script):
            return {"reading": _come(unit.db, scene, facts, script)}
        case KeepTake(take):
            return {"reading": _keep(unit, rt, reader, facts, take)}


def kept_too(kept_by_others: Kept) -> Kept:
    """Return what is told of a recording that was fetched: those whom it belongs to, and we."""

    def kept(unit: UnitOfWork, rt: Runtime, note: VoiceNote) -> None:
        kept_by_others(unit, rt, note)
        keep(unit, rt, note)

    return kept


def keep(unit: UnitOfWork, rt: Runtime, note: VoiceNote) -> None:
    """A recording was fetched: where it is a reading, make the take of it, for its reader to hear."""
    call = unit.db.get(Call, note.call_id) if note.call_id else None
    meant = ((call.facts if call else None) or {}).get("readings", {}).get(str(note.id))
    if call is None or meant is None or note.original_key is None:
        return
    script = unit.db.get_one(Script, meant["script"])
    try:
        reading = room.read(rt, rt.notes.original(note.original_key), script)
    except ClipError as error:
        logger.info("a reading by phone holds nothing note_id=%s code=%s", note.id, error.code)
        return
    room.keep(
        unit, rt, script, reading, staff_id=meant["staff"], via=room.PHONE, call_id=call.id, is_asked=True
    )


def _reader(db: Session, scene: Scene, facts: dict[str, Any]) -> tuple[int, str, bool] | None:
    """Who opened this call with a code, with the path of their unit and whether prompts are theirs to read."""
    opened = facts.get("steering") or {}
    if not (opened.get("is_open") and scene.number_id):
        return None
    for person, path in staff.list_on_number(db, scene.number_id):
        role = Role(person.role)
        if person.id == opened.get("staff") and may_role(role, Permission.RECORD_MESSAGES):
            reads_prompts = may_role(role, Permission.RECORD_PROMPTS) and parent_path(path) is None
            return person.id, path, reads_prompts
    return None


def _found(db: Session, reader: tuple[int, str, bool], number: str) -> dict[str, Any] | None:
    script = takes.find_script(db, int(number), reader[1], reader[2])
    if script is None:
        return None
    return {"id": script.id, "text": script.words, "language": script.language, "sound": None}


def _come(db: Session, scene: Scene, facts: dict[str, Any], script_id: int) -> dict[str, Any] | None:
    if scene.call_id is None:
        return None
    take = takes.find_of_call(db, script_id, scene.call_id, int(facts.get("read_after", 0)))
    return _told(facts, take) if take is not None else None


def _told(facts: dict[str, Any], take: Take, is_kept: bool = False) -> dict[str, Any]:
    script = facts.get("script") or {}
    return {
        "id": take.id,
        "text": script.get("text", ""),
        "language": script.get("language", ""),
        "sound": take.clip_key,
        "is_good": not take.faults,
        "is_kept": is_kept,
    }


def _keep(
    unit: UnitOfWork, rt: Runtime, reader: tuple[int, str, bool], facts: dict[str, Any], take_id: int
) -> dict[str, Any] | None:
    take = unit.db.get(Take, take_id)
    script = unit.db.get(Script, take.script_id) if take else None
    if take is None or script is None:
        return None
    if takes.find_script(unit.db, script.number, reader[1], reader[2]) is None:
        return None
    try:
        room.choose(unit, rt, script, take, reader[0])
    except Conflict:
        return _told(facts, take)
    return _told(facts, take, is_kept=True)
