"""`memberline test`: the gate. Format, lint, types, import contracts and all tests; the CI runs the same.

What takes long runs at the same time: whole services and a browser wait most of theirs, and the tests that wait for
nothing take the cores meanwhile, behind them. With arguments only pytest runs, with those arguments.
"""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from gateway.errors import MemberlineError

ROOT = Path(__file__).resolve().parents[2]

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-core")
# Tests that begin whole services: they would be late, not wrong, where others had taken the cores.
SERVICES = ("tests/chaos", "tests/journeys", "tests/test_up_whole.py")
BROWSER = ("tests/browser", "tests/emulator/test_handset.py")
BEHIND = ("nice", "-n", "5")


@dataclass(frozen=True)
class Step:
    """One check and the command that makes it; `again` runs what failed once more, alone.

    Whole houses of processes share two cores here: what only failed for want of time passes alone and is named unsteady,
    what is broken fails twice.
    """

    name: str
    command: tuple[str, ...]
    again: tuple[str, ...] = ()


Row = tuple[str, bool, float]


class Running:
    """A step under way beside others: what it says is kept until it ends."""

    def __init__(self, step: Step, said: Path, stack: ExitStack) -> None:
        self.step, self._said, self._began = step, said, time.monotonic()
        out = stack.enter_context(said.open("wb"))
        process = subprocess.Popen(step.command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
        self._process = stack.enter_context(process)

    def has_ended(self, told: Collection[str]) -> bool:
        """Whether it has ended and nobody was told yet."""
        return self.step.name not in told and self._process.poll() is not None

    def tell(self) -> Row:
        """Say what it said, and how it ended."""
        click.echo(f"── {self.step.name}\n{self._said.read_text(errors='replace').rstrip()}")
        return self.step.name, self._process.returncode == 0, time.monotonic() - self._began


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
    rows = [_run(step) for step in quick_steps(python)] + _run_together(long_steps(python))
    _show(rows)
    if missing:
        click.echo(missing, err=True)
    sys.exit(0 if all(passed for _, passed, _ in rows) else 1)


def quick_steps(python: tuple[str, ...]) -> list[Step]:
    """List the checks that take seconds."""
    lint_imports = str(Path(sys.executable).with_name("lint-imports"))
    return [
        Step("format", (*python, "ruff", "format", "--check", "--quiet", ".")),
        Step("lint", (*python, "ruff", "check", "--quiet", ".")),
        Step("imports", (lint_imports, "--no-cache")),
    ]


def long_steps(python: tuple[str, ...]) -> list[Step]:
    """List those that take minutes; each remembers by itself what failed."""
    apart = tuple(f"--ignore={each}" for each in (*SERVICES, BROWSER[0]))
    return [
        Step("types", (*BEHIND, *python, "mypy")),
        _tests(python, "tests", "not browser and not live", apart, "-n", "2", "--dist", "worksteal"),
        _tests(python, "services", "not browser and not live", SERVICES),
        _tests(python, "browser", "browser", BROWSER),
    ]


def _tests(python: tuple[str, ...], name: str, mark: str, where: tuple[str, ...], *spread: str) -> Step:
    """Describe a run of tests that remembers by itself what failed; those that are spread stay behind the others."""
    slowest = ("--durations=15", "--durations-min=5")
    pytest = (*python, "pytest", "-q", "-m", mark, "-o", f"cache_dir=.pytest_cache/{name}", *slowest, *where)
    again = (*pytest, "--last-failed", "--last-failed-no-failures=none")
    return Step(name, (*(BEHIND if spread else ()), *pytest, *spread), again)


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


def _run(step: Step) -> Row:
    click.echo(f"── {step.name}")
    began = time.monotonic()
    passed = subprocess.run(step.command, cwd=ROOT).returncode == 0
    return step.name, passed, time.monotonic() - began


def _run_together(wanted: list[Step]) -> list[Row]:
    """Run them at the same time; then, one after the other, what failed."""
    click.echo(f"── at the same time: {', '.join(step.name for step in wanted)}")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running = [Running(step, folder / step.name, stack) for step in wanted]
        rows: dict[str, Row] = {}
        for second in itertools.count(1):
            rows |= {each.step.name: each.tell() for each in running if each.has_ended(rows)}
            if len(rows) == len(wanted):
                break
            if second % 60 == 0:
                left = (step.name for step in wanted if step.name not in rows)
                click.echo(f"… {second // 60} min, under way: {', '.join(left)}")
            time.sleep(1)
    return [_once_more(step, rows[step.name]) for step in wanted]


def _once_more(step: Step, row: Row) -> Row:
    name, passed, seconds = row
    if passed or not step.again:
        return row
    _, passed, longer = _run(Step(f"{name}: what failed, once more and alone", step.again))
    if passed:
        click.echo("the tests that failed above passed alone: they are UNSTEADY, not broken")
    return name, passed, seconds + longer


def _show(rows: list[Row]) -> None:
    click.echo("")
    for name, passed, seconds in rows:
        click.echo(f"{name:<14} {'passed' if passed else 'FAILED':<7} {seconds:6.1f} s")
    failed = sum(not passed for _, passed, _ in rows)
    click.echo(f"{len(rows) - failed} passed, {failed} failed")
