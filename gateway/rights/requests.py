"""What members ask about their own data: that something is wrong, or that they be forgotten (rules.md L12; C15).

Who rings or texts may be anybody with that number on their display; so nobody is forgotten by an SMS or by a call that
came in. We ring the number back, and the key pressed on our own call counts.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.errors import Conflict
from gateway.models import Call, Member, RightsRequest, Unit, new_public_id
from gateway.people import everything
from gateway.people.everything import REQUEST_TEXT
from gateway.rights import erase
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import rights_list, units
from gateway.store.staff import add_audit

CORRECTION, ERASURE = "correction", "erasure"
DONE, KEPT, ERASED = "done", "kept", "erased"
RING_BACK_FOR = timedelta(days=1)


def say_wrong(
    unit: UnitOfWork, rt: Runtime, scene: Scene, *, text: str | None = None, note_id: int | None = None
) -> RightsRequest:
    """Keep that something is wrong, in the member's own words; staff of the place see it."""
    return _add(unit, rt, CORRECTION, scene, text, note_id)


def ask_to_be_forgotten(unit: UnitOfWork, rt: Runtime, scene: Scene) -> None:
    """Ring back to hear it from the phone itself; asking twice rings once."""
    if scene.number_id is None:
        return
    if rights_list.open_erasure_request(unit.db, scene.number_id) is None:
        _add(unit, rt, ERASURE, scene, None, None)
    owe.owe_call_back(unit, rt, scene.number_id, rt.clock() + RING_BACK_FOR)


def forget_me(unit: UnitOfWork, rt: Runtime, scene: Scene) -> bool:
    """Forget the member who pressed the key on a call of ours; any other call is rung back. True where it is done."""
    call = unit.db.get(Call, scene.call_id) if scene.call_id else None
    if call is None or call.is_inbound or scene.member_id is None:
        ask_to_be_forgotten(unit, rt, scene)
        return False
    erase.erase(unit, rt, scene.member_id, erase.KEY, scene=scene)
    _close(unit, rt, scene.number_id, ERASED)
    return True


def keep_me(unit: UnitOfWork, rt: Runtime, scene: Scene) -> None:
    """Asked on our own call they would rather stay, or had never asked."""
    _close(unit, rt, scene.number_id, KEPT)


def settle(unit: UnitOfWork, rt: Runtime, request: RightsRequest, staff_id: int | None) -> None:
    """Staff have put it right. Raises Conflict where it was settled before."""
    if request.done_at is not None:
        raise Conflict("this was settled already")
    request.done_at, request.outcome, request.staff_id = rt.clock(), DONE, staff_id
    add_audit(
        unit.db, staff_id, "rights-request-settled", rt.clock(), "rights_request", request.id, request.unit_id
    )


def words_of(rt: Runtime, request: RightsRequest) -> str | None:
    """Open what was written; None where it was spoken."""
    row = {"id": request.id, "sealed_text": request.sealed_text, "public_id": request.public_id}
    return everything.words_of(rt, RightsRequest.__tablename__, row)


def _add(
    unit: UnitOfWork, rt: Runtime, kind: str, scene: Scene, text: str | None, note_id: int | None
) -> RightsRequest:
    public_id = new_public_id()
    request = RightsRequest(
        public_id=public_id,
        kind=kind,
        how="key" if scene.call_id else "sms",
        member_id=scene.member_id,
        number_id=scene.number_id,
        unit_id=_place(unit, scene.member_id).id,
        voice_note_id=note_id,
        sealed_text=rt.vault.seal_text(text, REQUEST_TEXT, public_id) if text else None,
        at=rt.clock(),
    )
    unit.db.add(request)
    unit.db.flush()
    return request


def _place(unit: UnitOfWork, member_id: int | None) -> Unit:
    member = unit.db.get(Member, member_id) if member_id else None
    return units.get_unit(unit.db, member.unit_id) if member else units.root_unit(unit.db)


def _close(unit: UnitOfWork, rt: Runtime, number_id: int | None, outcome: str) -> None:
    request = rights_list.open_erasure_request(unit.db, number_id) if number_id else None
    if request is not None:
        _end(request, rt.clock(), outcome)


def _end(request: RightsRequest, now: datetime, outcome: str) -> None:
    request.done_at, request.outcome = now, outcome
