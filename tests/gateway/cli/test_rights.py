"""`member erase`, `purge`, `breach`: from a script."""

from __future__ import annotations

from pathlib import Path

from gateway.runtime import Runtime
from tests.builders import a_member, a_number
from tests.gateway.cli.conftest import Cli


def test_a_member_is_erased_once_and_not_found_after(rt: Runtime, cli: Cli) -> None:
    member_id = a_member(rt, "Sita")
    done = cli("member", "erase", str(member_id), "--yes", "--json")
    assert set(done.json) == {"erased_at", "purge_after"}
    again = cli("member", "erase", str(member_id), "--yes")
    assert (again.code, again.err) == (1, "memberline: there is no such member\n")
    assert cli("member", "show", str(member_id), "--everything").code == 1
    assert "Sita" not in cli("member", "export").out


def test_a_dry_run_of_the_purge_says_what_the_run_does(rt: Runtime, cli: Cli) -> None:
    a_member(rt, "Sita")
    said = cli("purge", "run", "--dry-run", "--json").json
    assert cli("purge", "run", "--json").json == said
    assert cli("purge", "list", "--json").json[0]["finished"] is True


def test_a_breach_from_a_list_of_numbers(rt: Runtime, cli: Cli, tmp_path: Path) -> None:
    a_member(rt, "Sita", number=a_number(333333))
    (tmp_path / "numbers.txt").write_text("7000333333\nx\n")
    made = cli(
        *("breach", "add", "--title", "A list was lost", "--unit", "BOOTH-1", "--json"),
        *("--numbers", tmp_path / "numbers.txt", "--kinds", "numbers"),
    )
    assert (made.json["members"], made.err) == (1, "1 lines are no numbers\n")
    shown = cli("breach", "show", made.json["id"], "--json").json
    assert shown["languages"] == {"hi": 1} and "A list was lost" in shown["board"]
    assert [each["id"] for each in cli("breach", "list", "--json").json] == [made.json["id"]]
    assert "+917000333333" in cli("breach", "export", made.json["id"]).out
    assert cli("breach", "show", "nothing").err == "memberline: there is no such breach\n"
