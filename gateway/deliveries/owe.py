"""Writes obligations: rows first, the bell after the commit (house.md, one page, 2).

`dedupe` makes each harmless to write twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from gateway.db import UnitOfWork
from gateway.models import Broadcast, Delivery, Report
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, DeliveryState

URGENT, PERSONAL, ORDINARY = 0, 2, 5
TEXT_PURPOSE = "deliveries.text"
VOICE, SMS = "voice", "sms"
SEVERED = "severed:"
UNNAMED = "unnamed:"  # and a random name: the call goes to a reporter who stays unnamed
NUMBER_CHECK = "number-change:"  # and the id of the change: what such a call is about


def owe_call_back(unit: UnitOfWork, rt: Runtime, number_id: int, expires_at: datetime) -> int | None:
    """Owe a call to a number that gave us a missed call; not after `expires_at` (journeys.md M1)."""
    minute = int(rt.clock().timestamp()) // 60
    return _owe(
        unit,
        rt,
        reason=DeliveryReason.RING,
        kind=VOICE,
        priority=PERSONAL,
        number_id=number_id,
        expires_at=expires_at,
        dedupe=f"ring:{number_id}:{minute}",
    )


def owe_about(
    unit: UnitOfWork,
    rt: Runtime,
    report: Report,
    reason: DeliveryReason,
    number_id: int,
    dedupe: str,
    **more: Any,
) -> int | None:
    """Owe a reporter a call about their report, in the language they spoke: the answer, an interim word, go on."""
    return _owe(
        unit,
        rt,
        reason=reason,
        kind=VOICE,
        priority=PERSONAL,
        number_id=number_id,
        member_id=report.member_id,
        report_id=report.id,
        language=report.language,
        dedupe=dedupe,
        **more,
    )


def owe_text_about(
    unit: UnitOfWork, rt: Runtime, report: Report, number_id: int, text: str, dedupe: str
) -> int | None:
    """Owe a reporter the interim word in writing. It is judged as the call is: in hours, and not after a STOP."""
    return _owe(
        unit,
        rt,
        reason=DeliveryReason.INTERIM,
        kind=SMS,
        number_id=number_id,
        member_id=report.member_id,
        report_id=report.id,
        sealed_text=rt.vault.seal_text(text, TEXT_PURPOSE, dedupe),
        dedupe=dedupe,
    )


def severed_dedupe() -> str:
    """Return the name of such a delivery when it is over: nobody is shown it any more."""
    return f"{SEVERED}{uuid4().hex}"


def sealed_dedupe() -> str:
    """Return a name for a delivery to somebody who stays unnamed: it tells nothing, and says what is to be severed."""
    return f"{UNNAMED}{uuid4().hex}"


def cancel_calls(unit: UnitOfWork, rt: Runtime, report_id: int, reason: DeliveryReason) -> None:
    """Take back calls about a report that were not made yet: it was taken, or a newer answer came."""
    unit.db.execute(
        update(Delivery)
        .where(Delivery.report_id == report_id, Delivery.reason == reason)
        .where(Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.HELD)))
        .values(state=DeliveryState.CANCELLED, ended_at=rt.clock())
        .execution_options(synchronize_session=False)
    )


def owe_duty_call(
    unit: UnitOfWork, rt: Runtime, report: Report, number_id: int, unit_id: int, due_at: datetime
) -> int | None:
    """Owe a duty number of this unit a call about a dangerous report, before all others and at any hour."""
    return _owe(
        unit,
        rt,
        reason=DeliveryReason.DUTY,
        kind=VOICE,
        priority=URGENT,
        number_id=number_id,
        report_id=report.id,
        due_at=due_at,
        dedupe=f"duty:{report.id}:{number_id}:{unit_id}",
    )


def owe_test(
    unit: UnitOfWork, rt: Runtime, broadcast: Broadcast, number_id: int, staff_id: int, language: str
) -> int | None:
    """Owe a person of staff a test of a broadcast on their own phone; as often as they ask."""
    return _owe(
        unit,
        rt,
        reason=DeliveryReason.TEST,
        kind=broadcast.kind,
        priority=PERSONAL,
        number_id=number_id,
        broadcast_id=broadcast.id,
        staff_id=staff_id,
        language=language,
        dedupe=None,
    )


def owe_fallback(unit: UnitOfWork, rt: Runtime, voice: Delivery) -> int | None:
    """Owe a member in writing what a broadcast's voice could not tell them: once a broadcast."""
    return _owe(
        unit,
        rt,
        reason=DeliveryReason.BROADCAST,
        kind=SMS,
        number_id=voice.number_id,
        broadcast_id=voice.broadcast_id,
        member_id=voice.member_id,
        language=voice.language,
        expires_at=voice.expires_at,
        dedupe=None,
    )


