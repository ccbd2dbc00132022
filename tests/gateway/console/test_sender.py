"""How we introduce ourselves: what is chosen is what phones hear and read; who agrees always learns who really asks."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from flows.catalog.entry import enter
from flows.engine import start
from flows.steps import Speak
from gateway import codes, sounds
from gateway.calls.facts import facts_for
from gateway.db import unit_of_work
from gateway.models import AuditEntry, Setting
from gateway.runtime import Runtime
from gateway.store import sender
from gateway.store.sender import Sender
from tests.gateway.console.seats import a_tree, post, seat

NAME = "People's help line"
CHOSEN = {"calls": "neutral", "sms": "neutral", "name": NAME}


def greeting(rt: Runtime, **facts: object) -> str:
    """What is written on the screen of who is rung now."""
    with unit_of_work(rt.engine) as work:
        known = facts_for(work.db, rt, None, is_outbound=True, **facts)
    turn = start(rt.flows[enter(known)], known, rt.flows)
    return " ".join(rt.words.text(each) for each in turn.steps if isinstance(each, Speak))


def test_own_name_is_said_when_nothing_was_chosen(rt: Runtime) -> None:
    assert rt.settings.organisation in greeting(rt, is_introduction=True)


def test_chosen_name_is_what_phones_hear_and_read(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    chief = seat(app, rt, role="administrator", unit="AGRA")
    assert post(chief, "/house/sender", **CHOSEN).status_code == 302
    heard = greeting(rt, is_introduction=True)
    assert heard.startswith("नमस्ते जी। यह People's help line का फ़ोन है")
    assert rt.settings.organisation in heard  # in the notice, by which somebody agrees
    with unit_of_work(rt.engine) as work:
        assert codes.welcome(work, rt)["organisation"] == NAME
    assert any(NAME in each.text for each in sounds.catalogue(rt))


def test_no_name_is_said_before_a_key_when_that_was_chosen(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as work:
        sender.keep_sender(work.db, Sender(calls="silent"))
    heard = greeting(rt, is_introduction=True)
    assert rt.settings.organisation not in heard and heard


def test_choosing_makes_the_sounds_and_is_noted(
    app: Flask, rt: Runtime, rung: list[tuple[str, tuple[object, ...]]]
) -> None:
    a_tree(rt)
    post(seat(app, rt, role="administrator", unit="AGRA"), "/house/sender", **CHOSEN)
    assert ("workers.sounds.build_sounds", ("catalogue", 0)) in rung
    with unit_of_work(rt.engine) as work:
        noted = work.db.scalars(select(AuditEntry).where(AuditEntry.action == "sender-changed")).one()
    assert noted.details == {"calls": "neutral", "sms": "neutral"}


@pytest.mark.parametrize(
    "wrong",
    [{"name": ""}, {"calls": "loud"}, {"sms": "silent"}, {"name": "{organisation}"}, {"name": "<b>x</b>"}],
)
def test_what_cannot_be_spoken_is_refused(app: Flask, rt: Runtime, wrong: dict[str, str]) -> None:
    a_tree(rt)
    chief = seat(app, rt, role="administrator", unit="AGRA")
    assert post(chief, "/house/sender", **{**CHOSEN, **wrong}).status_code == 422
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(func.count()).select_from(Setting)).one() == 0


def test_only_the_whole_organisation_decides(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    block = seat(app, rt, role="administrator", unit="ACH")
    assert "Only administrators of the whole organisation" in block.get("/house/sender").text
    assert post(block, "/house/sender", **CHOSEN).status_code == 403
