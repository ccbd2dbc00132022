"""Pausing, going on with and stopping a broadcast by phone: who may, the code, the deed (`flows.catalog.steering`).

The number that rings opens nothing (reliability.md C15): five wrong codes lock the way in for an hour, whoever tried. Role
and unit are looked at again at every deed, because a call may outlast a person's post.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from flows.steps import CheckPhoneCode, SteerBroadcast
from gateway.access import passwords, rates
from gateway.access.permissions import Permission, Role, may_role
from gateway.broadcasts import launch, sums
from gateway.db import UnitOfWork
from gateway.errors import Conflict
from gateway.models import Broadcast, Staff
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import BroadcastState
from gateway.store import broadcast_list, sign_ins, staff

WRONG_TRIES, LOCKED_FOR = 5, timedelta(hours=1)
BY_PHONE, PAUSE = "by-phone", "pause"
MOST = 5  # broadcasts told in one call


def may_steer(db: Session, number_id: int | None) -> bool:
    """Whether there is anything to steer, or to read aloud, from this number; says nothing of who rings."""
    there = _people(db, number_id)
    return any(_may_read(person) or broadcast_list.list_under_way(db, path, 1) for person, path in there)


def perform(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], step: CheckPhoneCode | SteerBroadcast
) -> dict[str, Any]:
    """Do what was keyed; returns what the conversation then knows."""
    if isinstance(step, CheckPhoneCode):
        return _check(unit, rt, scene, step.code)
    return _steer(unit, rt, scene, facts, step)


def _check(unit: UnitOfWork, rt: Runtime, scene: Scene, code: str) -> dict[str, Any]:
    """Look whose code it is, of those who work from this number."""
    is_locked = False
    for person, path in _people(unit.db, scene.number_id):
        bucket, now = rates.of_phone(rt, person.id), rt.clock()
        sign_ins.lock_account(unit.db, bucket.key)
        if _is_locked(unit.db, bucket.key, now):
            is_locked = True
        elif passwords.is_password(person.phone_code_hash, code):
            staff.add_audit(unit.db, person.id, "phone-code-right", now, "staff", person.id, person.unit_id)
            opened = {
                "is_open": True,
                "is_locked": False,
                "staff": person.id,
                "reads": _may_read(person),
            }
            return {"steering": opened, "watched": _watched(unit.db, rt, path, scene.language)}
        else:
            sign_ins.add_failure(unit.db, bucket.key, "", now)
            is_locked = _is_locked(unit.db, bucket.key, now)
            said = "phone-code-locked" if is_locked else "phone-code-wrong"
            staff.add_audit(unit.db, None, said, now, "staff", person.id, person.unit_id)
    return {"steering": {"is_open": False, "is_locked": is_locked}, "watched": []}


def _steer(
    unit: UnitOfWork, rt: Runtime, scene: Scene, facts: dict[str, Any], step: SteerBroadcast
) -> dict[str, Any]:
    opened = facts.get("steering") or {}
    people = {person.id: path for person, path in _people(unit.db, scene.number_id)}
    path = people.get(opened.get("staff", 0)) if opened.get("is_open") else None
    broadcast = broadcast_list.find_below(unit.db, path, step.broadcast) if path else None
    if broadcast is None or not _do(unit, rt, broadcast, step.deed):
        return {"steered": ""}
    staff.add_audit(
        unit.db,
        opened["staff"],
        step.deed,
        rt.clock(),
        "broadcast",
        broadcast.id,
        broadcast.unit_id,
        how="phone",
    )
    is_paused = step.deed == PAUSE
    watched = [
        {**each, "is_paused": is_paused if each["id"] == broadcast.id else each["is_paused"]}
        for each in facts.get("watched", ())
    ]
    return {"steered": step.deed, "watched": watched}


def _do(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast, deed: str) -> bool:
    """Pause, resume or stop; False where its state does not allow it: nothing was changed then."""
    try:
        match deed:
            case "pause":
                launch.pause(unit, broadcast, BY_PHONE)
            case "resume":
                launch.resume(unit, rt, broadcast)
            case "stop":
                launch.stop(unit, rt, broadcast)
    except Conflict:
        return False
    return True


def _people(db: Session, number_id: int | None) -> list[tuple[Staff, str]]:
    """Who of staff works from this number and may send broadcasts now."""
    there = staff.list_on_number(db, number_id) if number_id else ()
    return [each for each in there if may_role(Role(each[0].role), Permission.SEND_BROADCASTS)]


def _may_read(person: Staff) -> bool:
    """Whether this person may read aloud for the line (`gateway.reading`)."""
    return may_role(Role(person.role), Permission.RECORD_MESSAGES)


def _is_locked(db: Session, key: bytes, now: datetime) -> bool:
    """Five wrong tries within an hour lock it until an hour after the last of them."""
    failures = sign_ins.failures_of_account(db, key, now - 2 * LOCKED_FOR)
    if not failures or failures[-1] <= now - LOCKED_FOR:
        return False
    return sum(each > failures[-1] - LOCKED_FOR for each in failures) >= WRONG_TRIES


def _watched(db: Session, rt: Runtime, path: str, language: str) -> list[dict[str, Any]]:
    return [_stand(db, rt, each, language) for each in broadcast_list.list_under_way(db, path, MOST)]


def _stand(db: Session, rt: Runtime, broadcast: Broadcast, language: str) -> dict[str, Any]:
    stand = sums.of_broadcast(db, broadcast.id)
    return {
        "id": broadcast.id,
        "text": broadcast.title,
        "language": language,
        "reached": rt.words.count(language, stand.heard),
        "asked": rt.words.count(language, stand.asked),
        "is_paused": broadcast.state == BroadcastState.PAUSED,
    }
