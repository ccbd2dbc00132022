"""Log lines: ids of the moment, no numbers, no secrets, in both forms and in tracebacks."""

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator

import pytest

from gateway import logs

SECRET = "correct horse/battery"


@pytest.fixture(autouse=True)
def root_logger_restored() -> Iterator[None]:
    root = logging.getLogger()
    before = root.handlers[:], root.level, sys.excepthook, threading.excepthook
    yield
    root.handlers[:], sys.excepthook, threading.excepthook = before[0], before[2], before[3]
    root.setLevel(before[1])


def written(log_format: str, *args: object, **kwargs: object) -> str:
    stream = io.StringIO()
    logs.configure(log_format, [SECRET], stream=stream)
    logging.getLogger("gateway.calls").info(*args, **kwargs)  # type: ignore[arg-type]
    return stream.getvalue()


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("from +917000012345", "from +91…2345"),
        ("from 917000012345.", "from …2345."),
        ("7000012345 rang", "…2345 rang"),
        ("to=%2B917000012345&x", "to=+91…2345&x"),
        ("+91 70000 12345", "+91…2345"),
        ("+91-70000-12345", "+91…2345"),
        ("['+254711082200', '+917000012345']", "['+254…2200', '+91…2345']"),
        ("७००००१२३४५", "…२३४५"),
        ("took 1234567 us", "took 1234567 us"),
        ("key a1b2c3d41234567890ff", "key a1b2c3d41234567890ff"),
        ("at 2026-11-22T02:47:44+00:00", "at 2026-11-22T02:47:44+00:00"),
        (f"key {SECRET}", "key •••"),
        ("key correct%20horse%2Fbattery", "key •••"),
    ],
)
@pytest.mark.parametrize("log_format", ["text", "json"])
def test_line_is_masked(log_format: str, said: str, seen: str) -> None:
    assert seen in written(log_format, "%s", said)


def test_ids_of_the_moment_are_added_when_bound() -> None:
    with logs.bind(call_id=7), logs.bind(job_id="b-1"):
        line = written("text", "call ended", extra={"provider_id": "AT Voice"})
    assert line.endswith('gateway.calls call ended call_id=7 job_id=b-1 provider_id="AT Voice"\n')
    assert "call_id" not in written("text", "call ended")


def test_object_has_ids_as_keys_when_json() -> None:
    with logs.bind(call_id=7, number="+917000012345"):
        line = json.loads(written("json", "call %s", "ended"))
    assert (line["message"], line["call_id"], line["number"]) == ("call ended", 7, "+91…2345")
    assert line["at"].endswith("Z")


def test_event_stays_one_line_when_it_has_line_breaks() -> None:
    assert written("text", "first\nsecond").count("\n") == 1


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_traceback_is_masked(log_format: str) -> None:
    try:
        raise ValueError(f"+917000012345 {SECRET}")
    except ValueError:
        line = written(log_format, "failed", exc_info=True)
    assert "Traceback" in line
    assert "7000012345" not in line
    assert SECRET not in line


def test_uncaught_error_is_masked_too() -> None:
    stream = io.StringIO()
    logs.configure(stream=stream)
    error = ValueError("+917000012345")
    sys.excepthook(ValueError, error, None)
    assert "stopped by an error" in stream.getvalue()
    assert "7000012345" not in stream.getvalue()


def test_lines_are_not_doubled_when_configured_twice() -> None:
    logs.configure()
    assert written("text", "once").count("once") == 1
