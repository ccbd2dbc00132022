"""Writes the answers that were given, words between them too, and the calls that took them to the members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.demo.filed import Filed
from gateway.demo.histories import told_at
from gateway.demo.house import House
from gateway.demo.outbox import VOICE, Owed, Tried, write_owed
from gateway.demo.rows import reserve, write
from gateway.models import Answer
from gateway.rules.retry import Cause
from gateway.states import DeliveryReason, ReportState

HEARD, NOBODY, CUT = (Cause.HEARD,), (Cause.NO_ANSWER,) * 3, (Cause.NO_ANSWER, Cause.ANSWERED_NOT_HEARD)
# Still open: one heard it and pressed nothing, one was never at the phone, one hung up.
OPEN = (HEARD, CUT, HEARD, NOBODY)
SAID = (ReportState.CONFIRMED, ReportState.REOPENED, ReportState.CLOSED_UNCONFIRMED)


@dataclass(frozen=True)
class Said:
    """Words to a reporter: when, how the calls with them ended, and until when they could be made."""

    filed: Filed
    words: str
    at: datetime
    until: datetime
    causes: tuple[Cause, ...] = HEARD
    is_interim: bool = False


def write_answers(house: House, filed: list[Filed]) -> None:
    """Write the answers and their deliveries; their sounds are made in the background."""
    answered = [each for each in filed if each.told.answer]
    said = [each for nth, one in enumerate(answered) for each in _answers(house, one, nth)]
    said += [each for one in filed if one.told.told for each in _interim(house, one)]
    ids = reserve(house.unit.db, Answer, len(said))
    rows = [
        {
            "id": answer_id,
            "report_id": each.filed.report_id,
            "staff_id": house.staff_for(_desk(each.filed)).id,
            "is_interim": each.is_interim,
            "texts": {each.filed.told.language: each.words},
            "sounds": {},
            "at": each.at,
        }
        for answer_id, each in zip(ids, said, strict=True)
    ]
    write(house.unit.db, Answer, rows)
    write_owed(house, [_owed(each, answer_id) for answer_id, each in zip(ids, said, strict=True)])


def _desk(filed: Filed) -> str:
    return (filed.desk if filed.told.is_past_local else filed.place).path


def _answers(house: House, filed: Filed, nth: int) -> Iterator[Said]:
    """The answer, and the second one where the first did not solve it."""
    first, last = filed.reached(ReportState.ANSWERED), filed.last(ReportState.ANSWERED)
    assert first and last
    yield Said(filed, filed.told.answer, first, filed.reached(*SAID) or house.now, _causes(filed, nth))
    if filed.told.again:
        yield Said(filed, filed.told.again, last, filed.last(*SAID) or house.now)


def _interim(house: House, filed: Filed) -> Iterator[Said]:
    at = told_at(filed.received_at)
    yield Said(filed, filed.told.told, at, at + timedelta(hours=4), is_interim=True)


def _causes(filed: Filed, nth: int) -> tuple[Cause, ...]:
    match filed.state:
        case ReportState.ANSWERED:
            return OPEN[nth % len(OPEN)]
        case ReportState.CLOSED_UNCONFIRMED:
            return NOBODY
        case _:
            return HEARD


def _owed(said: Said, answer_id: int) -> Owed:
    filed, room = said.filed, said.until - said.at
    step = min(timedelta(hours=26), room / (len(said.causes) + 1))
    first = said.at + min(timedelta(minutes=1), room / 4)
    tries = [Tried(cause, first + step * nth, _seconds(cause, said)) for nth, cause in enumerate(said.causes)]
    return Owed(
        reason=DeliveryReason.INTERIM if said.is_interim else DeliveryReason.ANSWER,
        kind=VOICE,
        number_id=filed.number_id,
        member_id=filed.by.member_id if filed.by else None,
        language=filed.told.language,
        created_at=said.at,
        tries=tries,
        report_id=filed.report_id,
        answer_id=answer_id,
    )


def _seconds(cause: Cause, said: Said) -> int:
    spoken = len(said.words) // 12
    return {Cause.HEARD: spoken + 14, Cause.ANSWERED_NOT_HEARD: 4}.get(cause, 0)
