"""SMS in and out: the words of the contract act as whole messages, everything else is kept for staff."""

from __future__ import annotations

import pytest

from gateway.db import unit_of_work
from gateway.models import Consent, Member, NewsItem, Unit
from gateway.phones import Number
from gateway.rules.consent import ConsentState
from gateway.states import MemberStatus, ReportState, Urgency
from gateway.store import suppressions
from tests.hands import Phone
from tests.house import House, until
from tests.journeys.looks import number_id, report_of, reports_of, words


def is_suppressed(house: House, number: str) -> bool:
    with unit_of_work(house.rt.engine) as unit:
        return suppressions.find_suppression_of(unit.db, number_id(house, number)) is not None


def member_of(house: House, number: str) -> Member:
    return house.all_of(Member, Member.number_id == number_id(house, number))[0]


def texts(phone: Phone, number: int = 1) -> list[str]:
    return until(lambda: phone.inbox() if len(phone.inbox()) >= number else [])


def test_stranger_joins_by_text(house: House, number: Number) -> None:
    phone = house.phone(number)
    phone.sms("JUDNA")
    organisation = house.rt.settings.organisation
    assert texts(phone) == [words(house, "sms_join.ask", organisation=organisation)]
    phone.sms("1")
    assert texts(phone, 2)[1] == f"{words(house, 'sms_join.done')} {words(house, 'sms_join.name')}"
    member = member_of(house, number)
    assert (member.status, member.is_adult) == (MemberStatus.ACTIVE, True)
    given = house.all_of(Consent, Consent.member_id == member.id)
    assert [(each.action, each.how) for each in given] == [("given", "sms")]


def test_stop_ends_everything_and_start_begins_again(house: House, sita: Phone) -> None:
    sita.sms("STOP")
    assert texts(sita) == [words(house, "sms.stopped")]
    assert is_suppressed(house, sita.number)
    assert member_of(house, sita.number).consent == ConsentState.NONE
    sita.sms("START")
    texts(sita, 2)
    sita.sms("हाँ")
    texts(sita, 3)
    assert not is_suppressed(house, sita.number)
    assert member_of(house, sita.number).consent != ConsentState.NONE


@pytest.mark.parametrize("text", ["बिजली बंद है", "BAND pada hai handpump", "Handpump ka stop tap toota hai"])
def test_word_of_stop_inside_a_sentence_stops_nothing(house: House, sita: Phone, text: str) -> None:
    sita.sms(text)
    report = report_of(house, sita.number)
    assert not is_suppressed(house, sita.number)
    assert report.state in (ReportState.DRAFT, ReportState.RECEIVED)
    assert texts(sita)


def test_free_text_becomes_a_draft_with_every_word(house: House, sita: Phone) -> None:
    sita.sms("kal se paani nahi aa raha <b>&</b>")
    report = report_of(house, sita.number)
    assert (report.state, report.source) == (ReportState.DRAFT, "sms")
    from gateway.store.reports import TEXT_PURPOSE

    kept = house.rt.vault.open_text(report.sealed_text or b"", TEXT_PURPOSE, report.reference)
    assert kept == "kal se paani nahi aa raha <b>&</b>"


def test_report_word_opens_a_report_and_status_tells_how_it_stands(house: House, sita: Phone) -> None:
    sita.sms("REPORT hand pump is dry")
    report = report_of(house, sita.number)
    assert report.state == ReportState.RECEIVED
    kept = words(house, "sms_urgency.kept", reference=report.reference)
    assert texts(sita) == [f"{kept} {words(house, 'sms_urgency.ask')}"]
    sita.sms(f"STATUS {report.reference}")
    said = texts(sita, 2)[1]
    assert report.reference in said
    assert words(house, "state.received") in said


def test_status_of_somebody_elses_report_tells_only_how_it_stands(
    house: House, sita: Phone, number: Number
) -> None:
    sita.sms("REPORT hand pump is dry")
    report = report_of(house, sita.number)
    stranger = house.phone("+917000654321")
    stranger.sms(f"STATUS {report.reference}")
    stands = words(house, "sms.status", reference=report.reference, state=str(report.state))
    assert texts(stranger) == [stands]


def test_help_tells_what_can_be_written(house: House, sita: Phone) -> None:
    sita.sms("मदद")
    assert texts(sita) == [words(house, "sms.help", organisation=house.rt.settings.organisation)]


def test_news_sends_the_latest_of_the_members_unit(house: House, sita: Phone, booth: str) -> None:
    with unit_of_work(house.rt.engine) as unit:
        place = unit.db.query(Unit).filter_by(code=booth).one()
        unit.db.add(
            NewsItem(
                unit_id=place.id, title="Camp", texts={"hi": "शनिवार को शिविर है।"}, sounds={},
                published_at=house.rt.clock(),
            )
        )  # fmt: skip
    sita.sms("KHABAR")
    assert texts(sita) == ["शनिवार को शिविर है।"]


def test_report_without_words_asks_for_them_and_opens_nothing(house: House, sita: Phone) -> None:
    sita.sms("REPORT")
    assert texts(sita) == [words(house, "sms.no_words")]
    assert reports_of(house, sita.number) == []


def test_opt_out_that_the_provider_tells_suppresses_the_number(house: House, sita: Phone) -> None:
    sita.opt_out()
    until(lambda: is_suppressed(house, sita.number))


def test_same_text_that_arrives_twice_has_one_effect(house: House, sita: Phone) -> None:
    house.faults(duplicate={"count": 1, "kind": "sms"})
    sita.sms("REPORT road is broken")
    report_of(house, sita.number)
    until(lambda: not house.get("faults")["faults"] or house.get("faults")["faults"][0]["count"] == 0)
    assert len(reports_of(house, sita.number)) == 1
    assert len(texts(sita)) == 1


def test_language_that_is_changed_by_key_zero_is_kept(house: House, sita: Phone) -> None:
    sita.call({1: "0", 2: "2"})
    changed = until(lambda: member_of(house, sita.number).language)
    assert changed != "hi"
    sita.sms("HELP")
    expected = words(house, "sms.help", changed or "", organisation=house.rt.settings.organisation)
    assert until(lambda: expected in sita.inbox())


def test_menu_by_text_is_walked_by_number(house: House, sita: Phone) -> None:
    sita.sms("मेनू")
    assert "1 दिक्कत बताना" in texts(sita)[0]
    sita.sms("1")
    texts(sita, 2)
    sita.sms("chapakal toota hai")
    assert "2 Jaldi chahiye" in texts(sita, 3)[2]
    sita.sms("2")
    report = report_of(house, sita.number)
    assert report.reference in texts(sita, 4)[3]
    assert until(lambda: report_of(house, sita.number).urgency == Urgency.SOON)
    assert (report.source, report.member_id) == ("sms", member_of(house, sita.number).id)
