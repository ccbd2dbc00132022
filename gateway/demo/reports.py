"""Writes the reports of the demo: who spoke, the call or SMS that brought it, its voice note, its history and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flows.references import make
from gateway.demo.answers import write_answers
from gateway.demo.content import Told
from gateway.demo.desks import desk_of
from gateway.demo.events import write_events
from gateway.demo.histories import Step, steps_of
from gateway.demo.house import House, Placed
from gateway.demo.outbox import call_row
from gateway.demo.places import BOOTH_OF_24, DISTRICT
from gateway.demo.rows import Row, reserve, write
from gateway.demo.voices import Note
from gateway.inbox import TEXT_PURPOSE as MESSAGE_PURPOSE
from gateway.models import Call, Message, Report, Unit, VoiceNote
from gateway.phones import Number
from gateway.states import ReportState, Urgency
from gateway.store import people, reports
from gateway.store.units import ROOT_CODE

STRANGERS = 50_001  # where the numbers of callers who are no members begin
DAY_BEGINS, DAY_ENDS, NIGHT_HOURS = 5, 22, 7
TALK_BESIDE = 38  # seconds of a call that are not the voice note


@dataclass(frozen=True, eq=False)
class Filed:
    """A report with everything that its rows name."""

    told: Told
    report_id: int
    by: Placed | None
    number_id: int
    place: Unit
    desk: Unit
    received_at: datetime
    steps: list[Step]
    note: Note | None

    @property
    def state(self) -> ReportState:
        return ReportState(self.told.state)

    def reached(self, *states: ReportState) -> datetime | None:
        """Return when it first reached one of these states."""
        return next((step.at for step in self.steps if step.state in states), None)


def write_reports(house: House, told: list[Told], notes: Mapping[Told, Note]) -> None:
    """Write them all, the oldest with the first reference."""
    db = house.unit.db
    oldest_first = sorted(told, key=lambda each: -each.days)
    ids = reserve(db, Report, len(told))
    strangers = _strangers(house, sum(not each.place for each in told))
    used: set[int] = set()
    filed = [
        _file(house, each, report_id, used, strangers, notes.get(each))
        for each, report_id in zip(oldest_first, ids, strict=True)
    ]
    _write_rows(house, filed)
    write_events(house, filed)
    write_answers(house, filed)


def _file(
    house: House, told: Told, report_id: int, used: set[int], strangers: list[int], note: Note | None
) -> Filed:
    received_at = _came_at(house, told)
    by = _reporter(house, told, used) if told.place else None
    place = by.unit if by else house.units[ROOT_CODE]
    steps = steps_of(ReportState(told.state), received_at, house.now, house.rt.profile, house.dice)
    number_id = by.number_id if by else strangers.pop()
    desk = desk_of(house, place, told)
    return Filed(told, report_id, by, number_id, place, desk, received_at, steps, note)


def _came_at(house: House, told: Told) -> datetime:
    if told.urgency == "danger":
        return house.ago(told.days)
    if told.days < 2:
        return _by_day(house, house.ago(told.days))
    return house.at_day(told.days, house.dice.randint(7, 19), house.dice.randrange(60))


def _by_day(house: House, at: datetime) -> datetime:
    """At night few people ring: what would have come then came in the evening before."""
    hour = at.astimezone(house.rt.profile.timezone).hour
    return at - timedelta(hours=NIGHT_HOURS) if hour < DAY_BEGINS or hour >= DAY_ENDS else at


def _reporter(house: House, told: Told, used: set[int]) -> Placed:
    code = BOOTH_OF_24 if told.place == "booth" else f"{DISTRICT}-{told.place}"
    able = [each for each in house.people_under(code) if each.is_reachable and each.member_id not in used]
    same = [each for each in able if each.person.language == told.language] or able
    fitting = [each for each in same if not told.voice or each.person.is_woman == (told.voice == "woman")]
    chosen = house.dice.choice(fitting or same)
    used.add(chosen.member_id)
    return chosen


def _strangers(house: House, count: int) -> list[int]:
    numbers = [Number(f"+9170000{STRANGERS + index}") for index in range(count)]
    indexes = {house.rt.vault.index(each): each for each in numbers}
    return list(people.add_numbers(house.unit.db, house.rt.vault, indexes, house.ago(3)).values())


def _write_rows(house: House, filed: list[Filed]) -> None:
    db = house.unit.db
    spoken = [each for each in filed if each.told.source == "voice"]
    texted = [each for each in filed if each.told.source == "sms"]
    calls = dict(zip(spoken, reserve(db, Call, len(spoken)), strict=True))
    notes = dict(zip(spoken, reserve(db, VoiceNote, len(spoken)), strict=True))
    messages = dict(zip(texted, reserve(db, Message, len(texted)), strict=True))
    write(db, Call, [_call(house, each, call_id) for each, call_id in calls.items()])
    write(db, VoiceNote, [_note(each, note_id, calls[each]) for each, note_id in notes.items()])
    write(db, Message, [_message(house, each, message_id) for each, message_id in messages.items()])
    rows = []
    for each in filed:
        brought = {"call_id": calls.get(each), "voice_note_id": notes.get(each)}
        rows.append(_report(house, each) | brought | {"message_id": messages.get(each)})
    write(db, Report, rows)
    back = [{"id": call_id, "report_id": each.report_id} for each, call_id in calls.items()]
    db.bulk_update_mappings(Call.__mapper__, back)


def _report(house: House, filed: Filed) -> Row:
    told, is_red_taken = filed.told, filed.told.urgency == "danger" and filed.told.state != "received"
    worker = house.staff_for(filed.desk.path)
    is_given = filed.reached(ReportState.ASSIGNED) and filed.state is not ReportState.REOPENED
    sealed = house.rt.vault.seal_text(told.said, reports.TEXT_PURPOSE) if told.source == "sms" else None
    return {
        "id": filed.report_id,
        "reference": make(reports.next_number(house.unit.db)),
        "state": filed.state,
        "urgency": Urgency(told.urgency),
        "source": told.source,
        "member_id": filed.by.member_id if filed.by else None,
        "number_id": filed.number_id,
        "unit_id": filed.place.id,
        "desk_unit_id": filed.desk.id,
        "is_past_local": told.is_past_local,
        "sealed_text": sealed,
        "language": told.language,
        "category": told.category,
        "assignee_id": worker.id if is_given else None,
        "received_at": filed.received_at,
        "taken_at": filed.received_at + timedelta(minutes=4) if is_red_taken else None,
        "answered_at": filed.reached(ReportState.ANSWERED),
        "closed_at": filed.reached(ReportState.CONFIRMED, ReportState.CLOSED_UNCONFIRMED),
    }


def _call(house: House, filed: Filed, call_id: int) -> Row:
    assert filed.note
    line = house.rt.settings.voice_numbers
    return call_row(
        house,
        call_id=call_id,
        provider_id=f"demo-report-{filed.report_id}",
        is_inbound=True,
        line=line[-1].number if line else "",
        number_id=filed.number_id,
        member_id=filed.by.member_id if filed.by else None,
        language=filed.told.language,
        at=filed.received_at - timedelta(seconds=20),
        seconds=round(filed.note.seconds) + TALK_BESIDE,
    )


def _note(filed: Filed, note_id: int, call_id: int) -> Row:
    assert filed.note
    return {
        "id": note_id,
        "call_id": call_id,
        "member_id": filed.by.member_id if filed.by else None,
        "clip_key": filed.note.key,
        "seconds": filed.note.seconds,
        "peaks": filed.note.peaks,
        "is_blank": filed.note.is_blank,
        "tries": 1,
        "announced_at": filed.received_at,
        "fetched_at": filed.received_at + timedelta(seconds=4),
    }


def _message(house: House, filed: Filed, message_id: int) -> Row:
    return {
        "id": message_id,
        "provider": house.rt.provider,
        "provider_id": f"demo-report-{filed.report_id}",
        "is_inbound": True,
        "line": house.rt.settings.sms_sender or "sms",
        "number_id": filed.number_id,
        "member_id": filed.by.member_id if filed.by else None,
        "sealed_text": house.rt.vault.seal_text(filed.told.said, MESSAGE_PURPOSE),
        "intent": "free" if filed.state is ReportState.DRAFT else "report",
        "at": filed.received_at,
    }
