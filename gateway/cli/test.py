"""`memberline test`: the gate. Format, lint, types, import contracts, then all tests; the CI runs the same.

With arguments only pytest runs, with those arguments.
"""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import click

from gateway.errors import MemberlineError

ROOT = Path(__file__).resolve().parents[2]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-core")


@dataclass(frozen=True)
class Step:
    """One check and the command that makes it; `again` runs what failed once more, alone.

    Whole houses of processes share two cores here: what only failed for want of time passes alone and is named unsteady,
    what is broken fails twice.
    """

    name: str
    command: tuple[str, ...]
    again: tuple[str, ...] = ()


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.argument("pytest_arguments", nargs=-1, type=click.UNPROCESSED)
def test(pytest_arguments: tuple[str, ...]) -> None:
    """Check everything, or run pytest with the arguments given."""
    if not (ROOT / "tests").is_dir():
        raise MemberlineError("the tests are only in a checkout of the source")
    python = (sys.executable, "-m")
    if pytest_arguments:
        sys.exit(subprocess.run([*python, "pytest", *pytest_arguments], cwd=ROOT).returncode)
    missing = ensure_browser()
    rows = [_run(step) for step in steps(python)]
    _show(rows)
    if missing:
        click.echo(missing, err=True)
    sys.exit(0 if all(passed for _, passed, _ in rows) else 1)


def steps(python: tuple[str, ...]) -> list[Step]:
    """List the checks, the fast ones first; a browser needs the machine for itself, so it comes last and alone."""
    lint_imports = str(Path(sys.executable).with_name("lint-imports"))
    return [
        Step("format", (*python, "ruff", "format", "--check", "--quiet", ".")),
        Step("lint", (*python, "ruff", "check", "--quiet", ".")),
        Step("types", (*python, "mypy")),
        Step("imports", (lint_imports, "--no-cache")),
        _tests(python, "tests", "not browser and not live", "-n", "2"),
        _tests(python, "browser tests", "browser"),
    ]


def _tests(python: tuple[str, ...], name: str, mark: str, *spread: str) -> Step:
    pytest = (*python, "pytest", "-q", "-m", mark)
    return Step(name, (*pytest, *spread), (*pytest, "--last-failed", "--last-failed-no-failures=none"))


def ensure_browser() -> str:
    """Install Chromium and fonts where we may; returns what to type where we may not, "" where all is there."""
    if any(shutil.which(name) for name in BROWSERS):
        return ""
    by_hand = f"no Chromium found, so the browser tests fail: sudo apt-get install -y {' '.join(PACKAGES)}"
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return by_hand
    click.echo("installing Chromium for the browser tests")
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *PACKAGES]):
        quiet = subprocess.run(["apt-get", *command], capture_output=True)
    return "" if quiet.returncode == 0 else by_hand


def _run(step: Step) -> tuple[str, bool, float]:
    click.echo(f"── {step.name}")
    began = time.monotonic()
    passed = subprocess.run(step.command, cwd=ROOT).returncode == 0
    if not passed and step.again:
        click.echo(f"── {step.name}: what failed, once more and alone")
        passed = subprocess.run(step.again, cwd=ROOT).returncode == 0
        if passed:
            click.echo("the tests that failed above passed alone: they are UNSTEADY, not broken")
    return step.name, passed, time.monotonic() - began


def _show(rows: list[tuple[str, bool, float]]) -> None:
    click.echo("")
    for name, passed, seconds in rows:
        click.echo(f"{name:<14} {'passed' if passed else 'FAILED':<7} {seconds:6.1f} s")
    failed = sum(not passed for _, passed, _ in rows)
    click.echo(f"{len(rows) - failed} passed, {failed} failed")
