"""A report comes in, is cut off, holds nothing, is told once more, comes too often, or its unit is merged away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from flows.steps import AddToReport, OpenReport
from gateway.db import unit_of_work
from gateway.models import Addition, Call, Member, Report, VoiceNote
from gateway.reports import desk, opening, recordings, sweep
from gateway.reports.recordings import ends_in_voice
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import DeliveryReason, ReportState, Urgency
from gateway.units.change import By
from gateway.units.merge import merge as merge_units
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.reports.desks import Tree, a_report, a_tree, kinds, number_of, owed, report
from tests.lines import Caller

LOUD, QUIET = [60] * 150, [3] * 10


@pytest.fixture
def tree(rt: Runtime) -> Tree:
    return a_tree(rt, "BOOTH-1", "BLOCK")


@pytest.fixture
def caller(rt: Runtime, client: FlaskClient, tree: Tree) -> Caller:
    """Sita has rung and is at the beep."""
    number = a_number()
    a_member(rt, "Sita", number=number)
    phone = Caller(client, number)
    phone.ring()
    phone.press("1")
    return phone


def sound_comes(rt: Runtime, peaks: list[int], is_blank: bool = False, seconds: float = 16) -> None:
    """The recording is fetched, and this can be heard on it."""
    with unit_of_work(rt.engine) as unit:
        note = unit.db.scalars(select(VoiceNote).order_by(VoiceNote.id.desc()).limit(1)).one()
        note.peaks, note.is_blank, note.seconds, note.fetched_at = peaks, is_blank, seconds, rt.clock()
        recordings.kept(unit, rt, note)


def only(rt: Runtime) -> Report:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(Report)).one()


def breaks_off(caller: Caller) -> None:
    caller.hang_up(20, recording_url="http://127.0.0.1:9/recordings/9.wav")


@pytest.mark.parametrize(
    ("peaks", "seconds", "is_cut"),
    [
        (LOUD + LOUD[:10], 16, True),
        (LOUD + QUIET, 16, False),
        (LOUD + [30] * 10, 16, True),
        ([3] * 160, 16, True),  # as quiet to its end as at its beginning
        (LOUD + [3] * 4, 16, True),  # a moment is no end
        ([], 16, False),
        (LOUD, 0, False),
    ],
)
def test_voice_at_the_very_end_was_cut_off(peaks: list[int], seconds: float, is_cut: bool) -> None:
    assert ends_in_voice(peaks, seconds) is is_cut


def test_call_that_breaks_off_in_mid_speech_is_rung_back_once_within_ten_minutes(
    rt: Runtime, caller: Caller
) -> None:
    breaks_off(caller)
    sound_comes(rt, LOUD + LOUD[:10])
    sound_comes(rt, LOUD + LOUD[:10])
    made = only(rt)
    [call] = owed(rt, DeliveryReason.GO_ON, made.id)
    assert made.is_partial
    assert call.due_at <= rt.clock() + timedelta(minutes=10)
    assert kinds(rt, made.id).count("partial") >= 1


def test_hanging_up_after_speaking_is_no_break(rt: Runtime, caller: Caller) -> None:
    breaks_off(caller)
    sound_comes(rt, LOUD + QUIET)
    assert (only(rt).is_partial, owed(rt, DeliveryReason.GO_ON)) == (False, [])


def test_recording_finished_with_a_key_is_no_break_however_it_ends(rt: Runtime, caller: Caller) -> None:
    caller.speak()
    caller.hang_up(20)
    sound_comes(rt, LOUD + LOUD[:10])
    assert (only(rt).is_partial, owed(rt, DeliveryReason.GO_ON)) == (False, [])


def test_blank_one_is_set_apart_and_asked_for_again(rt: Runtime, caller: Caller) -> None:
    caller.speak()
    caller.hang_up(20)
    sound_comes(rt, [0] * 160, is_blank=True)
    made = only(rt)
    assert (made.state, len(owed(rt, DeliveryReason.GO_ON))) == (ReportState.BLANK, 1)
    number_id, member_id = number_of(rt, made.id), made.member_id
    with unit_of_work(rt.engine) as unit:
        scene = Scene(number_id, member_id, "hi")
        assert opening.add(unit, rt, scene, AddToReport(made.id, "again", text="नल सूखा है"))
    assert only(rt).state == ReportState.RECEIVED
    assert only(rt).due_at == rt.clock() + timedelta(hours=24)


def test_blank_sound_of_what_staff_heard_already_changes_nothing(
    rt: Runtime, tree: Tree, caller: Caller
) -> None:
    caller.speak()
    caller.hang_up(20)
    made = only(rt)
    with unit_of_work(rt.engine) as unit:
        desk.start_work(unit, rt, made.id, tree.staff["BOOTH-1"])
    sound_comes(rt, [0] * 160, is_blank=True)
    assert only(rt).state == ReportState.IN_WORK


def test_more_is_kept_only_from_the_number_that_told(rt: Runtime, tree: Tree) -> None:
    made, stranger = a_report(rt), a_member(rt, "Ravi")
    with unit_of_work(rt.engine) as unit:
        other = unit.db.get_one(Member, stranger).number_id
        assert not opening.add(unit, rt, Scene(other, stranger, "hi"), AddToReport(made, "more", text="x"))
        assert not opening.add(unit, rt, Scene(None, None, "hi"), AddToReport(made, "more", text="x"))
        assert unit.db.scalars(select(Addition)).all() == []
        assert opening.add(
            unit, rt, Scene(number_of(rt, made), None, "hi"), AddToReport(made, "more", text="और")
        )
        assert unit.db.scalars(select(Addition.kind)).all() == ["more"]


def test_tenth_and_more_of_a_month_are_heard_but_open_no_new_case(
    rt: Runtime, tree: Tree, clock: TestClock
) -> None:
    member = a_member(rt)
    made = [a_report(rt, member=member) for _ in range(10)]
    assert a_report(rt, member=member, text="ग्यारहवीं") == made[-1]
    assert kinds(rt, made[-1])[-1] == "added"
    with unit_of_work(rt.engine) as unit:
        assert len(unit.db.scalars(select(Report.id)).all()) == 10
        opening.set_urgency(unit, rt, made[-1], "danger")  # danger is danger in what was added, too
        unit.db.execute(Report.__table__.update().values(merged_into_id=None, state=ReportState.BLANK))
    assert report(rt, made[-1]).urgency == Urgency.DANGER
    alone = a_report(rt, member=member)  # nothing is open: it opens one, with a mark
    assert kinds(rt, alone) == ["received", "too_many"]
    clock.forward(days=31)
    assert kinds(rt, a_report(rt, member=member)) == ["received"]


def test_urgency_once_danger_is_not_talked_down_by_phone(rt: Runtime, tree: Tree) -> None:
    made = a_report(rt, urgency="danger")
    with unit_of_work(rt.engine) as unit:
        opening.set_urgency(unit, rt, made, "can_wait")
    assert report(rt, made).urgency == Urgency.DANGER


def test_report_of_a_unit_that_is_merged_away_goes_on_in_the_other(
    rt: Runtime, tree: Tree, clock: TestClock
) -> None:
    made = a_report(rt)
    with unit_of_work(rt.engine) as unit:
        merge_units(unit, rt, By(), tree.unit("BOOTH-1"), tree.unit("BOOTH-2"))
    found = report(rt, made)
    assert {found.unit_id, found.desk_unit_id, found.sight_unit_id} == {tree.unit("BOOTH-2")}
    clock.forward(hours=24)
    sweep.sweep(rt)
    assert tree.code_of(report(rt, made).desk_unit_id) == "BLOCK"
    with unit_of_work(rt.engine) as unit:
        desk.assign(unit, rt, made, tree.staff["BLOCK"], tree.staff["BOOTH-1"])


def test_call_of_a_shared_phone_that_stays_unnamed_is_placed_where_all_on_it_live(
    rt: Runtime, tree: Tree
) -> None:
    number = a_number()
    for name in ("Sita", "Asha"):
        a_member(rt, name, number=number)
    with unit_of_work(rt.engine) as unit:
        number_id = unit.db.scalars(select(Member.number_id).limit(1)).one()
        made = opening.open_report(
            unit, rt, Scene(number_id, None, "hi"), OpenReport(text="x", is_unnamed=True)
        )
        assert made.unit_id == tree.unit("BOOTH-1")
        assert unit.db.scalars(select(Call)).all() == []
