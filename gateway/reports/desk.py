"""Staff's work on a report: heard, taken, given, in work, blank, and what is written on it.

Who may is decided at the door (`gateway.access`). Each deed returns the id of its line in the history, by which it is
undone (`reports.undo`); 0 where nothing was left to do.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from sqlalchemy import select, update

from flows.catalog.problem import CODES
from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.errors import Conflict
from gateway.models import Mention, Staff
from gateway.reports import alarm, places, reach
from gateway.reports.climbing import give_back
from gateway.reports.deeds import Deed, begin
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, ReportState, Urgency
from gateway.store import reports
from gateway.store import staff as people

UNIT, OFFICE, NOBODY = "unit", "office", "nobody"
LONGEST_NOTE, LONGEST_OFFICE = 2000, 120
_NEW = (ReportState.DRAFT, ReportState.UNVERIFIED, ReportState.RECEIVED, ReportState.REOPENED)


def mark_heard(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int:
    """Somebody of staff has listened; later states stay as they are. No lock: two may listen."""
    deed = begin(unit, rt, report_id, staff_id, is_working=False)
    report = deed.report
    is_new = report.state in _NEW and deed.move(ReportState.HEARD)
    if not is_new and report.heard_at is not None:
        return 0
    report.heard_at = report.heard_at or deed.at
    return deed.done("heard")


def take(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int:
    """A person takes a dangerous report: it is no longer red. Raises Conflict where somebody has it."""
    deed = begin(unit, rt, report_id, staff_id)
    if deed.report.taken_at is not None:
        raise Conflict("somebody has taken this report already")
    alarm.taken(deed)
    _give_to(deed, deed.report.assignee_id or staff_id)
    return deed.done("taken")


def assign(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int | None, to_id: int) -> int:
    """Give a report to one of staff who may know of it; the state follows where it may. Raises Conflict else."""
    deed = begin(unit, rt, report_id, staff_id)
    _refuse_strangers(deed, [to_id])
    if deed.report.is_red and to_id == staff_id:  # whoever gives a danger to themselves has taken it
        alarm.taken(deed)
    _give_to(deed, to_id)
    return deed.done("assigned", to=to_id)


def unassign(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int:
    """Take a report from its owner; it waits to be given to somebody again."""
    deed = begin(unit, rt, report_id, staff_id)
    if deed.report.assignee_id is None:
        raise Conflict("nobody has this report")
    give_back(deed)
    return deed.done("unassigned")


def start_work(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int:
    """Work on it has begun; whoever begins has it, where nobody had. Raises Conflict where it is beyond that."""
    deed = begin(unit, rt, report_id, staff_id)
    _give_to(deed, deed.report.assignee_id or staff_id)
    deed.move_or_refuse(ReportState.IN_WORK)
    return deed.done("in_work")


def mark_blank(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> int:
    """Nothing can be heard on it: the reporter is rung once and asked to say it again. Raises Conflict where it is
    beyond that."""
    deed = begin(unit, rt, report_id, staff_id)
    deed.move_or_refuse(ReportState.BLANK)
    reach.owe_go_on(unit, rt, deed.report)
    return deed.done("blank")


def set_category(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int, code: str | None) -> int:
    """Say what it is about, by its two-digit code; None takes it away."""
    if code is not None and code not in CODES:
        raise Conflict("there is no such category")
    deed = begin(unit, rt, report_id, staff_id)
    deed.report.category = code
    return deed.done("category", code=code)


def set_urgency(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int, urgency: Urgency | str) -> int:
    """Correct how urgent it is; danger that nobody has taken rings the duty numbers."""
    deed = begin(unit, rt, report_id, staff_id)
    was, deed.report.urgency = deed.report.urgency, Urgency(urgency)
    if deed.report.urgency == Urgency.DANGER and was != Urgency.DANGER:
        alarm.ring(unit, rt, deed.report)
    if deed.report.urgency != Urgency.DANGER:
        owe.cancel_calls(unit, rt, report_id, DeliveryReason.DUTY)
    return deed.done("urgency", level=str(deed.report.urgency))


def set_place(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int, unit_id: int) -> int:
    """Correct where it is: its desk and who may know of it follow, and its deadlines begin anew."""
    deed = begin(unit, rt, report_id, staff_id)
    places.put_at(unit.db, deed.report, unit_id)
    give_back(deed)
    return deed.done("placed", unit=unit_id)


def set_must_act(
    unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int, who: str | None, office: str = ""
) -> int:
    """Say who must act: the own unit, an office outside, nobody; we help, we are not the authority."""
    if who not in (None, UNIT, OFFICE, NOBODY):
        raise Conflict("who must act is the unit, an office or nobody")
    name = " ".join(office.split())
    if len(name) > LONGEST_OFFICE:
        raise Conflict(f"the office's name is longer than {LONGEST_OFFICE} letters")
    deed = begin(unit, rt, report_id, staff_id)
    deed.report.must_act, deed.report.office = who, name if who == OFFICE and name else None
    return deed.done("must_act", who=who)


def restrict(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int, is_restricted: bool) -> int:
    """It accuses somebody by name: only who may see such, and its owner, know of it from now on; or all do again."""
    deed = begin(unit, rt, report_id, staff_id)
    deed.report.is_restricted = is_restricted
    return deed.done("restricted" if is_restricted else "unrestricted")


def write_note(
    unit: UnitOfWork,
    rt: Runtime,
    report_id: int,
    staff_id: int,
    text: str,
    mentioned_ids: Collection[int] = (),
) -> int:
    """Write to colleagues; who is named finds it among theirs. Notes pass a lock and are not undone."""
    words = text.strip()
    if not words:
        raise Conflict("a note needs words")
    if len(words) > LONGEST_NOTE:
        raise Conflict(f"a note is at most {LONGEST_NOTE} letters long; this one has {len(words)}")
    deed = begin(unit, rt, report_id, staff_id, is_working=False)
    _refuse_strangers(deed, mentioned_ids)
    sealed = rt.vault.seal_text(words, reports.NOTE_PURPOSE, report_id)
    event_id = deed.done("note", sealed=sealed, mentioned=len(set(mentioned_ids)))
    for each in sorted(set(mentioned_ids)):
        unit.db.add(Mention(event_id=event_id, staff_id=each, report_id=report_id, at=deed.at))
    unit.db.flush()
    return event_id


def see_mentions(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int) -> None:
    """Who was named in its notes has seen them."""
    theirs = (Mention.report_id == report_id, Mention.staff_id == staff_id, Mention.seen_at.is_(None))
    unit.db.execute(update(Mention).where(*theirs).values(seen_at=rt.clock()))


def wants_language(unit: UnitOfWork, rt: Runtime, report_id: int, staff_id: int, code: str) -> int:
    """It is spoken in another language than was thought: who understands that finds it, and its answer is in it."""
    if not re.fullmatch("[a-z]{2,3}", code):
        raise Conflict("a language is named by two or three letters")
    deed = begin(unit, rt, report_id, staff_id)
    deed.report.language = code
    if deed.report.assignee_id == staff_id:
        give_back(deed)
    return deed.done("language", code=code)


def give_back_of_leaver(unit: UnitOfWork, rt: Runtime, report_id: int) -> int:
    """Its owner has left: it waits to be given to somebody again."""
    deed = begin(unit, rt, report_id, None)
    give_back(deed)
    return deed.done("given_back")


def _give_to(deed: Deed, to_id: int) -> None:
    report = deed.report
    report.heard_at = report.heard_at or deed.at
    report.assigned_at = report.assigned_at or deed.at
    report.assignee_id = to_id
    deed.move(ReportState.ASSIGNED)


def _refuse_strangers(deed: Deed, staff_ids: Collection[int]) -> None:
    """Raise Conflict for people who work no more, or who may not know of this report."""
    db = deed.unit.db
    for person in db.scalars(select(Staff).where(Staff.id.in_(staff_ids), Staff.disabled_at.is_not(None))):
        raise Conflict(f"{person.name} does not work here any more")
    able = {each.id for each in people.list_above(db, _seen_from(deed))}
    if not set(staff_ids) <= able:
        raise Conflict("this colleague may not see this report")


def _seen_from(deed: Deed) -> str:
    return places.path_of(deed.unit.db, deed.report.sight_unit_id)
