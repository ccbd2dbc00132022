"""`broadcast`: the contract's keys, sums that add up before and after the start, and refusals of one line."""

from __future__ import annotations

import wave
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from gateway.broadcasts.spread import spread
from gateway.db import unit_of_work
from gateway.models import Broadcast, Member, Post, Unit
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from gateway.store.overlays import add_members, add_overlay
from tests.builders import a_member, a_person_of_staff, a_unit
from tests.gateway.asked import HEARD, SHORT, asked
from tests.gateway.cli.conftest import Cli

NEW = ("broadcast", "create", "--title", "Meeting", "--unit", "BOOTH-1", "--json")
HINDI = ("--text", "hi=कल दस बजे मीटिंग है।")
KEYS = ["id", "state", "asked", "heard", "answered_not_heard", "not_reached", "in_progress", "held"]
KEYS += ["refused", "not_yet_tried", "in_doubt", "to_retry", "heard_estimated", "fallback"]


@pytest.fixture(autouse=True)
def _sita(rt: Runtime) -> None:
    a_member(rt, "Sita")
    a_member(rt, "Ramesh", consent=None)


def total(shown: dict[str, Any]) -> int:
    beside = ("id", "state", "asked", "to_retry", "heard_estimated", "fallback")
    parts = [shown[key] for key in KEYS if key in shown and key not in beside]
    return sum(sum(part.values()) if isinstance(part, dict) else part for part in parts)


def test_voice_broadcast_goes_from_draft_to_running_and_stops(rt: Runtime, cli: Cli) -> None:
    made = cli(*NEW, "--kind", "voice", *HINDI).json
    assert (made["state"], made["audience"], list(made)) == ("draft", 1, ["id", "state", "audience"])
    shown = cli("broadcast", "show", made["id"], "--json").json
    assert (list(shown), shown["asked"], shown["not_yet_tried"]) == (KEYS, 1, 1)
    assert cli("broadcast", "approve", made["id"], "--json").json["state"] == "approved"
    assert cli("broadcast", "start", made["id"], "--json").json["state"] == "starting"
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, unit.db.query(Broadcast.id).scalar())
    for verb, state in [("pause", "paused"), ("resume", "running"), ("stop", "stopped")]:
        assert cli("broadcast", verb, made["id"], "--json").json == {"id": made["id"], "state": state}
        shown = cli("broadcast", "show", made["id"], "--json").json
        assert (shown["asked"], total(shown)) == (1, 1)


def test_sms_broadcast_shows_delivered_in_place_of_heard(cli: Cli) -> None:
    made = cli(*NEW, "--kind", "sms", *HINDI).json
    assert set(cli("broadcast", "show", made["id"], "--json").json) == {*KEYS} - {"heard"} | {"delivered"}


