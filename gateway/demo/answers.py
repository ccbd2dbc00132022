"""Writes the answers that were given, and the calls that took them to the members."""

from __future__ import annotations

from datetime import datetime, timedelta

from gateway.demo.filed import Filed
from gateway.demo.house import House
from gateway.demo.outbox import VOICE, Owed, Tried, write_owed
from gateway.demo.rows import reserve, write
from gateway.models import Answer
from gateway.rules.retry import Cause
from gateway.states import DeliveryReason, ReportState

HEARD, NOBODY, CUT = (Cause.HEARD,), (Cause.NO_ANSWER,) * 3, (Cause.NO_ANSWER, Cause.ANSWERED_NOT_HEARD)
# Still open: one heard it and pressed nothing, one was never at the phone, one hung up.
OPEN = (HEARD, CUT, HEARD, NOBODY)


def write_answers(house: House, filed: list[Filed]) -> None:
    """Write the answers and their deliveries; their sounds are made in the background."""
    answered = [each for each in filed if each.told.answer]
    ids = reserve(house.unit.db, Answer, len(answered))
    rows, owed = [], []
    for nth, (answer_id, each) in enumerate(zip(ids, answered, strict=True)):
        at = each.reached(ReportState.ANSWERED)
        assert at
        place = each.desk if each.told.is_past_local else each.place
        row = {"id": answer_id, "report_id": each.report_id, "staff_id": house.staff_for(place.path).id}
        rows.append(row | {"texts": {each.told.language: each.told.answer}, "sounds": {}, "at": at})
        owed.append(_owed(house, each, answer_id, at, _causes(each, nth)))
    write(house.unit.db, Answer, rows)
    write_owed(house, owed)


def _causes(filed: Filed, nth: int) -> tuple[Cause, ...]:
    match filed.state:
        case ReportState.ANSWERED:
            return OPEN[nth % len(OPEN)]
        case ReportState.CLOSED_UNCONFIRMED:
            return NOBODY
        case _:
            return HEARD


def _owed(house: House, filed: Filed, answer_id: int, at: datetime, causes: tuple[Cause, ...]) -> Owed:
    end = filed.reached(ReportState.CONFIRMED, ReportState.REOPENED, ReportState.CLOSED_UNCONFIRMED)
    room = (end or house.now) - at
    step = min(timedelta(hours=26), room / (len(causes) + 1))
    first = at + min(timedelta(minutes=1), room / 4)
    tries = [Tried(cause, first + step * nth, _seconds(cause, filed)) for nth, cause in enumerate(causes)]
    return Owed(
        reason=DeliveryReason.ANSWER,
        kind=VOICE,
        number_id=filed.number_id,
        member_id=filed.by.member_id if filed.by else None,
        language=filed.told.language,
        created_at=at,
        tries=tries,
        report_id=filed.report_id,
        answer_id=answer_id,
    )


def _seconds(cause: Cause, filed: Filed) -> int:
    spoken = len(filed.told.answer) // 12
    return {Cause.HEARD: spoken + 14, Cause.ANSWERED_NOT_HEARD: 4}.get(cause, 0)
