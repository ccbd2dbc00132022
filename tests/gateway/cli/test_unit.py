"""`unit`: the tree from a script."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway.cli.conftest import Cli
from tests.gateway.units.trees import TREE


@pytest.fixture
def tree(cli: Cli, tmp_path: Path) -> Path:
    (tmp_path / "tree.csv").write_text(TREE)
    assert cli("unit", "import", str(tmp_path / "tree.csv")).code == 0
    return tmp_path


def test_tree_is_listed_shown_and_changed(cli: Cli, tree: Path) -> None:
    rows = cli("unit", "list", "--under", "AGRA", "--json").json
    assert [(row["code"], row["units"]) for row in rows] == [("CITY", 3), ("BAH", 6)]
    assert cli("unit", "move", "P1", "--under", "CITY", "--json").json["line"] == "UP/AGRA/CITY/P1"
    assert cli("unit", "rename", "P1", "--name", "Nagla Neem").code == 0
    assert cli("unit", "merge", "P2", "--into", "P1").code == 0
    assert cli("unit", "close", "B3").code == 0
    shown = cli("unit", "show", "P2", "--json").json
    assert (shown["code"], shown["name"], shown["units_below"]) == ("P1", "Nagla Neem", 2)
    assert [each["what"] for each in shown["history"]] == ["took_in", "renamed", "moved", "added"]
    assert shown["history"][2]["details"] == {"from": "BAH", "to": "CITY"}
    assert cli("unit", "open", "B3", "--json").json["line"].endswith("P1/B3")
    assert "CITY" in cli("unit", "list").out or "AGRA" in cli("unit", "list").out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("move", "AGRA", "--under", "B1"), "come to lie under itself"),
        (("move", "UP", "--under", "B1"), "stays where it is"),
        (("move", "NONE", "--under", "B1"), "no unit with the code"),
        (("close", "BAH"), "not empty"),
        (("merge", "CITY", "--into", "B1"), "cannot lie under"),
        (("open", "BAH"), "is open"),
    ],
)
def test_what_cannot_be_done_is_one_line(cli: Cli, tree: Path, words: tuple[str, ...], told: str) -> None:
    ended = cli("unit", *words)
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert told in ended.err


def test_overlays_come_from_a_list(cli: Cli, tree: Path) -> None:
    (tree / "o.csv").write_text(
        "overlay,name,kind,unit\nPC18,Agra Sansad,constituency,BAH\nPC18,,,CITY\nYOUTH,Youth wing,wing,\n"
        "NEW,,,BAH\nYOUTH,,,BAH\nPC18,,wing,\nPC18,,,NOWHERE\nX,X,party,\n"
    )
    dry = cli("unit", "overlay", "import", str(tree / "o.csv"), "--dry-run", "--json").json
    assert cli("unit", "overlay", "list", "--json").json == []
    told = cli("unit", "overlay", "import", str(tree / "o.csv"), "--json").json
    assert told == dry
    assert told["taken"] == 4
    assert [(row["line"], row["column"]) for row in told["refused"]] == [
        (5, "name"),
        (6, "unit"),
        (7, "kind"),
        (8, "unit"),
        (9, "kind"),
    ]
    rows = cli("unit", "overlay", "list", "--json").json
    assert [(row["code"], row["unit"], row["named"]) for row in rows] == [
        ("PC18", "UP", 2),
        ("YOUTH", "UP", 0),
    ]
    assert "PC18" in cli("unit", "show", "B1").out