def test_sound_of_a_file_is_taken(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "meeting.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(bytes(range(0, 250, 2)) * 400)
    made = cli(*NEW, "--kind", "voice", "--audio", f"hi={path}")
    assert (made.code, made.json["audience"]) == (0, 1)
    assert cli(*NEW, "--kind", "voice", "--audio", f"hi={__file__}").code == 1


def test_list_shows_title_and_time(cli: Cli) -> None:
    cli(*NEW, "--kind", "sms", *HINDI, "--at", "2099-01-31T17:30")
    row = cli("broadcast", "list", "--json").json[0]
    assert (row["title"], row["state"], row["at"]) == ("Meeting", "draft", "2099-01-31T17:30:00+05:30")
    assert "Meeting" in cli("broadcast", "list").out


WRONG = [
    ("no words", ("--kind", "voice"), 1),
    ("no language", ("--kind", "voice", "--text", "मीटिंग"), 2),
    ("language twice", ("--kind", "voice", *HINDI, *HINDI), 2),
    ("unknown kind", ("--kind", "letter", *HINDI), 2),
    ("unknown unit", ("--kind", "sms", *HINDI, "--unit", "NOWHERE"), 1),
    ("time gone by", ("--kind", "sms", *HINDI, "--at", "2020-01-01T10:00"), 2),
    ("no time", ("--kind", "sms", *HINDI, "--at", "tomorrow"), 2),
    ("end before it begins", ("--kind", "sms", *HINDI, "--expires", "2020-01-01T10:00"), 2),
    ("no amount", ("--kind", "sms", *HINDI, "--budget", "much"), 2),
    ("nothing to spend", ("--kind", "sms", *HINDI, "--budget", "0"), 2),
    ("an answer too few", ("--kind", "sms", *HINDI, "--question", "hi=आएँगे?|हाँ"), 1),
    ("four questions", ("--kind", "voice", *HINDI, *(f"--question={n}:hi=कब?" for n in range(1, 5))), 1),
    ("other answers", ("--kind", "sms", *HINDI, "--question", "hi=क?|१|२", "--question", "en=A?|1"), 2),
    ("fallback too long", ("--kind", "voice", *HINDI, "--fallback", f"hi={'क' * 900}"), 1),
    ("unknown language", ("--kind", "sms", *HINDI, "--language", "xx"), 2),
    ("unknown broadcast", ("--kind", "sms", *HINDI, "--heard", "AAAAAAAAAAA"), 1),
    ("unknown list", ("--kind", "sms", *HINDI, "--list", "AAAAAAAAAAA"), 1),
    ("two that exclude", ("--kind", "sms", *HINDI, "--heard", "A", "--answered", "B"), 2),
    ("no such file", ("--kind", "voice", "--audio", "hi=/nowhere.wav"), 1),
    ("no such person", ("--kind", "sms", *HINDI, "--as", "nobody@example.org"), 1),
]


@pytest.mark.parametrize(("name", "options", "code"), WRONG, ids=[row[0] for row in WRONG])
def test_mistake_is_one_line_and_makes_nothing(
    cli: Cli, name: str, options: tuple[str, ...], code: int
) -> None:
    ended = cli(*NEW, *options)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (code, "", 1)
    assert cli("broadcast", "list", "--json").json == []


def test_person_named_may_do_what_their_role_allows(rt: Runtime, cli: Cli) -> None:
    a_person_of_staff(rt, "Asha", "staff")
    a_person_of_staff(rt, "Mina", "coordinator")
    made = cli(*NEW, "--kind", "sms", *HINDI).json
    refused = cli("broadcast", "approve", made["id"], "--as", "asha@example.org")
    assert (refused.code, "may not" in refused.err) == (1, True)
    assert cli("broadcast", "approve", made["id"], "--as", "mina@example.org").code == 0


def test_campaign_is_not_approved_by_the_command_line_alone(cli: Cli) -> None:
    made = cli(*NEW, "--kind", "sms", *HINDI, "--class", "campaign").json
    assert cli("broadcast", "approve", made["id"]).code == 1
    assert cli("broadcast", "show", made["id"], "--json").json["state"] == "draft"


def test_id_that_begins_with_a_dash_is_an_id(rt: Runtime, cli: Cli) -> None:
    cli(*NEW, "--kind", "sms", *HINDI)
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Broadcast).values(public_id="-hJ3_Xhh-9a"))
    assert cli("broadcast", "show", "-hJ3_Xhh-9a", "--json").json["id"] == "-hJ3_Xhh-9a"
    assert cli("broadcast", "show", "unknown").code == 1


def test_only_whom_the_options_mean_is_asked(rt: Runtime, cli: Cli) -> None:
    with unit_of_work(rt.engine) as unit:
        member = unit.db.get_one(Member, a_member(rt, "Kamla", language="hi"))
        member.tags, member.handset = ["asha"], "keypad"
        wing = add_overlay(unit.db, "WING", "Wing", "wing", member.unit_id, rt.clock())
        add_members(unit.db, wing.id, [member.id])
        unit.db.add(Post(member_id=member.id, unit_id=member.unit_id, title="Booth lead", since=rt.clock()))
    assert cli(*NEW, "--kind", "voice", *HINDI).json["audience"] == 2
    for only in ("--tag=asha", "--post=booth lead", "--handset=keypad", "--overlay=WING"):
        assert cli(*NEW, "--kind", "voice", *HINDI, only).json["audience"] == 1
    assert cli(*NEW, "--kind", "voice", *HINDI, "--tag=asha", "--handset=smartphone").json["audience"] == 0


