"""`drive add|list|show`, `code add|list`: what they print, and one line for what is wrong."""

from __future__ import annotations

import pytest

from flows.references import check_digit
from gateway.db import unit_of_work
from gateway.models import Member
from gateway.runtime import Runtime
from tests.builders import a_member
from tests.gateway.cli.conftest import Cli
from tests.gateway.console.seats import a_tree

DAYS = ("--from", "2026-11-01", "--to", "2026-11-30")


def test_drive_is_begun_listed_and_shown_with_its_units(rt: Runtime, cli: Cli) -> None:
    a_tree(rt)
    made = cli("drive", "add", "--name", "Spring", "--unit", "AGRA", "--target", "101", *DAYS, "--json").json
    assert (made["unit"], made["target"]) == ("AGRA", 101)
    assert [each["id"] for each in cli("drive", "list", "--json").json] == [made["id"]]
    shown = cli("drive", "show", made["id"], "--json").json
    assert sorted(each["target"] for each in shown["units"]) == [50, 51]
    assert "Spring" in cli("drive", "list").out


@pytest.mark.parametrize(
    ("target", "days"), [("0", DAYS), ("10", ("--from", "2026-11-30", "--to", "2026-11-01"))]
)
def test_drive_that_makes_no_sense_is_one_line(
    rt: Runtime, cli: Cli, target: str, days: tuple[str, ...]
) -> None:
    a_tree(rt)
    ended = cli("drive", "add", "--name", "Spring", "--unit", "AGRA", "--target", target, *days)
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)


def test_class_is_opened_for_a_trainer_and_listed(rt: Runtime, cli: Cli) -> None:
    a_tree(rt)
    trainer = a_member(rt, "Asha", unit="BOOTH-1")
    with unit_of_work(rt.engine) as unit:
        public_id = unit.db.get_one(Member, trainer).public_id
    made = cli("code", "add", "--unit", "BOOTH-1", "--trainer", public_id, "--title", "Monday", "--json").json
    assert check_digit(made["code"]) == 0
    assert cli("code", "list", "--json").json == [
        {"code": made["code"], "unit": "BOOTH-1", "trainer": "Asha", "title": "Monday", "joined": 0}
    ]


def test_trainer_who_is_nobody_is_one_line(rt: Runtime, cli: Cli) -> None:
    a_tree(rt)
    ended = cli("code", "add", "--unit", "BOOTH-1", "--trainer", "99")
    assert (ended.code, ended.err.count("\n")) == (1, 1)
