"""The ears of the suite do hear: a number that is logged, queued or left in a house's folder makes a test fail."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from tests import ears
from tests.builders import a_number

ROOT = Path(__file__).resolve().parent.parent
LOGS_A_NUMBER = """
import logging
from tests.conftest import _logs_tell_no_number

def test_that_logs():
    logging.getLogger("gateway.calls").info("ring from %s", "+91" + "7000012345")
"""


@pytest.mark.parametrize(
    "written",
    [
        "+917000012345",
        "%2B917000012345",
        "917000012345",
        "07000012345",
        "7000012345",
        "+91 70000 12345",
        "+254720123456",
    ],
)
def test_number_is_heard_however_it_is_written(written: str) -> None:
    assert ears.numbers_in([f"ring from {written} on line 2"])


@pytest.mark.parametrize("written", ["+91…2345", "170000123456", "1700001234.5678", "id=88617000012345"])
def test_what_is_no_number_is_not(written: str) -> None:
    assert not ears.numbers_in([written])


def test_record_is_heard_before_and_behind_the_mask() -> None:
    ear, logger = ears.Ear(), logging.getLogger("gateway.calls")
    ear.handle(
        logger.makeRecord(logger.name, logging.INFO, "", 0, "ring", (), None, extra={"number": a_number()})
    )
    assert ear.numbers()
    assert not ears.numbers_in(ear.heard[-2:])  # as our formatters write it


def test_test_that_logs_a_number_fails(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(LOGS_A_NUMBER)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(tmp_path),
        "test_it.py",
    ]
    ran = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60
    )
    assert ran.returncode == 1, ran.stdout
    assert "1 passed, 1 error" in ran.stdout


def test_number_in_a_log_or_the_queue_of_a_house_is_found(tmp_path: Path) -> None:
    number = a_number()
    for name in ("log/memberline.log", "postgres/server.log", "valkey/appendonlydir/1.incr.aof"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("all is well\n")
        assert ears.told_by_house(tmp_path, [number]) == []
        path.write_text(f"all is well\nemulator | dial to={number[1:]}\n")
        assert [line.split(":")[0] for line in ears.told_by_house(tmp_path, [number])] == [name]
        path.write_text("")