def test_overlay_of_another_unit_is_not_there(rt: Runtime, cli: Cli) -> None:
    a_person_of_staff(rt, "Meera", role="coordinator", unit="BOOTH-1")
    with unit_of_work(rt.engine) as unit:
        add_overlay(unit.db, "WING", "Wing", "wing", a_unit(unit.db, "BOOTH-2").id, rt.clock())
    for only in ("WING", "NONE"):
        answer = cli(*NEW, "--kind", "voice", *HINDI, "--overlay", only, "--as", "meera@example.org")
        assert (answer.code, f"no open constituency or wing {only}" in answer.err) == (1, True)
    assert cli(*NEW, "--kind", "voice", *HINDI, "--post", "x" * 81).code == 2


def test_all_that_the_form_takes_a_script_can_say(rt: Runtime, cli: Cli) -> None:
    questions = (
        "--question",
        "hi=आएँगे?|हाँ|नहीं",
        "--question",
        "en=Will you come?|Yes|No",
        "--question",
        "2:hi=क्यों?",
    )
    questions += ("--question", "2:en=Why?", "--text", "en=Meeting at ten.")
    course = (
        "--at",
        "2026-11-24T10:00",
        "--expires",
        "2026-11-24T18:00+05:30",
        "--budget",
        "1200.50",
        "--urgent",
    )
    made = cli(
        *NEW,
        "--kind",
        "voice",
        *HINDI,
        *questions,
        *course,
        "--fallback",
        "hi=कल दस बजे मीटिंग।",
        "--language=hi",
    )
    assert (made.code, made.json["audience"]) == (0, 1)
    with unit_of_work(rt.engine) as unit:
        kept = unit.db.query(Broadcast).one()
        assert kept.scheduled_at == datetime(2026, 11, 24, 4, 30, tzinfo=UTC)
        assert kept.expires_at == datetime(2026, 11, 24, 12, 30, tzinfo=UTC)
        assert (kept.budget, kept.is_urgent, kept.filters) == (Decimal("1200.50"), True, {"language": "hi"})
        assert kept.fallback_texts == {"hi": "कल दस बजे मीटिंग।"}
        first, second = kept.questions
        assert first["choices"] == [{"hi": "हाँ", "en": "Yes"}, {"hi": "नहीं", "en": "No"}]
        assert (second["answer"], second["texts"]) == ("voice", {"hi": "क्यों?", "en": "Why?"})


def test_time_is_that_of_the_clocks_of_its_unit(rt: Runtime, cli: Cli) -> None:
    with unit_of_work(rt.engine) as unit:
        unit.db.query(Unit).where(Unit.code == "BOOTH-1").one().zone = "America/New_York"
    cli(*NEW, "--kind", "sms", *HINDI, "--at", "2027-01-31T17:30")
    assert cli("broadcast", "list", "--json").json[0]["at"] == "2027-01-31T17:30:00-05:00"
    refused = cli(*NEW, "--kind", "sms", *HINDI, "--at", "2027-03-14T02:30")
    assert refused.code == 2 and "never comes" in refused.err and "01:59" in refused.err


def test_only_who_heard_or_stands_on_a_list_is_asked(rt: Runtime, cli: Cli) -> None:
    rows = [{**each, "unit": "BOOTH-9"} for each in (HEARD, SHORT, HEARD)]
    broadcast_id = asked(rt, *rows, state=BroadcastState.FINISHED)
    with unit_of_work(rt.engine) as unit:
        before = unit.db.get_one(Broadcast, broadcast_id).public_id
    to_all = ("broadcast", "create", "--title", "M", "--unit", "BLOCK", "--kind", "sms", *HINDI, "--json")
    assert cli(*to_all, f"--heard={before}").json["audience"] == 2
    assert cli(*to_all, f"--not-heard={before}").json["audience"] == 1
    assert cli(*to_all, f"--answered={before}").json["audience"] == 0
