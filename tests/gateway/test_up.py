"""The supervisor with real processes: prepared folder, restarts, and nobody left at the end."""

import io
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.embedded import ServerError
from gateway.errors import MemberlineError
from gateway.settings_files import load_environment
from gateway.up import folder
from gateway.up.child import Child
from gateway.up.plan import Plan, make_plan
from gateway.up.processes import members
from gateway.up.story import Story
from gateway.up.supervisor import Stopped, Supervisor

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SLEEPER = "import time; print('awake', flush=True); time.sleep(60)"
STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setpgrp()
print('both', flush=True)
time.sleep(60)
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    story = Story(tmp_path / "log", io.StringIO())
    watched = Supervisor(story)
    yield watched
    watched.close()
    story.close()


def child(name: str, code: str, once: bool = False) -> Child:
    return Child(name, [sys.executable, "-c", code], dict(os.environ), once=once)


def within(seconds: float, supervisor: Supervisor, is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    supervisor.wait_until(lambda: is_so() or time.monotonic() > deadline)
    return is_so()


def plan(environ: dict[str, str] | None = None, demo: bool = True, clock: str | None = None) -> Plan:
    return make_plan(environ or {}, Path("/nowhere"), 8830, demo, clock, NOON)


def test_child_is_started_again_when_killed(supervisor: Supervisor) -> None:
    worker = child("worker", SLEEPER)
    supervisor.run(worker)
    assert within(10, supervisor, lambda: "worker | awake" in supervisor.story.path.read_text())
    first = worker.pid
    os.kill(first, signal.SIGKILL)
    assert within(10, supervisor, lambda: worker.is_running and worker.pid != first)


def test_pause_grows_when_a_child_keeps_failing(supervisor: Supervisor) -> None:
    supervisor.run(child("web", "raise SystemExit(3)"))
    log = supervisor.story.path
    assert within(10, supervisor, lambda: "starts again in 1.0 s" in log.read_text())
    assert "web ended (exit code 3), starts again in 0.5 s" in log.read_text()


class Stumbling:
    """A server that was killed, and comes up only at the second try."""

    def __init__(self) -> None:
        self.is_running, self.starts = False, 0

    def start(self) -> str:
        self.starts += 1
        if self.starts == 2:
            raise ServerError("what it left behind is still there")
        self.is_running = True
        return "unix:"

    def stop(self) -> None:
        self.is_running = False


def test_server_is_started_until_it_comes_up_when_killed(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.up.supervisor.SERVER_PAUSE", 0.2)
    server = Stumbling()
    supervisor.serve(server)
    server.is_running = False
    assert within(10, supervisor, lambda: server.is_running)
    assert server.starts == 3
    assert "what it left behind is still there; tried again" in supervisor.story.path.read_text()


def test_nobody_is_left_when_a_child_and_its_own_child_are_stubborn(supervisor: Supervisor) -> None:
    worker = child("worker", STUBBORN)
    supervisor.run(worker)
    assert within(10, supervisor, lambda: supervisor.story.path.read_text().count("both") == 2)
    assert len(members({worker.pid})) == 2
    began = time.monotonic()
    supervisor.close()
    assert time.monotonic() - began < 9
    assert members({worker.pid}) == []


def test_children_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    if (pid := os.fork()) == 0:
        alone = Supervisor(Story(tmp_path / "log", io.StringIO()))
        worker = child("worker", SLEEPER)
        alone.run(worker)
        (tmp_path / "pid").write_text(str(worker.pid))
        within(30, alone, lambda: False)
        os._exit(0)
    deadline = time.monotonic() + 20
    log = tmp_path / "log" / "memberline.log"
    while not (log.exists() and "awake" in log.read_text()) and time.monotonic() < deadline:
        time.sleep(0.02)
    worker_pid = int((tmp_path / "pid").read_text())
    assert members({worker_pid}) == [worker_pid]
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    while members({worker_pid}) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert members({worker_pid}) == []


def test_step_that_fails_stops_the_start(supervisor: Supervisor) -> None:
    supervisor.run_to_end(child("fine", "pass", once=True))
    with pytest.raises(MemberlineError, match="`memberline db upgrade` failed"):
        supervisor.run_to_end(child("db upgrade", "raise SystemExit(1)", once=True))


def test_signal_ends_the_waiting(supervisor: Supervisor) -> None:
    supervisor.run(child("web", SLEEPER))
    before = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    supervisor.listen_to_signals()
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Stopped):
            supervisor.wait_until(lambda: False)
    finally:
        for name, action in before.items():
            signal.signal(name, action)


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    first = folder.secret_files(tmp_path, {"MEMBERLINE_CALLBACK_SECRET": "given"})
    assert first == {"MEMBERLINE_SECRET_KEY_FILE": str(tmp_path / "secret_key")}
    key = tmp_path / "secret_key"
    made = key.read_text()
    assert (len(made.strip()), key.stat().st_mode & 0o777) == (43, 0o600)
    folder.secret_files(tmp_path, {})
    assert key.read_text() == made
    assert (tmp_path / "callback_secret").exists()


def test_environment_carries_no_secret(tmp_path: Path) -> None:
    told = {
        "DATABASE_URL": "a=b",
        "MEMBERLINE_SECRET_KEY": "s",
        "MEMBERLINE_SECRET_KEY_FILE": "/key",
        "HOME": "/h",
    }
    folder.tell(tmp_path, told)
    assert load_environment(tmp_path) == {"DATABASE_URL": "a=b", "MEMBERLINE_SECRET_KEY_FILE": "/key"}
    assert (tmp_path / "environment").stat().st_mode & 0o777 == 0o600


def test_folder_is_refused_when_in_use_or_unusable(tmp_path: Path) -> None:
    lock = folder.take(tmp_path / "new" / "data")
    with pytest.raises(ServerError, match="in use by another memberline"):
        folder.take(tmp_path / "new" / "data")
    lock.release()
    folder.take(tmp_path / "new" / "data").release()
    (tmp_path / "file").write_text("")
    with pytest.raises(MemberlineError, match="cannot be used as data folder"):
        folder.take(tmp_path / "file" / "data")


def test_emulator_and_demo_come_when_no_provider_is_set() -> None:
    trial = plan()
    assert (trial.has_emulator, trial.has_demo, trial.ports) == (True, True, (8830, 8831))
    assert trial.provided["MEMBERLINE_AFRICASTALKING_URL"] == "http://127.0.0.1:8831"
    assert trial.provided["MEMBERLINE_OPEN_ALL_DAY"] == "yes"
    assert "MEMBERLINE_OPEN_ALL_DAY" not in plan(demo=False).provided


@pytest.mark.parametrize("name", ["URL", "API_KEY", "API_KEY_FILE"])
def test_neither_emulator_nor_demo_comes_when_a_provider_is_set(name: str) -> None:
    real = plan({f"MEMBERLINE_AFRICASTALKING_{name}": "http://127.0.0.1:9"})
    assert (real.has_emulator, real.has_demo, real.ports) == (False, False, (8830,))
    assert "MEMBERLINE_AFRICASTALKING_URL" not in real.provided


@pytest.mark.parametrize(
    "clock", ["2026-11-22T13:00+00:00", "2026-11-22T18:30+05:30", "2026-11-22T18:30", "2026-11-22T13:00:00Z"]
)
def test_clock_is_kept_as_an_offset(clock: str) -> None:
    moved = plan(clock=clock)
    assert moved.provided["MEMBERLINE_CLOCK_OFFSET_SECONDS"] == "3600.000"
    assert "MEMBERLINE_OPEN_ALL_DAY" not in moved.provided


def test_clock_is_refused_when_phones_are_real_or_it_cannot_be_read() -> None:
    with pytest.raises(MemberlineError, match="loopback"):
        plan({"MEMBERLINE_AFRICASTALKING_API_KEY": "k"}, clock="2026-11-22T13:00Z")
    with pytest.raises(MemberlineError, match="needs an instant"):
        plan(clock="noon")
    own = plan({"MEMBERLINE_AFRICASTALKING_URL": "http://127.0.0.1:9"}, clock="2026-11-22T13:00Z")
    assert own.provided["MEMBERLINE_CLOCK_OFFSET_SECONDS"] == "3600.000"
