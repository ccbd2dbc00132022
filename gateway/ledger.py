"""What members agree to and end, written into the append-only ledger, and what follows for their number (L5 to L7).

The deliveries' rooms come here when the provider says that somebody opted out; members and staff through `leaving`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from flows.steps import GiveConsent
from gateway import notices
from gateway.db import UnitOfWork
from gateway.models import Consent, Member
from gateway.rules import consent as rule
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import consents, members, numbers, suppressions

logger = logging.getLogger(__name__)

KEY, WORD, RING, COORDINATOR, PROVIDER, MERGE = "key", "sms", "ring", "coordinator", "provider", "merge"
EVERYTHING = rule.EVERYTHING


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
    notice: notices.Version | None = None,
) -> ConsentState:
    """Append one entry, with where it came from; returns the member's state as it is now."""
    now = rt.clock()
    entry = Consent(
        member_id=member_id,
        number_id=scene.number_id,
        purpose=line.purpose,
        action=line.action,
        how=line.how or (KEY if scene.call_id else WORD),
        call_id=scene.call_id,
        message_id=scene.message_id,
        staff_id=line.staff_id,
        at=now,
    )
    if line.action == rule.GIVEN:
        entry.expires_at = rule.expiry(now, rt.profile.consent_days)
    if notice is not None:
        entry.notice_id = notice.id
        entry.language, entry.notice, entry.notice_hash = notice.language, notice.name, notice.text_hash
    return consents.add_consent(unit.db, entry)


def agree(unit: UnitOfWork, rt: Runtime, scene: Scene, member_id: int, step: GiveConsent) -> None:
    """The member agreed by key or word: kept with the notice they heard; their number's opt-out ends."""
    version = notices.use(unit, rt, step.notice, step.language, is_heard=scene.call_id is not None)
    write(unit, rt, scene, member_id, Line(step.purpose, rule.GIVEN), version)
    if scene.number_id is not None:
        suppressions.lift_opt_out(unit.db, numbers.index_of(unit.db, scene.number_id), rt.clock())


def leave(unit: UnitOfWork, rt: Runtime, scene: Scene, line: Line, source: str = suppressions.MEMBER) -> bool:
    """End it for the member of the scene, or for everybody on the number where nobody is named; in force at once.

    The number is suppressed when nobody on it agrees to anything any more. Says whether something ended by this.
    """
    if scene.number_id is None:
        return False
    leaving, staying = _who(unit, scene)
    was_in_force = any(rule.is_agreed(each.consent, line.purpose) for each in leaving)
    after = [write(unit, rt, scene, each.id, line) for each in leaving]
    if any(state > ConsentState.NONE for state in [*after, *(each.consent for each in staying)]):
        return was_in_force
    index = numbers.index_of(unit.db, scene.number_id)
    is_new = line.purpose == EVERYTHING and suppressions.add_suppression(
        unit.db, index, suppressions.OPTED_OUT, rt.clock(), source, line.staff_id
    )
    return was_in_force or is_new


def leave_by_provider(unit: UnitOfWork, rt: Runtime, number_id: int) -> None:
    """The network says that whoever has this phone wants nothing more of us."""
    line = Line(EVERYTHING, rule.WITHDRAWN, PROVIDER)
    leave(unit, rt, Scene(number_id, None, ""), line, suppressions.PROVIDER)


def end_what_ran_out(unit: UnitOfWork, rt: Runtime) -> int:
    """Say anew what the ledgers come to of which a part has run out; returns how many. Twice says the same."""
    now = rt.clock()
    ended = consents.list_run_out(unit.db, consents.looked_until(unit.db), now)
    for member_id in ended:
        consents.rederive(unit.db, member_id, now)
    if ended:
        consents.look_from(unit.db, now)
        logger.info("consents ran out members=%s", len(ended))
    return len(ended)


def _who(unit: UnitOfWork, scene: Scene) -> tuple[Sequence[Member], Sequence[Member]]:
    """Who leaves, and who else is on the number; somebody may ring from a phone that is not their first."""
    everybody = members.list_on_number(unit.db, scene.number_id or 0)
    if scene.member_id is None:
        return everybody, ()
    others = [each for each in everybody if each.id != scene.member_id]
    return [members.get_member(unit.db, scene.member_id)], others
