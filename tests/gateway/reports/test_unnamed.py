"""A reporter who stays unnamed: the answer rings, and nothing leads from the report to the number (issue 4, 3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Table, select, text

from flows.steps import AddToReport, OpenReport
from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import Base, Call, Delivery, Report, VoiceNote
from gateway.phones import Number
from gateway.reports import answering, opening, results, sweep, unnamed
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import CallState, DeliveryReason, ReportState
from gateway.store import numbers
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.reports.desks import Tree, a_tree, kinds, report
from tests.lines import CALLS_BACK, Caller


@pytest.fixture
def tree(rt: Runtime) -> Tree:
    return a_tree(rt, "BOOTH-1")


@pytest.fixture
def phone() -> Number:
    return a_number()


def a_call(rt: Runtime, number_id: int, member_id: int) -> int:
    with unit_of_work(rt.engine) as unit:
        call = Call(
            provider="loopback", provider_id=f"in-{number_id}", is_inbound=True, line="+918000000002",
            number_id=number_id, member_id=member_id, state=CallState.ANSWERED, language="hi",
            started_at=rt.clock(), stepped_at=rt.clock(), facts={"language": "hi", "report": {"id": 1}},
            conversation={"state": {}, "wait": None, "said": None, "heard": ["answer 1"]},
        )  # fmt: skip
        unit.db.add(call)
        unit.db.flush()
        note = VoiceNote(call_id=call.id, member_id=member_id, announced_at=rt.clock())
        unit.db.add(note)
        unit.db.flush()
        scene = Scene(number_id, member_id, "hi", call_id=call.id)
        opening.open_report(unit, rt, scene, OpenReport(note=str(note.id), is_unnamed=True))
        return call.id


@pytest.fixture
def told(rt: Runtime, tree: Tree, phone: Number) -> int:
    """Sita has told something by phone without her name; the call is over. Returns the report's id."""
    member_id = a_member(rt, "Sita", number=phone)
    with unit_of_work(rt.engine) as unit:
        number_id = numbers.add_number(unit.db, rt.vault, phone, rt.clock())
    call_id = a_call(rt, number_id, member_id)
    with unit_of_work(rt.engine) as unit:
        call = unit.db.get_one(Call, call_id)
        assert call.report_id is not None  # while it is under way, keys about urgency belong to the report
        call.state, call.ended_at = CallState.ENDED, rt.clock()
        results.call_ended(unit, rt, call)
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(Report.id)).one()


def reachable(rt: Runtime, report_id: int) -> set[tuple[str, int]]:
    """Every row that foreign keys connect with this report, in either direction, staff and places apart."""
    seen: set[tuple[str, int]] = set()
    todo = [("reports", report_id)]
    with rt.engine.connect() as db:
        while todo:
            here = todo.pop()
            if here in seen:
                continue
            seen.add(here)
            for table, column, target in _keys():
                if table.name == here[0]:
                    query = f'SELECT "{column}" FROM "{table.name}" WHERE id = {here[1]}'
                    todo += [(target, row[0]) for row in db.execute(text(query)) if row[0] is not None]
                if target == here[0] and "id" in table.c:
                    query = f'SELECT id FROM "{table.name}" WHERE "{column}" = {here[1]}'
                    todo += [(table.name, row[0]) for row in db.execute(text(query))]
    return seen


