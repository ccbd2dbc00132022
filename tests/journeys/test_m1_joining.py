"""M1: somebody we do not know rings: a problem first if they like, then joining; silence is never consent."""

from __future__ import annotations

from gateway.models import Consent, Member
from gateway.phones import Number
from gateway.rules.consent import ConsentState
from gateway.states import MemberStatus, ReportState
from tests.house import House, until
from tests.journeys.looks import number_id, report_of, words


def members_of(house: House, number: str) -> list[Member]:
    return house.all_of(Member, Member.number_id == number_id(house, number))


def test_unknown_caller_reports_before_joining_and_then_joins(house: House, number: Number) -> None:
    phone = house.phone(number)
    keys = {1: "1", 2: "1", 3: "2", 4: "1", 5: "1", 6: "1"}
    taken = phone.call(keys, speak=3.0)
    assert report_of(house, number).state == ReportState.UNVERIFIED
    assert words(house, "join.notice", organisation=house.rt.settings.organisation) in taken.words
    member = until(lambda: members_of(house, number))[0]
    assert (member.status, member.is_adult, member.language) == (MemberStatus.ACTIVE, True, "hi")
    given = house.all_of(Consent, Consent.member_id == member.id)
    assert [(each.action, each.how, each.notice) for each in given] == [("given", "key", "join.notice")]


def test_unknown_caller_who_hangs_up_after_the_problem_is_kept_unverified(
    house: House, number: Number
) -> None:
    phone = house.phone(number)
    phone.dial()
    phone.press("1")
    phone.press("1")
    phone.speak_and_hang_up()
    report = report_of(house, number)
    assert (report.state, report.voice_note_id is not None) == (ReportState.UNVERIFIED, True)


def test_silence_at_the_notice_is_no_consent(house: House, number: Number) -> None:
    house.phone(number).call({1: "1", 2: "2"})
    assert all(each.consent == ConsentState.NONE for each in members_of(house, number))


def test_second_call_asks_only_what_is_missing_when_joining_was_cut_short(
    house: House, number: Number
) -> None:
    phone = house.phone(number)
    phone.dial()
    for key in "121":
        phone.press(key)
    until(lambda: phone.show()["call"]["listening"] == "record")
    phone.hang_up()
    taken = phone.call({1: "1", 2: "1"}, speak=2.0)
    assert words(house, "joining.recap") in taken.words
    until(lambda: members_of(house, number)[0].status == MemberStatus.ACTIVE)


def test_child_is_not_enrolled(house: House, number: Number) -> None:
    taken = house.phone(number).call({1: "1", 2: "2", 3: "1", 4: "2"}, speak=2.0)
    assert words(house, "joining.too_young") in taken.words
    assert until(lambda: members_of(house, number))[0].status == MemberStatus.LEFT
