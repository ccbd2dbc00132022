"""`memberline consent`, `suppression` and `scrub` as a script uses them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import update

from gateway.db import unit_of_work
from gateway.models import Member
from gateway.runtime import Runtime
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.cli.conftest import Cli
from tests.gateway.consent.looks import left_alone


@pytest.fixture(autouse=True)
def _past(clock: TestClock) -> None:
    clock.forward(days=-3)  # commands go by the real clock, to which nothing here lies in the future


def test_consent_that_is_kept_wrongly_is_found_and_mended(rt: Runtime, cli: Cli) -> None:
    member_id = a_member(rt)
    assert cli("consent", "check").code == 0
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Member).values(consent="none"))
    found = cli("consent", "check", "--json")
    assert (found.code, found.json) == (1, [{"member": member_id, "kept": "none", "ledger": "all"}])
    assert cli("consent", "check", "--mend").code == 0
    assert cli("consent", "check").code == 0


def test_number_is_left_alone_from_a_script(rt: Runtime, cli: Cli, tmp_path: Path) -> None:
    first, second = a_number(), a_number()
    assert "from now" not in cli("suppression", "add", first, "court").err
    assert cli("suppression", "add", first, "why").code == 2
    assert cli("suppression", "add", "12", "court").err.count("\n") == 1
    (tmp_path / "list.csv").write_text(f"phone,reason\n{second},complaint\nabc,court\n")
    dry = cli("suppression", "import", tmp_path / "list.csv", "--dry-run")
    assert (dry.code, left_alone(rt, second)) == (0, [])
    cli("suppression", "import", tmp_path / "list.csv")
    assert (left_alone(rt, first), left_alone(rt, second)) == (["court"], ["complaint"])
    shown = cli("suppression", "list", "--json").json
    assert shown["counts"] == {"court": 1, "complaint": 1}
    assert first not in str(shown)


def test_round_with_the_register_from_a_script(rt: Runtime, cli: Cli, tmp_path: Path) -> None:
    number = a_number()
    a_member(rt, number=number)
    out = tmp_path / "out.csv"
    begun = cli("scrub", "export", "--unit", "BOOTH-1", out, "--json").json
    assert (begun["asked"], out.read_text().split()) == (1, ["phone", number])
    assert cli("scrub", "answer", begun["id"], out, "--json").json["listed"] == 1
    assert left_alone(rt, number) == ["do-not-disturb"]
    rounds = cli("scrub", "list", "--json").json
    assert [(each["id"], each["listed"]) for each in rounds] == [(begun["id"], 1)]
    assert cli("scrub", "export", "--unit", "NOWHERE", out).code == 1
