"""The real parts that tests run on: one PostgreSQL and one Valkey a run, a database per test cut from a template.

`rt` is the house with a loopback provider, silent voices, a clock that the test moves and bells that ring into a list.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import hypothesis
import pytest
from flask import Flask
from flask.testing import FlaskClient
from redis import Redis

from gateway.channels.registry import open_channels
from gateway.migrate import upgrade
from gateway.pace import MemoryPace
from gateway.queue import Bells
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from tests import addresses, databases, ears, passwords, servers, templates

MONDAY_NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)  # 12:00 in India, inside every window
SECRET = "callback-secret-of-the-tests"
TEMPLATE = "template_tests"

# What is compiled is kept, whatever the machine's habit: a run begins hundreds of processes, each of which would compile
# everything anew for seconds.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A loaded machine is no failure: no example is judged by the clock.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

for each in (addresses, templates, passwords):
    each.remember()


class TestClock:
    """A clock that stands until the test moves it."""

    __test__ = False

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def redis() -> Iterator[Redis]:
    """The run's Valkey, empty before and after."""
    connection = Redis.from_url(servers.valkey())
    connection.flushall()
    yield connection
    connection.flushall()
    connection.close()


@pytest.fixture(autouse=True)
def _no_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches beyond this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if self.family != socket.AF_UNIX and not str(host).startswith(("127.", "::1", "localhost")):
            raise OSError(f"a test tried to reach {host}")
        return connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _logs_tell_no_number() -> Iterator[None]:
    """No line that any test makes us log holds a test number in full, even before the masking filter (C17)."""
    with ears.listening() as ear:
        yield
    assert ear.numbers() == []


@pytest.fixture(scope="session", autouse=True)
def _houses_tell_no_number() -> Iterator[None]:
    """Nor do the houses that tests share, in any log of any of their processes."""
    yield
    house = sys.modules.get("tests.house")
    assert [line for each in (house.shared() if house else []) for line in each.told()] == []


@pytest.fixture(scope="session")
def template_database() -> str:
    """A migrated database that each test's own is cut from."""
    url = databases.cut(TEMPLATE, "template0")
    upgrade(url)
    return TEMPLATE


@pytest.fixture(scope="session")
def pristine(template_database: str) -> dict[str, int]:
    """How many rows of each table a migrated database holds."""
    url = databases.cut("pristine", template_database)
    return databases.rows_of(url)


@pytest.fixture
def database_url(template_database: str, pristine: dict[str, int]) -> Iterator[str]:
    """An empty, migrated database of this test alone."""
    url = databases.borrow(template_database)
    yield url
    databases.give_back(url, pristine)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a house beside an emulator that nobody listens on."""
    return Settings.from_env(
        {
            "DATABASE_URL": database_url,
            "REDIS_URL": "redis://127.0.0.1:1/0",
            "MEMBERLINE_PUBLIC_URL": "http://127.0.0.1:8000",
            "MEMBERLINE_SECRET_KEY": "secret-key-of-the-tests",
            "MEMBERLINE_CALLBACK_SECRET": SECRET,
            "MEMBERLINE_AFRICASTALKING_URL": "http://127.0.0.1:9",
            "MEMBERLINE_TTS": "silent",
            "MEMBERLINE_DATA": str(tmp_path / "data"),
        }
    )


@pytest.fixture
def clock() -> TestClock:
    return TestClock(MONDAY_NOON)


@pytest.fixture
def rung() -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """Every bell that was rung: (job, ids), and nothing that names somebody."""
    rung: list[tuple[str, tuple[object, ...]]] = []
    yield rung
    assert ears.numbers_in(map(str, rung)) == []


@pytest.fixture
def rt(settings: Settings, clock: TestClock, rung: list[tuple[str, tuple[object, ...]]]) -> Iterator[Runtime]:
    """The house on a throw-away database."""
    built = build_runtime(settings, engine=databases.engine_on(settings.database_url))
    runtime = replace(
        built,
        channels=open_channels("loopback", settings),
        bells=Bells(lambda queue, job, ids: rung.append((job, ids))),
        clock=clock,
        pace=MemoryPace(clock),
    )
    yield runtime
    built.quick.close()


@pytest.fixture
def app(rt: Runtime) -> Flask:
    from gateway.app import create_app

    return create_app(rt.settings, rt)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
