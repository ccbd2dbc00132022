"""USSD sessions by the loopback provider: kept before they are answered, twice is once, what broke off is taken up."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from flows.screens import ROOM
from gateway.calls import ussd
from gateway.db import unit_of_work
from gateway.models import Call, Consent, Delivery, Member, NewsItem, Report
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.states import CallState, MemberStatus, Urgency
from gateway.store import activity, calls_list, calls_seen, control_calls, reports, units
from gateway.store.calls_list import Search
from gateway.store.sight import Sight
from tests.builders import a_member, a_number
from tests.conftest import SECRET, TestClock

_ids = itertools.count(1)


@dataclass
class Typist:
    """Somebody at a phone's own screen; posts as the loopback provider would."""

    client: FlaskClient
    number: str
    session: str = field(default_factory=lambda: f"ussd-{next(_ids)}")
    text: str = ""
    shown: str = ""

    def dial(self) -> str:
        return self.post()

    def type(self, words: str) -> str:
        self.text = f"{self.text}*{words}" if self.text else words
        return self.post()

    def post(self, **more: str) -> str:
        form = {
            "provider_id": self.session,
            "number": self.number,
            "service_code": "*384*1#",
            "text": self.text,
        }
        answer = self.client.post(f"/callbacks/loopback/{SECRET}/ussd", data=form | more)
        assert answer.status_code == 200
        self.shown = answer.get_data(as_text=True)
        return self.shown

    def over(self, **more: str) -> str:
        return self.post(is_over="yes", outcome="answered", seconds="31", **more)


@pytest.fixture
def sita(rt: Runtime, client: FlaskClient) -> Typist:
    number = a_number()
    a_member(rt, "Sita", number=number, language="en")
    return Typist(client, number)


def all_of(rt: Runtime, model: type) -> list:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(model).order_by(model.id)))


def count(rt: Runtime, model: type) -> int:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(func.count()).select_from(model)).one()


def words_of(rt: Runtime, report: Report) -> str:
    return rt.vault.open_text(report.sealed_text or b"", reports.TEXT_PURPOSE, report.reference)


def test_member_reports_by_one_its_words_and_how_urgent(rt: Runtime, sita: Typist) -> None:
    assert "1 Tell a problem" in sita.dial()
    assert sita.type("1").startswith("ask Write your problem")
    assert "2 Soon" in sita.type("Handpump is broken")
    [report] = all_of(rt, Report)
    assert (report.source, report.member_id is not None, words_of(rt, report)) == (
        "ussd",
        True,
        "Handpump is broken",
    )
    last = sita.type("2")
    assert last.startswith("end ") and report.reference in last
    assert all_of(rt, Report)[0].urgency == Urgency.SOON
    [call] = all_of(rt, Call)
    assert (call.channel, call.state, call.line, call.entered) == (
        "ussd",
        CallState.ENDED,
        "*384*1#",
        "main_menu",
    )


def test_star_inside_the_words_is_kept(rt: Runtime, sita: Typist) -> None:
    sita.dial()
    sita.type("1")
    sita.type("pump*2 is*dry")
    assert words_of(rt, all_of(rt, Report)[0]) == "pump*2 is*dry"


def test_star_alone_goes_back(sita: Typist) -> None:
    first = sita.dial()
    sita.type("1")
    assert sita.type("*") == first


def test_post_that_comes_twice_shows_the_same_and_has_one_effect(rt: Runtime, sita: Typist) -> None:
    first = sita.dial()
    assert sita.post() == first
    sita.type("1")
    shown = sita.type("Handpump is broken")
    assert sita.post() == shown
    assert (count(rt, Report), count(rt, Call)) == (1, 1)
    last = sita.type("1")
    assert sita.post() == last


def test_post_that_comes_late_changes_nothing(rt: Runtime, sita: Typist) -> None:
    sita.dial()
    sita.type("1")
    shown = sita.type("Handpump is broken")
    sita.text = "1"
    assert sita.post() == shown
    assert count(rt, Report) == 1


