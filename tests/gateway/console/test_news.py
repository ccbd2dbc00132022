"""News at the console: written once, heard on key 2, withdrawn at once, never by those beside."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import NewsItem
from gateway.runtime import Runtime
from gateway.sounds import build_subject
from gateway.store import news, units
from tests.audio.sounds import file_of, speech_like
from tests.gateway.console.desk import Desk, a_desk

WORDS = "राशन की दुकान कल खुलेगी।"
FORM = {"title": "Ration", "unit": "BOOTH-1", "text-hi": WORDS, "public_id": "abcdefghijk"}


def the_item(rt: Runtime) -> NewsItem:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(NewsItem)).one()


def on_the_line(rt: Runtime) -> list[str]:
    with unit_of_work(rt.engine) as unit:
        line = [units.get_unit_by_code(unit.db, "BOOTH-1")]
        return [each["text"] for each in news.list_for(unit.db, line, None, "hi", rt.clock())]


def write(desk: Desk, **form: object) -> None:
    assert desk.post("/news/new", **{**FORM, **form}).status_code == 302


def test_news_is_on_the_line_once_when_sent_twice(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    write(desk)
    write(desk)
    assert on_the_line(rt) == [WORDS]
    page = desk.read("/news")
    assert "key 2" in page
    assert "The sound is being made" in page
    build_subject(rt, "news", the_item(rt).id)
    assert "<audio" in desk.read("/news")


def test_spoken_news_keeps_the_recording(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    write(desk, **{"text-hi": "", "sound-hi": (io.BytesIO(file_of(speech_like(4.0), 44100)), "a.wav")})
    key = the_item(rt).sounds["hi"]
    assert rt.clips.clip_of(key) is not None
    assert "<audio" in desk.read("/news")


def test_withdrawn_news_is_heard_no_more(app: Flask, rt: Runtime) -> None:
    desk = a_desk(app, rt)
    write(desk)
    for _ in range(2):
        assert desk.post("/news/abcdefghijk/withdraw").status_code == 302
    assert on_the_line(rt) == []
    assert "Withdrawn" in desk.read("/news")


def test_last_day_counts_to_its_end(app: Flask, rt: Runtime) -> None:
    write(a_desk(app, rt), until="2026-11-23")
    expires = the_item(rt).expires_at
    assert expires is not None
    assert expires.isoformat() == "2026-11-23T18:30:00+00:00"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": ""}, "title"),
        ({"text-hi": ""}, "text-hi"),
        ({"unit": "NOWHERE"}, "unit"),
        ({"until": "2026-11-20"}, "until"),
        ({"until": "soon"}, "until"),
        ({"text-hi": "अ" * 3000}, "text-hi"),
    ],
)
def test_form_comes_back_when_something_is_wrong(
    app: Flask, rt: Runtime, wrong: dict[str, str], field: str
) -> None:
    answer = a_desk(app, rt).post("/news/new", **{**FORM, **wrong})
    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.get_data(as_text=True)


def test_sound_that_is_none_is_told_in_place(app: Flask, rt: Runtime) -> None:
    answer = a_desk(app, rt).post("/news/new", **FORM, **{"sound-hi": (io.BytesIO(b"no sound"), "a.wav")})
    assert answer.status_code == 422
    assert '<a href="#sound-hi">' in answer.get_data(as_text=True)


def test_sibling_unit_sees_and_withdraws_nothing(app: Flask, rt: Runtime) -> None:
    write(a_desk(app, rt))
    beside = a_desk(app, rt, "Asha", unit="BOOTH-2")
    assert "Ration" not in beside.read("/news")
    assert beside.post("/news/abcdefghijk/withdraw").status_code == 404
    assert beside.post("/news/new", **FORM).status_code == 422
    assert on_the_line(rt) == [WORDS]


@pytest.mark.parametrize("role", ["staff", "auditor", "approver", "listener"])
def test_only_coordinators_write_news(app: Flask, rt: Runtime, role: str) -> None:
    desk = a_desk(app, rt, role=role)
    assert desk.get("/news").status_code == 200
    assert desk.get("/news/new").status_code == 403
    assert desk.post("/news/new", **FORM).status_code == 403
