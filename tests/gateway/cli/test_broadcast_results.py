"""`broadcast show --by`, `results`, `rest`, `copy`, `correct`: what a script learns of a broadcast, and what follows."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import AuditEntry, Broadcast
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from tests.gateway.asked import BUSY, HEARD, REFUSED, SHORT, asked
from tests.gateway.cli.conftest import Cli

FINISHED = BroadcastState.FINISHED


def public_id(rt: Runtime, broadcast_id: int) -> str:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Broadcast, broadcast_id).public_id


def test_lines_by_unit_and_by_language_add_up_to_the_whole(rt: Runtime, cli: Cli) -> None:
    other = {**HEARD, "unit": "BOOTH-2", "language": "bn", "evidence": "estimated"}
    wanted = public_id(rt, asked(rt, HEARD, SHORT, BUSY, REFUSED, other))
    for by in ("unit", "language"):
        shown = cli("broadcast", "show", wanted, "--by", by, "--json").json
        lines = shown[f"by_{by}"]
        for key in ("asked", "heard", "answered_not_heard", "heard_estimated"):
            assert sum(line[key] for line in lines) == shown[key]
        assert sum(line["not_reached"].get("busy", 0) for line in lines) == 1
    assert (shown["heard"], shown["heard_estimated"], shown["fallback"]) == (2, 1, None)
    assert "BOOTH-2" in cli("broadcast", "show", wanted, "--by", "unit").out


def test_results_are_the_numbers_behind_the_plots(rt: Runtime, cli: Cli) -> None:
    wanted = public_id(rt, asked(rt, HEARD, SHORT, BUSY))
    shown = cli("broadcast", "results", wanted, "--json").json
    assert shown["tries"] == [{"nth": 1, "tried": 3, "reached": 2, "reached_so_far": 0.6667}]
    assert shown["seconds"] == [[4, 1], [40, 1]]
    assert shown["listened"] == {"people": 2, "median_seconds": 4, "share_estimated": 0.5}
    assert shown["cost"]["charged"] == 4.0
    assert "reached so far" in cli("broadcast", "results", wanted).out


def test_people_are_written_masked_or_whole_and_that_is_noted(rt: Runtime, cli: Cli, tmp_path: Path) -> None:
    wanted, file = public_id(rt, asked(rt, HEARD, BUSY)), tmp_path / "people.csv"
    assert cli("broadcast", "results", wanted, "--csv", str(file), "--json").json["people"] == 2
    written = file.read_text("utf-8-sig")
    assert "+917000" not in written
    assert ",heard_percent_estimated," in written
    assert ",40,100," in written
    cli("broadcast", "results", wanted, "--csv", str(file), "--numbers")
    assert "+917000" in file.read_text("utf-8-sig")
    with unit_of_work(rt.engine) as unit:
        noted = unit.db.scalars(select(AuditEntry).where(AuditEntry.action == "broadcast-exported"))
        assert [each.details["numbers"] for each in noted] == [False, True]
    assert cli("broadcast", "results", wanted, "--csv", str(tmp_path / "no" / "where.csv")).code == 2
    assert cli("broadcast", "results", wanted, "--csv", "a", "--xlsx", "b").code == 2


def test_rest_is_taken_once(rt: Runtime, cli: Cli) -> None:
    wanted = public_id(rt, asked(rt, HEARD, BUSY, state=FINISHED))
    assert cli("broadcast", "rest", wanted, "--json").json["state"] == "running"
    assert cli("broadcast", "rest", wanted).code == 1


def test_copy_and_correction_are_drafts(rt: Runtime, cli: Cli) -> None:
    wanted = public_id(rt, asked(rt, HEARD, state=FINISHED))
    first, second = (cli("broadcast", "copy", wanted, "--json").json for _ in range(2))
    assert first["id"] != second["id"] and first["state"] == "draft"
    drafts = [cli("broadcast", "correct", wanted, "--json").json for _ in range(2)]
    assert drafts[0] == drafts[1] and drafts[0]["of"] == wanted
    assert cli("broadcast", "correct", wanted, "--answers").code == 1
