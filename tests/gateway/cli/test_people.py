"""`unit import`, `member import|export|show`: exit codes, JSON alone on standard output, one line for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.models import Base
from gateway.people.everything import FURTHER, keys_to
from gateway.runtime import Runtime
from tests.builders import a_member
from tests.gateway.cli.conftest import Cli
from tests.gateway.people.lists import HEADER, UNITS


@pytest.fixture
def files(tmp_path: Path, cli: Cli) -> Path:
    (tmp_path / "units.csv").write_text(UNITS)
    (tmp_path / "members.csv").write_text(HEADER + "7000000001,Sita,hi,B1,,paper,2026-01-31\n1,X,hi,B1,,,\n")
    (tmp_path / "caste.csv").write_text("phone,unit,caste\n7000000001,B1,x\n")
    assert cli("unit", "import", tmp_path / "units.csv").code == 0
    return tmp_path


def test_import_takes_good_rows_and_names_the_others(files: Path, cli: Cli) -> None:
    ended = cli("member", "import", files / "members.csv")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "line 3, column phone: refused: this is not a number that can be called",
        "1 taken, 0 updated, 1 refused",
    ]


def test_json_is_all_there_is_on_standard_output(files: Path, cli: Cli) -> None:
    for option in ("--dry-run", "--json"):
        ended = cli("member", "import", files / "members.csv", "--json", option)
        reason = "this is not a number that can be called"
        assert ended.json == {
            "taken": 1,
            "updated": 0,
            "refused": [{"line": 3, "column": "phone", "reason": reason}],
        }
    assert cli("unit", "import", files / "units.csv", "--json").json == {
        "taken": 0,
        "updated": 5,
        "refused": [],
    }


@pytest.mark.parametrize(("name", "code"), [("caste.csv", 1), ("nowhere.csv", 2), ("units.csv", 1)])
def test_list_that_cannot_be_taken_is_one_line(files: Path, cli: Cli, name: str, code: int) -> None:
    ended = cli("member", "import", files / name)
    assert (ended.code, ended.out, len(ended.err.splitlines())) == (code, "", 1)


def test_export_gives_back_what_was_imported(files: Path, cli: Cli) -> None:
    cli("member", "import", files / "members.csv")
    assert cli("member", "export").out == HEADER + "+917000000001,Sita,hi,B1,,paper,2026-01-31\n"
    row = cli("member", "export", "--json").json[0]
    assert (row["phone"], row["consent_date"]) == ("+917000000001", "2026-01-31")


def test_member_is_shown_by_either_id(rt: Runtime, cli: Cli) -> None:
    member_id = a_member(rt, "Sita")
    short = cli("member", "show", str(member_id), "--json").json
    assert (short["name"], short["consent"]) == ("Sita", "all")
    assert "Sita" in cli("member", "show", short["id"]).out


def test_everything_shows_every_table_that_knows_the_member(rt: Runtime, cli: Cli) -> None:
    member_id = a_member(rt, "Sita")
    found = cli("member", "show", str(member_id), "--everything", "--json").json
    assert found["consents"][0]["how"] == "paper"
    assert found["number"].startswith("+917000")
    keyed = {t.name for t in Base.metadata.tables.values() if t.name != "members" and keys_to(t, "members")}
    assert keyed | {each[0] for each in FURTHER} <= set(found)


def test_unknown_member_is_one_line(cli: Cli) -> None:
    for member_id in ("4711", "nobody", "-abcdefghij", "99999999999999999999999"):
        ended = cli("member", "show", member_id)
        assert (ended.code, ended.err) == (1, "memberline: there is no such member\n")