def test_session_that_is_dialled_with_an_input_takes_it(sita: Typist) -> None:
    assert sita.type("1").startswith("ask Write your problem")


def test_stranger_joins_by_screen(rt: Runtime, client: FlaskClient) -> None:
    typist = Typist(client, a_number())
    assert "English" in typist.dial()
    choice = next(line[0] for line in typist.shown.splitlines() if line.endswith("English"))
    typist.type(choice)
    assert "98 More" in typist.type("2")
    assert "Do you agree?" in typist.type("1"), "agreed before the question was on the screen"
    assert count(rt, Consent) == 0
    typist.type("1")
    typist.type("Asha Devi")
    typist.type("1")
    typist.type("1")
    assert typist.type("Rampur").startswith("end You have joined")
    [member] = all_of(rt, Member)
    assert (member.name, member.language, member.status) == ("Asha Devi", "en", MemberStatus.ACTIVE)
    [given] = all_of(rt, Consent)
    assert (given.how, given.language, given.call_id) == ("key", "en", all_of(rt, Call)[0].id)


@pytest.mark.parametrize(
    ("word", "kept"), [("STOP", ConsentState.NONE), ("stop campaign", ConsentState.ORGANISATIONAL)]
)
def test_stop_works_wherever_it_is_typed(rt: Runtime, sita: Typist, word: str, kept: ConsentState) -> None:
    sita.dial()
    sita.type("1")
    sita.type(word)
    assert all_of(rt, Member)[0].consent == kept
    assert count(rt, Report) == 0


def test_session_that_broke_off_is_taken_up_by_the_next_one(
    rt: Runtime, client: FlaskClient, sita: Typist
) -> None:
    sita.dial()
    sita.type("1")
    sita.type("Handpump is broken")
    assert sita.over() == ""
    [call] = all_of(rt, Call)
    assert (call.state, call.seconds) == (CallState.ENDED, 31)
    again = Typist(client, sita.number)
    assert "2 Soon" in again.dial() and "cut off" in again.shown
    assert again.type("2").startswith("end ")
    assert [report.urgency for report in all_of(rt, Report)] == [Urgency.SOON]


def test_session_whose_end_nobody_told_is_ended_by_the_next_or_by_the_sweep(
    rt: Runtime, client: FlaskClient, clock: TestClock, sita: Typist
) -> None:
    sita.dial()
    Typist(client, sita.number).dial()
    assert [call.state == CallState.ENDED for call in all_of(rt, Call)] == [True, False]
    clock.forward(minutes=6)
    ussd.end_lost(rt)
    assert {call.state for call in all_of(rt, Call)} == {CallState.ENDED}


def test_words_that_only_the_last_post_brings_are_kept(rt: Runtime, sita: Typist) -> None:
    sita.dial()
    sita.type("1")
    sita.text = "1*Handpump is broken"
    sita.over()
    assert words_of(rt, all_of(rt, Report)[0]) == "Handpump is broken"


def test_end_of_an_unknown_session_is_taken(rt: Runtime, sita: Typist) -> None:
    assert sita.over() == ""
    assert count(rt, Call) == 0


def test_end_after_the_last_screen_adds_what_it_cost_in_time(rt: Runtime, sita: Typist) -> None:
    for words in ("1", "Handpump is broken", "2"):
        sita.type(words)
    sita.over()
    [call] = all_of(rt, Call)
    assert (call.seconds, call.end_reason) == (31, "answered")


def test_long_news_comes_in_pages_and_every_page_fits(rt: Runtime, sita: Typist) -> None:
    with unit_of_work(rt.engine) as unit:
        news = NewsItem(
            unit_id=units.root_unit(unit.db).id,
            title="Camp",
            texts={"en": "The camp is on Saturday. " * 20},
            sounds={},
            published_at=rt.clock(),
        )
        unit.db.add(news)
    sita.dial()
    shown = [sita.type("2")]
    while "98 More" in shown[-1]:
        shown.append(sita.type("98"))
    assert len(shown) > 2 and "1 Next" in shown[-1]
    assert all(len(each.removeprefix("ask ")) <= ROOM for each in shown)


