"""The two commands and their kin as a person meets them: what they print, their exit codes, what they load."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.cli import COMMANDS, data_first, one_line
from gateway.cli.bench import BENCHES
from gateway.settings_shown import settings_table

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ("dirname", "cksum", "cat", "mkdir", "sleep", "rm", "tr")
BARE = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("MEMBERLINE_", "DATABASE_", "REDIS_"))
}


def run(*arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    entry = "from gateway.cli import main; main()"
    command = [sys.executable, "-c", entry, *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**BARE, **extra}, timeout=60
    )


def starter(tmp_path: Path, python: str = "") -> subprocess.CompletedProcess[str]:
    """Run the shell script as on a machine that has only these tools, and perhaps a python3 that says this."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in TOOLS:
        (tools / tool).symlink_to(shutil.which(tool) or "")
    if python:
        (tools / "python3").write_text(f"#!/bin/sh\n{python}\n")
        (tools / "python3").chmod(0o755)
    checkout = tmp_path / "check out"
    checkout.mkdir()
    for name in ("memberline", "requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, checkout / name)
    command = ["/bin/sh", str(checkout / "memberline"), "up"]
    return subprocess.run(command, capture_output=True, text=True, env={"PATH": str(tools)}, timeout=60)


def test_help_names_each_command_without_loading_any() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    assert all(f"  {name} " in shown.stdout for name in COMMANDS if name != "demo")


def test_start_is_light_when_only_the_group_is_loaded() -> None:
    heavy = "{'flask', 'sqlalchemy', 'redis', 'rq', 'numpy', 'phonenumbers', 'psycopg', 'granian'}"
    code = f"import sys; import gateway.cli, gateway.cli.up; print({heavy} & set(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


@pytest.mark.parametrize("wrong", [["sing"], ["settings", "--wrong"], ["web", "--port", "many"], ["--data"]])
def test_usage_error_is_one_line_and_exit_code_2(wrong: list[str]) -> None:
    shown = run(*wrong)
    assert (shown.returncode, shown.stdout, shown.stderr.count("\n")) == (2, "", 1)


def test_missing_settings_are_one_line_and_exit_code_1(tmp_path: Path) -> None:
    shown = run("web", DATABASE_URL="sqlite://")
    assert (shown.returncode, shown.stdout, shown.stderr.count("\n")) == (1, "", 1)
    assert "DATABASE_URL is not an address" in shown.stderr
    assert "MEMBERLINE_SECRET_KEY is not set" in shown.stderr
    assert "start `memberline up` first" in run("web", "--data", str(tmp_path)).stderr


def test_settings_are_shown_without_secrets_when_asked() -> None:
    shown = run(
        "settings", "--json", MEMBERLINE_SECRET_KEY="hidden-hidden-hidden", DATABASE_URL="postgresql://h/d"
    )
    rows = json.loads(shown.stdout)
    assert [row["name"] for row in rows] == [name for name, _, _ in settings_table()]
    assert "hidden" not in shown.stdout


@pytest.mark.parametrize(
    ("typed", "seen"),
    [
        (["report", "list", "--data", "D", "--json"], ["--data", "D", "report", "list", "--json"]),
        (["report", "list", "--data=D"], ["--data=D", "report", "list"]),
        (["--data", "D", "up"], ["--data", "D", "up"]),
        (["test", "--data", "D"], ["test", "--data", "D"]),
        (["report", "answer", "--", "--data", "D"], ["report", "answer", "--", "--data", "D"]),
    ],
)
def test_data_folder_may_stand_anywhere(typed: list[str], seen: list[str]) -> None:
    assert data_first(typed) == seen


def test_error_of_many_lines_is_joined() -> None:
    assert one_line(ValueError("one\n  two\n")) == "one; two"


def test_what_to_install_is_said_when_there_is_no_python(tmp_path: Path) -> None:
    shown = starter(tmp_path)
    assert shown.returncode == 1
    assert "Python 3.11 or newer is needed" in shown.stderr


def test_what_to_install_is_said_when_python_cannot_make_environments(tmp_path: Path) -> None:
    shown = starter(tmp_path, python='case "$2" in *ensurepip*) exit 1;; esac')
    assert shown.returncode == 1
    assert "python3-venv" in shown.stderr
    assert not (tmp_path / "check out" / "build" / "install.lock").exists()


def test_every_benchmark_of_the_checkout_can_be_run_by_name() -> None:
    benches = ROOT / "tests" / "bench"
    runnable = {each.stem for each in benches.glob("*.py") if '__name__ == "__main__"' in each.read_text()}
    assert runnable - {"bare"} == set(
        BENCHES.values()
    )  # that one is the server which others are measured against