def _keys() -> Iterator[tuple[Table, str, str]]:
    """Every foreign key, and the columns that name a row without one; the tree of units connects everybody."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            for key in column.foreign_keys:
                if key.column.table.name not in ("units", "staff") and "id" in table.c:
                    yield table, column.name, key.column.table.name
    attempts = Base.metadata.tables["attempts"]
    yield attempts, "number_id", "numbers"


def people_in(rows: set[tuple[str, int]]) -> set[str]:
    return {table for table, _ in rows} & {
        "numbers",
        "members",
        "calls",
        "messages",
        "attempts",
        "conversations",
    }


def everything_about(rt: Runtime, report_id: int) -> str:
    """All that stands in the rows of the report and what hangs on it."""
    with rt.engine.connect() as db:
        return " ".join(
            str(db.execute(text(f'SELECT t::text FROM "{table}" t WHERE id = {row_id}')).scalar())
            for table, row_id in reachable(rt, report_id)
        )


def test_nothing_leads_from_the_report_to_the_number(rt: Runtime, told: int, phone: Number) -> None:
    assert people_in(reachable(rt, told)) == set()
    with unit_of_work(rt.engine) as unit:
        number_id = numbers.add_number(unit.db, rt.vault, phone, rt.clock())
        assert unnamed.number_of(rt, unit.db.get_one(Report, told)) == number_id
        call = unit.db.scalars(select(Call)).one()
        assert (call.is_sealed, call.report_id) == (True, None)
        assert "report" not in (call.facts or {})
        assert call.conversation and call.conversation["heard"] == ["answer"]
        assert (
            unit.db.scalars(select(Delivery)).all() == []
        )  # no SMS with the reference on a phone others read


def test_seal_opens_for_its_own_report_alone(rt: Runtime, told: int) -> None:
    from cryptography.exceptions import InvalidTag

    found = report(rt, told)
    found.reference = "9999"
    with pytest.raises(InvalidTag):
        unnamed.number_of(rt, found)


def test_answer_rings_there_and_leaves_no_trace_when_it_is_over(
    rt: Runtime, tree: Tree, told: int, phone: Number, client: FlaskClient
) -> None:
    with unit_of_work(rt.engine) as unit:
        answering.answer(unit, rt, told, tree.staff["BOOTH-1"], {"hi": "हो गया।"}, {})
    assert "numbers" in people_in(reachable(rt, told))  # the one exception: while it is owed
    assert send_some(rt, "voice").handed == 1
    placed = rt.voice.placed[-1]  # type: ignore[attr-defined]
    assert placed.number == phone
    caller = Caller(client, phone, CALLS_BACK, is_inbound=False, provider_id=placed.provider_id)
    caller.ring()
    while "हो गया" not in caller.heard[-1]:
        caller.press("1")  # it was I
    caller.press("1")  # solved
    caller.hang_up(20)
    found = report(rt, told)
    assert (found.state, found.closed_how) == (ReportState.CONFIRMED, "call")
    assert people_in(reachable(rt, told)) == set()
    assert kinds(rt, told)[-2:] == ["rang", "call_over"]
    with unit_of_work(rt.engine) as unit:
        for call in unit.db.scalars(select(Call)):
            assert call.is_sealed
            assert found.reference not in str(call.facts) + str(call.conversation)
    for canary in (str(phone), str(phone)[-10:]):
        assert canary not in everything_about(rt, told)


def test_call_that_nobody_picks_up_is_tried_again_and_severed_at_its_end(
    rt: Runtime, tree: Tree, told: int, phone: Number, client: FlaskClient, clock: TestClock
) -> None:
    with unit_of_work(rt.engine) as unit:
        answering.answer(unit, rt, told, tree.staff["BOOTH-1"], {"hi": "हो गया।"}, {})
    for _ in range(30):
        before = len(rt.voice.placed)  # type: ignore[attr-defined]
        send_some(rt, "voice")
        if len(rt.voice.placed) > before:  # type: ignore[attr-defined]
            placed = rt.voice.placed[-1]  # type: ignore[attr-defined]
            Caller(client, phone, CALLS_BACK, is_inbound=False, provider_id=placed.provider_id).hang_up(
                0, "no_answer"
            )
        clock.forward(hours=6)
        sweep.sweep(rt)
        if report(rt, told).state == ReportState.CLOSED_UNCONFIRMED:
            break
    assert report(rt, told).state == ReportState.CLOSED_UNCONFIRMED
    sweep.sweep(rt)
    assert people_in(reachable(rt, told)) == set()


def test_refused_call_is_severed_by_the_sweep(
    rt: Runtime, tree: Tree, told: int, phone: Number, clock: TestClock
) -> None:
    from gateway.store import suppressions

    clock.forward(minutes=1)
    with unit_of_work(rt.engine) as unit:
        suppressions.add_suppression(unit.db, rt.vault.index(phone), "court", rt.clock())
        answering.answer(unit, rt, told, tree.staff["BOOTH-1"], {"hi": "हो गया।"}, {})
    send_some(rt, "voice")
    sweep.sweep(rt)
    assert people_in(reachable(rt, told)) == set()
    assert (report(rt, told).ask_at, kinds(rt, told)[-1]) == (None, "beyond_reach")


def test_recording_that_comes_late_finds_its_report_by_the_mark(rt: Runtime, told: int) -> None:
    with unit_of_work(rt.engine) as unit:
        call = unit.db.scalars(select(Call)).one()
        late = VoiceNote(call_id=call.id, member_id=call.member_id, announced_at=rt.clock())
        unit.db.add(late)
        unit.db.flush()
        results.note_came_late(unit, rt, call, late.id)
        assert (late.call_id, late.member_id) == (None, None)
        assert unit.db.scalars(select(Report.id)).all() == [told]
    assert people_in(reachable(rt, told)) == set()


def test_what_is_added_shows_nobody_either(rt: Runtime, told: int, phone: Number) -> None:
    with unit_of_work(rt.engine) as unit:
        number_id = numbers.add_number(unit.db, rt.vault, phone, rt.clock())
        other = numbers.add_number(unit.db, rt.vault, a_number(), rt.clock())
        step = AddToReport(told, "more", text="और भी")
        assert not opening.add(unit, rt, Scene(other, None, "hi"), step)
        assert opening.add(unit, rt, Scene(number_id, None, "hi"), step)
    assert people_in(reachable(rt, told)) == set()


def test_week_without_a_word_rings_there_too(rt: Runtime, told: int, clock: TestClock) -> None:
    clock.forward(days=7)
    sweep.sweep(rt)
    with unit_of_work(rt.engine) as unit:
        [call] = unit.db.scalars(select(Delivery).where(Delivery.report_id == told)).all()
        assert (call.reason, call.kind) == (DeliveryReason.INTERIM, "voice")
    assert report(rt, told).tell_at == clock() + timedelta(days=7)


def test_members_data_and_page_show_no_call_in_which_they_stayed_unnamed(
    rt: Runtime, tree: Tree, told: int, phone: Number, client: FlaskClient
) -> None:
    from gateway.models import Member
    from gateway.people.everything import everything
    from gateway.store import member_list

    with unit_of_work(rt.engine) as unit:
        answering.answer(unit, rt, told, tree.staff["BOOTH-1"], {"hi": "हो गया।"}, {})
    send_some(rt, "voice")
    for _ in range(2):  # while the call is owed, and when it is over
        with unit_of_work(rt.engine) as unit:
            sita = unit.db.scalars(select(Member)).one()
            found = everything(unit.db, rt, sita)
            for table in ("calls", "deliveries", "attempts", "reports", "report_events", "voice_notes"):
                assert found.get(table, []) == [], table
            assert member_list.list_calls(unit.db, sita.id) == []
            assert member_list.list_deliveries(unit.db, sita.id) == []
        placed = rt.voice.placed[-1]  # type: ignore[attr-defined]
        Caller(client, phone, CALLS_BACK, is_inbound=False, provider_id=placed.provider_id).hang_up(20)


def test_log_does_not_name_the_report_beside_its_call(
    rt: Runtime, tree: Tree, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    member_id = a_member(rt)
    with unit_of_work(rt.engine) as unit:
        number_id = numbers.add_number(unit.db, rt.vault, a_number(), rt.clock())
    a_call(rt, number_id, member_id)
    with unit_of_work(rt.engine) as unit:
        made = unit.db.scalars(select(Report)).one()
    assert not any(f"report_id={made.id}" in each.getMessage() for each in caplog.records)


def test_eleventh_of_a_month_that_is_told_unnamed_leaves_the_named_one(
    rt: Runtime, tree: Tree, phone: Number
) -> None:
    """It was added to a named report of the phone before the caller asked to stay unnamed."""
    from gateway.reports import hiding
    from tests.gateway.reports.desks import a_report

    member_id = a_member(rt, "Sita", number=phone)
    named = [a_report(rt, member=member_id) for _ in range(10)][-1]
    with unit_of_work(rt.engine) as unit:
        number_id = numbers.add_number(unit.db, rt.vault, phone, rt.clock())
        call = Call(
            provider="loopback", provider_id="x", is_inbound=True, line="+918000000002", number_id=number_id,
            member_id=member_id, state=CallState.ANSWERED, started_at=rt.clock(), stepped_at=rt.clock(),
        )  # fmt: skip
        unit.db.add(call)
        unit.db.flush()
        scene = Scene(number_id, member_id, "hi", call_id=call.id)
        assert opening.open_report(unit, rt, scene, OpenReport(text="चुपके से")).id == named
        made = hiding.stay_unnamed(unit, rt, scene, named)
        assert made is not None
        results.call_ended(unit, rt, call)
    assert made.id != named
    assert report(rt, made.id).is_unnamed
    assert people_in(reachable(rt, made.id)) == set()
    assert kinds(rt, named) == ["received"]