def test_hindi_is_shown_in_latin_letters(rt: Runtime, client: FlaskClient) -> None:
    number = a_number()
    a_member(rt, "सीता", number=number, language="hi")
    assert "1 Dikkat bataiye" in Typist(client, number).dial()


@pytest.mark.parametrize("number", ["", "+000", "anonymous"])
def test_number_that_cannot_be_read_is_answered_or_refused_never_broken(
    client: FlaskClient, number: str
) -> None:
    form = {"provider_id": "u-odd", "number": number, "service_code": "*384#", "text": ""}
    answer = client.post(f"/callbacks/loopback/{SECRET}/ussd", data=form)
    assert answer.status_code == (200 if number else 400)


@pytest.mark.parametrize("typed", ["9" * 10_000, "😀", "چاپاکل ٹوٹا ہے", "१", "*****", " ", "\u202e1", "98"])
def test_whatever_is_typed_there_is_a_screen(rt: Runtime, sita: Typist, typed: str) -> None:
    sita.dial()
    sita.type(typed)
    assert sita.shown.startswith(("ask ", "end ")) and len(sita.shown) > len("ask ")
    sita.type("1")
    sita.type(typed)
    assert sita.shown.startswith(("ask ", "end "))


def test_reports_of_a_screen_are_followed_by_their_reference_in_an_sms(rt: Runtime, sita: Typist) -> None:
    for words in ("1", "Handpump is broken", "2"):
        sita.type(words)
    assert count(rt, Delivery) == 1


def test_sessions_stand_in_the_list_of_calls_and_in_no_figure_of_calls(rt: Runtime, sita: Typist) -> None:
    for words in ("1", "Handpump is broken"):
        sita.type(words)
    since, until = rt.clock() - timedelta(days=1), rt.clock() + timedelta(days=1)
    sight = Sight("/", 1, sees_restricted=True)
    with unit_of_work(rt.engine) as unit:
        assert calls_seen.count_open(unit.db, sight, rt.clock()) == 0
        assert calls_list.count(unit.db, sight, Search(since, until, channel="ussd")) == 1
        assert calls_list.count(unit.db, sight, Search(since, until, channel="voice")) == 0
        assert calls_list.count(unit.db, sight, Search(since, until)) == 1
    sita.type("2")
    with unit_of_work(rt.engine) as unit:
        assert control_calls.calls(unit.db, sight, since, since, until)[0].own == 0
        assert set(activity.calls_per_day(unit.db, "/", since, "Asia/Kolkata").values()) == set()


def test_more_on_the_last_page_shows_it_again_and_is_no_wrong_key(rt: Runtime, sita: Typist) -> None:
    first = sita.dial()
    for _ in range(3):
        assert sita.type("98") == first
    assert "Write your problem" in sita.type("1")


def test_problem_of_a_stranger_is_in_the_language_that_was_chosen(rt: Runtime, client: FlaskClient) -> None:
    stranger = Typist(client, a_number())
    choice = next(line[0] for line in stranger.dial().splitlines() if line.endswith("English"))
    for typed in (choice, "7", "7", "The pump is dry"):
        stranger.type(typed)
    assert stranger.shown.startswith("end We have kept it.")
    assert all_of(rt, Report)[0].language == "en"


def test_who_stays_unnamed_reads_the_number_and_nothing_of_it_is_kept(
    rt: Runtime, client: FlaskClient, sita: Typist
) -> None:
    sita.dial()
    for typed in ("1", "The headman takes money", "7", "5", "1"):
        sita.type(typed)
    last = sita.type("3")
    [report] = all_of(rt, Report)
    assert report.is_unnamed
    assert last.startswith("end ")
    assert f"Keep this number: {report.reference}" in last
    assert sita.post().startswith("end Thank you.")
    [call] = all_of(rt, Call)
    assert report.reference not in f"{call.facts} {call.conversation}"
