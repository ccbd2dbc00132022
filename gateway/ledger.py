"""A member's own acts, written into the append-only ledger: agreeing here, leaving in `gateway.leaving` (rules.md L5)."""

from __future__ import annotations

from dataclasses import dataclass

from flows.steps import GiveConsent
from gateway import notices
from gateway.db import UnitOfWork
from gateway.models import Consent
from gateway.rules import consent as rule
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import consents, numbers, suppressions

KEY, WORD = "key", "sms"


@dataclass(frozen=True)
class Line:
    """What is agreed to or ended. `how` is read off the scene where it is not said."""

    purpose: str
    action: str
    how: str | None = None
    staff_id: int | None = None


def write(
    unit: UnitOfWork,
    rt: Runtime,
    scene: Scene,
    member_id: int,
    line: Line,
    notice: notices.Heard | None = None,
) -> ConsentState:
    """Append one entry, with where it came from; returns the member's state as it is now."""
    entry = Consent(
        member_id=member_id,
        number_id=scene.number_id,
        purpose=line.purpose,
        action=line.action,
        how=line.how or (KEY if scene.call_id else WORD),
        call_id=scene.call_id,
        message_id=scene.message_id,
        staff_id=line.staff_id,
        at=rt.clock(),
    )
    if notice is not None:
        entry.language, entry.notice, entry.notice_hash = notice.language, notice.name, notice.hash
    return consents.add_consent(unit.db, entry)


def agree(unit: UnitOfWork, rt: Runtime, scene: Scene, member_id: int, step: GiveConsent) -> None:
    """The member agreed by key or word: kept with the notice they heard; their number's opt-out ends."""
    heard = notices.use(unit, rt, step.notice, step.language, is_heard=scene.call_id is not None)
    write(unit, rt, scene, member_id, Line(step.purpose, rule.GIVEN), heard)
    if scene.number_id is not None:
        suppressions.lift_opt_out(unit.db, numbers.index_of(unit.db, scene.number_id), rt.clock())
