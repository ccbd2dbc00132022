"""`doctor` finds what is broken and says how to mend it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import servers
from tests.gateway.cli.conftest import Cli


def test_broken_things_come_with_their_fix(cli: Cli) -> None:
    ended = cli("doctor")
    assert ended.code == 1
    lines = ended.out.splitlines()
    broken = [line.split()[1] for line in lines if line.startswith("BROKEN")]
    assert broken == ["queue", "clips"]
    assert sum("→" in line for line in lines) == 2
    assert "memberline clips build" in ended.out


def test_database_that_is_away_is_one_of_the_lines(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    found = {each["name"]: each for each in cli("doctor", "--json").json}
    assert not found["database"]["is_well"]
    assert "migrations" not in found
    assert found["disk"]["finding"]


def test_model_folder_that_is_not_whole_is_one_of_the_lines(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert cli("db", "upgrade").code == 0
    monkeypatch.setenv("MEMBERLINE_KOKORO", str(tmp_path))
    found = {each["name"]: each for each in cli("doctor", "--json").json}
    assert not found["kokoro"]["is_well"]
    assert found["kokoro"]["finding"].startswith("Kokoro ") and "manifest.json" in found["kokoro"]["fix"]


def test_what_runs_is_well(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", servers.valkey())
    assert cli("db", "upgrade").code == 0
    found = {each["name"]: each["is_well"] for each in cli("doctor", "--json").json}
    assert {name for name, is_well in found.items() if not is_well} == {"workers", "clips"}


def test_other_secret_than_the_databases_is_one_of_the_lines(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("db", "upgrade").code == 0
    monkeypatch.setenv("MEMBERLINE_SECRET_KEY", "another-secret-of-the-tests")
    found = {each["name"]: each for each in cli("doctor", "--json").json}
    assert (found["keys"]["is_well"], found["consent"]["is_well"]) == (False, True)
    assert "MEMBERLINE_OLD_SECRET_KEY" in found["keys"]["fix"]


def test_missing_setting_is_told_before_anything_else(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MEMBERLINE_SECRET_KEY")
    ended = cli("doctor")
    assert (ended.code, "MEMBERLINE_SECRET_KEY is not set" in ended.err) == (1, True)
