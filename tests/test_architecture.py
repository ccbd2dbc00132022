"""Conventions that fail loudly: import contracts, job names, access on every route, who reads the environment, lengths."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from gateway import queue
from gateway.queue import Bells

ROOT = Path(__file__).parent.parent
ROOMS = ("flows", "audio", "gateway", "workers")
LONGEST_FILE, LONGEST_TEST_FILE, LONGEST_FUNCTION = 300, 400, 50
GENERATED = "migrations/versions"


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (each for each in (ROOT / folder).rglob("*.py") if GENERATED not in each.as_posix())


def test_imports_keep_their_direction() -> None:
    ran = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout


def test_every_job_name_is_a_function_that_takes_what_is_rung() -> None:
    rung: list[tuple[str, tuple[object, ...]]] = []
    bells = Bells(lambda queue_name, job, ids: rung.append((job, ids)))
    for name, ring in inspect.getmembers(bells, inspect.ismethod):
        if not name.startswith("_"):
            ring(
                *(
                    "voice" if "str" in str(each.annotation) else 1
                    for each in inspect.signature(ring).parameters.values()
                )
            )
    names = {
        value
        for key, value in vars(queue).items()
        if key.isupper() and isinstance(value, str) and "." in value
    }
    assert {job for job, _ in rung} == names
    for job, ids in rung:
        module, _, function = job.rpartition(".")
        inspect.signature(getattr(importlib.import_module(module), function)).bind(*ids)


def test_every_route_says_who_may_come_in(app: Flask) -> None:
    unguarded = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if not hasattr(app.view_functions[rule.endpoint], "access")
    ]
    assert unguarded == []


def test_only_settings_reads_the_environment() -> None:
    pattern = re.compile(r"os\.environ|os\.getenv|from os import .*environ")
    readers = {str(each.relative_to(ROOT)) for each in sources(*ROOMS) if pattern.search(each.read_text())}
    assert readers <= {"gateway/settings_files.py"}


def test_only_move_and_the_hot_path_write_a_status() -> None:
    pattern = re.compile(r"(SET|\bset) state\b|SET turn")
    writers = {str(each.relative_to(ROOT)) for each in sources("gateway") if pattern.search(each.read_text())}
    assert writers <= {"gateway/store/steps.py", "gateway/store/receipts.py"}


@pytest.mark.parametrize(("folders", "longest"), [(ROOMS, LONGEST_FILE), (("tests",), LONGEST_TEST_FILE)])
def test_files_stay_short(folders: tuple[str, ...], longest: int) -> None:
    long = [
        str(each.relative_to(ROOT))
        for each in sources(*folders)
        if len(each.read_text().splitlines()) > longest
    ]
    assert long == []


def test_functions_stay_short() -> None:
    long = []
    for source in sources(*ROOMS):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION:
                long.append(f"{source.relative_to(ROOT)}:{node.name}")
    assert long == []


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        str(each.relative_to(ROOT))
        for each in sources(*ROOMS)
        if not ast.get_docstring(ast.parse(each.read_text()))
    ]
    assert silent == []


def test_broad_catches_stand_in_few_files() -> None:
    catchers = {
        str(each.relative_to(ROOT))
        for each in sources(*ROOMS)
        if re.search(r"except Exception", each.read_text())
    }
    assert catchers <= {"workers/process.py", "gateway/web/apology.py"}
