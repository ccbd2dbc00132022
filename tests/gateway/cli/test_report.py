"""`report`: the list's exact keys, one with its history, and an answer that owes a call."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from flows.steps import OpenReport
from gateway.db import unit_of_work
from gateway.effects import Scene
from gateway.models import Delivery, Member
from gateway.reports.opening import open_report
from gateway.runtime import Runtime
from gateway.states import DeliveryReason
from tests.builders import a_member, a_person_of_staff
from tests.gateway.cli.conftest import Cli

WORDS = "हैंडपंप खराब है"


@pytest.fixture
def reference(rt: Runtime) -> str:
    member_id = a_member(rt, "Sita")
    with unit_of_work(rt.engine) as unit:
        member = unit.db.get_one(Member, member_id)
        scene = Scene(member.number_id, member.id, "hi")
        return open_report(unit, rt, scene, OpenReport(text=WORDS)).reference


def test_list_has_the_keys_of_the_contract(cli: Cli, reference: str) -> None:
    (row,) = cli("report", "list", "--json").json
    assert list(row) == ["reference", "state", "urgency", "unit", "member", "received_at", "voice_note"]
    assert (row["reference"], row["state"], row["unit"], row["member"]) == (
        reference,
        "received",
        "BOOTH-1",
        "Sita",
    )
    assert (row["urgency"], row["voice_note"]) == ("not_stated", None)
    assert reference in cli("report", "list").out


def test_one_is_shown_with_words_and_history(cli: Cli, reference: str) -> None:
    spaced = " ".join(reference)
    shown = cli("report", "show", spaced, "--json").json
    assert (shown["reference"], shown["text"], shown["texts"]) == (reference, WORDS, {})
    assert [(each["kind"], each["state"]) for each in shown["history"]] == [("received", "received")]
    assert list(shown["history"][0]) == ["at", "kind", "state", "by", "note"]


def test_answer_is_kept_and_owed_by_phone(rt: Runtime, cli: Cli, reference: str) -> None:
    ended = cli("report", "answer", reference, "--text", "hi=कल ठीक होगा।", "--json")
    assert ended.json == {"reference": reference, "state": "answered"}
    shown = cli("report", "show", reference, "--json").json
    assert (shown["state"], shown["texts"]) == ("answered", {"hi": "कल ठीक होगा।"})
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Delivery.reason)).all() == [DeliveryReason.ANSWER]


def test_report_is_given_answered_and_told_in_person(rt: Runtime, cli: Cli, reference: str) -> None:
    a_person_of_staff(rt, "Asha")
    assert cli("report", "assign", reference, "asha@example.org", "--json").json["state"] == "assigned"
    assert "does not" not in cli("report", "answer", reference, "--text", "hi=हो गया").out
    assert cli("report", "told", reference, "yes").out.strip() == f"{reference} is confirmed"
    history = cli("report", "show", reference, "--json").json["history"]
    assert {each["kind"] for each in history} == {"received", "assigned", "answered", "confirmed"}


@pytest.mark.parametrize(("words", "code"), [(("answer", "0000", "--text", "hi=x"), 1), (("show", "12"), 1)])
def test_unknown_reference_is_one_line(cli: Cli, words: tuple[str, ...], code: int) -> None:
    ended = cli("report", *words)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (code, "", 1)


def test_answer_without_words_is_a_usage_error(cli: Cli, reference: str) -> None:
    assert cli("report", "answer", reference).code == 2
