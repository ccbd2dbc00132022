"""M1: somebody we do not know rings: a problem first if they like, then joining; silence is never consent."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from gateway.db import unit_of_work
from gateway.enrolment.unfinished import forget_unfinished
from gateway.models import Member, Report, Suppression, VoiceNote
from gateway.phones import Number
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.states import MemberStatus, ReportState
from gateway.store import units
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.lines import Caller
from tests.walks import (
    JOINS,
    NOTE,
    SILENCE,
    all_of,
    enrolment_of,
    go_on,
    ledger_of,
    members_on,
    texts_to,
    the_member,
    walk,
    words,
)


@pytest.fixture
def number() -> Number:
    return a_number()


@pytest.fixture
def caller(client: FlaskClient, number: Number) -> Caller:
    return Caller(client, number)


def test_stranger_joins_and_is_told_once_by_sms(rt: Runtime, caller: Caller, number: Number) -> None:
    assert words(rt, "joining.done") in walk(caller, *JOINS)
    caller.hang_up()
    member = the_member(rt, number)
    assert (member.status, member.is_adult, member.language) == (MemberStatus.ACTIVE, True, "hi")
    assert member.name_note_id is not None
    assert ledger_of(rt, member) == [("given", "key", "join.notice")]
    row = enrolment_of(rt, member)
    assert (row.way, row.joined_at, row.flags) == ("call", rt.clock(), [])
    assert row.place_note_id not in (None, member.name_note_id)
    assert len(texts_to(rt, number)) == 1
    assert rt.settings.voice_numbers[0].number in texts_to(rt, number)[0]


def test_stranger_who_joins_in_another_language_is_told_in_it(
    rt: Runtime, caller: Caller, number: Number
) -> None:
    walk(caller, "3", *JOINS[1:])
    caller.hang_up()
    assert the_member(rt, number).language == "en"
    assert texts_to(rt, number)[0].startswith("You are with")


def test_unknown_caller_reports_before_joining_and_then_joins(
    rt: Runtime, caller: Caller, number: Number
) -> None:
    walk(caller, "1", "1", "1", NOTE, "3", "1", "1", NOTE, "1", SILENCE, NOTE)
    assert all_of(rt, Report)[0].state == ReportState.UNVERIFIED
    assert the_member(rt, number).status == MemberStatus.ACTIVE


def test_unknown_caller_who_hangs_up_after_the_problem_is_kept_unverified(
    rt: Runtime, caller: Caller
) -> None:
    walk(caller, "1", "1", "1")
    caller.hang_up(recording_url="http://127.0.0.1:9/recordings/x.wav")
    report = all_of(rt, Report)[0]
    assert (report.state, report.voice_note_id is not None) == (ReportState.UNVERIFIED, True)


@pytest.mark.parametrize("unclear", [(SILENCE,) * 4, ("5", "6", SILENCE, SILENCE), ("2",)])
def test_nobody_is_enrolled_without_a_clear_1(
    rt: Runtime, caller: Caller, number: Number, unclear: tuple[str, ...]
) -> None:
    walk(caller, "1", "1", "2", *unclear)
    member = the_member(rt, number)
    assert (member.consent, member.status) == (ConsentState.NONE, MemberStatus.INVITED)


def test_next_call_goes_on_at_what_is_missing_after_one_line_of_recap(
    rt: Runtime, client: FlaskClient, caller: Caller, number: Number
) -> None:
    walk(caller, "1", "1", "2", "1")
    caller.hang_up()
    assert the_member(rt, number).status == MemberStatus.INVITED
    second = Caller(client, number)
    assert words(rt, "joining.recap") in walk(second)
    assert words(rt, "joining.name") in second.heard[-1]
    go_on(second, NOTE, "1", SILENCE, NOTE)
    assert the_member(rt, number).status == MemberStatus.ACTIVE


def test_name_that_was_spoken_when_the_call_broke_off_is_kept(
    rt: Runtime, client: FlaskClient, caller: Caller, number: Number
) -> None:
    walk(caller, "1", "1", "2", "1")
    caller.hang_up(recording_url="http://127.0.0.1:9/recordings/n.wav")
    assert words(rt, "joining.adult") in walk(Caller(client, number))


def test_joining_that_is_never_finished_is_forgotten_after_thirty_days(
    rt: Runtime, caller: Caller, number: Number, clock: TestClock
) -> None:
    walk(caller, "1", "1", "2", "1", NOTE)
    caller.hang_up()
    with unit_of_work(rt.engine) as unit:
        clock.forward(days=29)
        assert forget_unfinished(unit, rt) == 0
        clock.forward(days=2)
        assert forget_unfinished(unit, rt) == 1
        assert forget_unfinished(unit, rt) == 0
    assert members_on(rt, number) == []
    gone = all_of(rt, Member)[0]
    assert (gone.status, gone.name_note_id) == (MemberStatus.LEFT, None)
    assert all_of(rt, VoiceNote)[0].withheld_at is not None


def test_child_is_not_enrolled_and_number_and_name_are_not_kept(
    rt: Runtime, caller: Caller, number: Number
) -> None:
    assert words(rt, "joining.too_young") in walk(caller, "1", "1", "2", "1", NOTE, "2")
    assert members_on(rt, number) == []
    child = all_of(rt, Member)[0]
    assert (child.status, child.number_id, child.name_note_id, child.consent) == (
        MemberStatus.LEFT,
        None,
        None,
        ConsentState.NONE,
    )
    assert texts_to(rt, number) == []


def test_known_name_is_asked_for_and_somebody_else_becomes_a_second_member(
    rt: Runtime, caller: Caller, number: Number
) -> None:
    a_member(rt, "Sita", number=number, consent="coordinator")
    assert words(rt, "joining.is_it", name="Sita") in walk(caller)
    go_on(caller, "2", "1", *JOINS)
    sita, other = members_on(rt, number)
    assert (sita.name, sita.status, sita.consent) == ("Sita", MemberStatus.INVITED, ConsentState.INTRODUCTION)
    assert (other.status, other.consent) == (MemberStatus.ACTIVE, ConsentState.ALL)


def test_somebody_else_twice_parts_the_old_member_and_plays_nothing_of_theirs(
    rt: Runtime, client: FlaskClient, caller: Caller, number: Number
) -> None:
    sita_id = a_member(rt, "Sita", number=number)
    first = Caller(client, number)
    walk(first, "1", NOTE, "2")
    first.hang_up()
    reference = all_of(rt, Report)[0].reference
    walk(caller, "0", "7", "1", "2")
    assert members_on(rt, number) == []
    assert all_of(rt, Suppression)[0].reason == "recycled"
    after = go_on(caller, "1", "1", "0")
    assert words(rt, "state.received") not in after
    assert reference not in after
    sita = all_of(rt, Member, Member.id == sita_id)[0]
    assert (sita.number_id, sita.status, sita.consent) == (None, MemberStatus.ACTIVE, ConsentState.ALL)


def test_recycled_number_is_rung_again_once_its_new_owner_agrees(
    rt: Runtime, caller: Caller, number: Number
) -> None:
    a_member(rt, "Sita", number=number)
    walk(caller, "0", "7", "1", "2", *JOINS)
    assert the_member(rt, number).consent == ConsentState.ALL
    assert all_of(rt, Suppression)[0].lifted_at is not None


def test_who_opted_out_is_asked_anew_and_silence_keeps_it(
    rt: Runtime, client: FlaskClient, caller: Caller, number: Number, clock: TestClock
) -> None:
    a_member(rt, "Sita", number=number)
    clock.forward(minutes=1)
    leaving = Caller(client, number, is_inbound=False)
    walk(leaving, "8", SILENCE, SILENCE)
    leaving.hang_up()
    walk(caller, "1", "2", SILENCE, SILENCE)
    caller.hang_up()
    assert the_member(rt, number).consent == ConsentState.NONE
    clock.forward(minutes=1)
    again = Caller(client, number)
    walk(again, "1", "2", "1")
    assert the_member(rt, number).consent == ConsentState.ALL


def test_language_may_be_changed_at_any_question(rt: Runtime, caller: Caller, number: Number) -> None:
    said = walk(caller, "1", "1", "2", "1", NOTE, "0", "2")
    assert words(rt, "joining.adult", "bn") in said
    assert the_member(rt, number).language == "bn"


def test_language_without_a_notice_enrols_nobody(rt: Runtime, caller: Caller, number: Number) -> None:
    a_member(rt, "", number=number, language="sat", consent=None)
    assert words(rt, "joining.other_language", "sat") in walk(caller, "1", "2")
    assert the_member(rt, number).consent == ConsentState.NONE


def test_withheld_number_hears_everything_and_is_not_enrolled(rt: Runtime, client: FlaskClient) -> None:
    walk(Caller(client, Number("anonymous")), "1", "1", "2", "1", NOTE, "1")
    assert all_of(rt, Member) == []


def test_member_on_the_list_of_a_unit_is_not_asked_where_they_live(
    rt: Runtime, caller: Caller, number: Number
) -> None:
    a_member(rt, "Sita", number=number, unit="BOOTH-7", under="BLOCK-7", consent="coordinator")
    said = walk(caller, "1", "1", "2", "1", "1")
    assert words(rt, "joining.done") in said
    with unit_of_work(rt.engine) as unit:
        assert units.get_unit(unit.db, the_member(rt, number).unit_id).code == "BOOTH-7"
