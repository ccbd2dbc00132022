"""Whatever is typed or texted, in whatever order it comes: every post is answered, no reply is too long, nothing is kept twice."""

from __future__ import annotations

import itertools

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from flows.messages import MOST_PARTS
from flows.screens import ROOM
from flows.sms_text import BASIC, segments
from gateway import inbox
from gateway.models import Call, Message, Report
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.store import reports
from tests.builders import a_member, a_number
from tests.conftest import SECRET
from tests.gateway.test_ussd import Typist
from tests.walks import all_of, texts_to

_ids = itertools.count(1)
HARD = (
    "",
    "   ",
    "*",
    "#",
    "**",
    "98",
    "9" * 10_000,
    "१",
    "২",
    "٣",
    "😀😀",
    "\u202eاردو متن",
    "a\u0000b",
    "STOP campaign",
)
TYPED = some.one_of(some.sampled_from("0123456789"), some.sampled_from(HARD), some.text(max_size=30))
HOW = ("once", "twice", "late", "skips")
FEW = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@FEW
@given(
    some.sampled_from(("en", "hi", "ur")), some.lists(some.tuples(TYPED, some.sampled_from(HOW)), max_size=8)
)
def test_every_ussd_post_gets_a_screen_that_fits(
    rt: Runtime, client: FlaskClient, language: str, typed: list[tuple[str, str]]
) -> None:
    number = a_number()
    a_member(rt, "Sita", number=number, language=language)
    sita = Typist(client, number, session=f"any-{next(_ids)}")
    _fits(sita.dial())
    for words, how in typed:
        before = sita.text
        shown = sita.type(f"{words}*{words}" if how == "skips" else words or " ")
        _fits(shown)
        if how == "twice":
            assert sita.post() == shown
        if how == "late":
            assert sita.post(text=before) == shown
    sita.over()
    sita.over()
    [session] = [each for each in all_of(rt, Call) if each.provider_id == sita.session]
    assert session.state == "ended"


@FEW
@given(some.lists(some.tuples(some.one_of(TYPED, some.just("MENU")), some.booleans()), max_size=8))
def test_every_text_is_kept_once_and_answered_in_few_parts(
    rt: Runtime, client: FlaskClient, texts: list[tuple[str, bool]]
) -> None:
    number = a_number()
    a_member(rt, "Sita", number=number)
    before = len(all_of(rt, Message))
    for said, is_twice in texts:
        name = f"any-sms-{next(_ids)}"
        for _ in range(1 + is_twice):
            _post(client, number, said, name)
    assert len(all_of(rt, Message)) - before == len(texts)
    replies = texts_to(rt, number)
    assert len(replies) <= len(texts)
    assert all(each.strip() and segments(each) <= MOST_PARTS for each in replies)


@pytest.mark.parametrize(
    "said", ["x" * 50_000, "क" * 5_000, "7" * 10_000, "\u202e" * 500, "REPORT " + "बाढ़ " * 1_000]
)
def test_text_without_measure_is_kept_whole_and_answered_in_few_parts(
    rt: Runtime, client: FlaskClient, said: str
) -> None:
    number = a_number()
    a_member(rt, "Sita", number=number)
    _post(client, number, said, "measureless")
    [message] = all_of(rt, Message)
    assert rt.vault.open_text(message.sealed_text, inbox.TEXT_PURPOSE, "measureless") == said
    [report] = all_of(rt, Report)
    kept = rt.vault.open_text(report.sealed_text, reports.TEXT_PURPOSE, report.reference)
    assert kept.strip() == said.removeprefix("REPORT ").strip()
    assert all(segments(each) <= MOST_PARTS for each in texts_to(rt, number))


@pytest.mark.parametrize(
    "words", ["z" * 50_000, "1234567890" * 1_000, "अ" * 5_000], ids=("letters", "digits", "hindi")
)
def test_words_without_measure_on_a_screen_make_one_report(
    rt: Runtime, client: FlaskClient, words: str
) -> None:
    number = a_number()
    a_member(rt, "Sita", number=number, language="en")
    sita = Typist(client, number)
    sita.dial()
    sita.type("1")
    _fits(sita.type(words))
    assert sita.post() == sita.shown
    [report] = all_of(rt, Report)
    assert rt.vault.open_text(report.sealed_text, reports.TEXT_PURPOSE, report.reference) == words


def test_what_is_too_large_to_be_a_text_is_refused_and_leaves_nothing(
    rt: Runtime, client: FlaskClient
) -> None:
    form = {"provider_id": "huge", "number": a_number(), "line": "+918000000001", "text": "क" * 100_000}
    assert client.post(f"/callbacks/loopback/{SECRET}/sms", data=form).status_code == 413
    assert all_of(rt, Message) == []


def _post(client: FlaskClient, number: Number, said: str, name: str) -> None:
    form = {"provider_id": name, "number": number, "line": "+918000000001", "text": said}
    assert client.post(f"/callbacks/loopback/{SECRET}/sms", data=form).status_code == 200


def _fits(shown: str) -> None:
    kind, _, page = shown.partition(" ")
    assert kind in ("ask", "end")
    assert page
    assert len(page.rstrip("\n")) <= ROOM
    assert set(page) <= BASIC