def cancel_fallback(unit: UnitOfWork, rt: Runtime, voice: Delivery) -> None:
    """Take back the text that a broadcast still owes this member."""
    unit.db.execute(
        update(Delivery)
        .where(Delivery.broadcast_id == voice.broadcast_id, Delivery.member_id == voice.member_id)
        .where(Delivery.kind == SMS, Delivery.state.in_((DeliveryState.QUEUED, DeliveryState.HELD)))
        .values(state=DeliveryState.CANCELLED, ended_at=rt.clock())
        .execution_options(synchronize_session=False)
    )


def owe_introductions(unit: UnitOfWork, rt: Runtime, owed: Sequence[tuple[int, int, str | None]]) -> None:
    """Owe each (member, number, language) the one call that a coordinator's word allows: it asks, and nothing else."""
    rows = [
        _row(
            rt,
            VOICE,
            reason=DeliveryReason.INTRODUCTION,
            number_id=number_id,
            member_id=member_id,
            language=language,
            dedupe=f"introduction:{member_id}",
        )
        for member_id, number_id, language in owed
    ]
    if rows:
        unit.db.execute(insert(Delivery).on_conflict_do_nothing(), rows)
        ring_senders(unit, rt, VOICE)


def owe_number_check(
    unit: UnitOfWork, rt: Runtime, number_id: int, member_id: int, change_id: int, language: str | None
) -> int | None:
    """Owe a member's old number one call that asks whether it changed (journeys.md M6)."""
    return _owe(
        unit,
        rt,
        reason=DeliveryReason.NUMBER_CHANGE,
        kind=VOICE,
        number_id=number_id,
        member_id=member_id,
        language=language,
        dedupe=f"{NUMBER_CHECK}{change_id}",
    )


def owe_sms(
    unit: UnitOfWork, rt: Runtime, number_id: int, text: str, dedupe: str, member_id: int | None = None
) -> int | None:
    """Owe a number a text of its own: a reply or a reference. The words are sealed."""
    return _owe(
        unit,
        rt,
        reason=DeliveryReason.REPLY,
        kind=SMS,
        priority=PERSONAL,
        number_id=number_id,
        member_id=member_id,
        sealed_text=rt.vault.seal_text(text, TEXT_PURPOSE, dedupe),
        dedupe=dedupe,
    )


def owe_brief(
    unit: UnitOfWork,
    rt: Runtime,
    kind: str,
    *,
    rollup_id: int,
    staff_id: int,
    number_id: int,
    language: str,
    expires_at: datetime,
    text: str | None,
) -> int | None:
    """Owe a person of staff the day's roll-up by one way, once; the words of an SMS are sealed."""
    dedupe = f"brief:{rollup_id}:{staff_id}:{kind}"
    return _owe(
        unit,
        rt,
        reason=DeliveryReason.BRIEF,
        kind=kind,
        number_id=number_id,
        staff_id=staff_id,
        subject_id=rollup_id,
        language=language,
        sealed_text=rt.vault.seal_text(text, TEXT_PURPOSE, dedupe) if text is not None else None,
        expires_at=expires_at,
        dedupe=dedupe,
    )


def _owe(unit: UnitOfWork, rt: Runtime, kind: str, **values: Any) -> int | None:
    row = _row(rt, kind, **values)
    delivery_id = unit.db.scalar(insert(Delivery).values(row).on_conflict_do_nothing().returning(Delivery.id))
    if delivery_id is not None:
        unit.ring(_Bell(rt, kind))
    return delivery_id


def _row(rt: Runtime, kind: str, **values: Any) -> dict[str, Any]:
    now = rt.clock()
    return {
        "kind": kind,
        "priority": ORDINARY,
        "state": DeliveryState.QUEUED,
        "tries": 0,
        "fence": 0,
        "due_at": now,
        "created_at": now,
        **values,
    }


class _Bell:
    """A bell that equals another of its kind, so that a unit of work rings it once."""

    def __init__(self, rt: Runtime, kind: str) -> None:
        self._rt, self._kind = rt, kind

    def __call__(self) -> None:
        self._rt.bells.send_due(self._kind)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Bell) and other._kind == self._kind

    def __hash__(self) -> int:
        return hash(self._kind)


def ring_senders(unit: UnitOfWork, rt: Runtime, kind: str) -> None:
    """Wake whoever sends this kind, after the commit."""
    unit.ring(_Bell(rt, kind))
