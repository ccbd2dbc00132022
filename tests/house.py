"""A whole running Memberline for tests: `memberline up` as a person starts it, and hands on the emulator's phones.

`the_house` is the one that journeys share, browsers share `the_demo_house`; chaos starts houses of its own. Rows are
looked at through a runtime that is built on the folder's `environment`, as any command beside the service would.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import urllib3
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import PhoneNumber, Script
from gateway.runtime import Runtime, build_runtime
from gateway.settings import Settings
from gateway.settings_files import load_environment
from gateway.up.child import memberline
from tests.ears import told_by_house
from tests.hands import Phone

ROOT = Path(__file__).resolve().parent.parent
NOON = "2026-11-23T12:00+05:30"  # a Monday, inside every window
MIDNIGHT = "2026-11-23T23:30+05:30"
SPEED = 25.0
READY_SECONDS = 240.0
SENDERS = "sweep,send,default"
PORTS, DEMO_PORTS = (8900, 8948), (8952, 8978)

Found = TypeVar("Found")


def until(ready: Callable[[], Found], seconds: float = 15.0, pause: float = 0.05) -> Found:
    """Wait until `ready` gives something; fail where it never does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := ready():
            return found
        time.sleep(pause)
    raise AssertionError(f"it did not happen within {seconds} s")


class House:
    """One `memberline up` on a folder of its own; `start` may be called again after `kill_everything`."""

    def __init__(
        self,
        *,
        clock: str = NOON,
        speed: float = SPEED,
        tts: str = "silent",
        demo: bool = False,
        **environ: str,
    ) -> None:
        """With `demo` it runs by the clock of the wall, as for somebody who tries it."""
        self.data = Path(tempfile.mkdtemp(prefix="mh-", dir="/tmp"))
        self.port = _free_port(*(DEMO_PORTS if demo else PORTS))
        self.speed, self.demo = speed, demo
        self._how = [] if demo else ["--no-demo", "--clock", clock]
        self._environ = {"MEMBERLINE_TTS": tts, **environ}
        self._up: subprocess.Popen[bytes] | None = None
        self._http = urllib3.PoolManager(maxsize=8, retries=False)
        self._runtime: Runtime | None = None

    def start(self, clock: str | None = None) -> None:
        """Start it and wait until it says that it is ready; `clock` from now on. First sounds: an earlier run's shelf."""
        if clock:
            self._how = ["--no-demo", "--clock", clock]
        take_from_shelf(self.data, self._environ["MEMBERLINE_TTS"])
        command = memberline("--data", str(self.data), "up", "--port", str(self.port))
        with (self.data / "up.log").open("ab") as log:
            self._up = subprocess.Popen(
                [*command, *self._how], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                env={**_plain_environment(), **self._environ}, start_new_session=True,
            )  # fmt: skip
        try:
            until(self._is_ready, READY_SECONDS, 0.2)
        except AssertionError as error:
            raise AssertionError(f"the house did not get ready: {self._said()}") from error
        _keep_on_shelf(self.data / "clips", _shelf(self._environ["MEMBERLINE_TTS"]))
        self.control("profile", name="everybody")
        self.control("speed", speed=self.speed)

    def _is_ready(self) -> bool:
        assert self._up is not None
        assert self._up.poll() is None, self._said()
        try:
            ready = self._http.request("GET", f"{self.web}/health/ready", timeout=5).status == 200
            return ready and self._http.request("GET", f"{self.phones_url}/control/faults").status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def _said(self) -> str:
        logs = [self.data / "up.log", *sorted(self.data.glob("log/*")), *sorted(self.data.glob("*.log"))]
        return "\n".join(each.read_text(errors="replace")[-1500:] for each in logs if each.is_file())

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def phones_url(self) -> str:
        return f"http://127.0.0.1:{self.port + 1}"

    @property
    def rt(self) -> Runtime:
        """The same database, keys, clock and bells as the service's own processes."""
        if self._runtime is None:
            self._runtime = build_runtime(Settings.from_env(load_environment(self.data)), pool_size=2)
        return self._runtime

    def rows(self, query: Any) -> list[Any]:
        """Look at rows as they are now."""
        with unit_of_work(self.rt.engine) as unit:
            found = list(unit.db.scalars(query))
            unit.db.expunge_all()
            return found

    def all_of(self, model: Any, *where: Any) -> list[Any]:
        return self.rows(select(model).where(*where).order_by(model.id))

    def scripts(self, *where: Any) -> list[Script]:
        """What can be read aloud; a house that had its sounds lists it when it is ready."""
        return until(lambda: self.all_of(Script, *where), 60)

    def get(self, path: str) -> Any:
        return self._http.request("GET", f"{self.phones_url}/control/{path}").json()

    def control(self, path: str, **body: Any) -> Any:
        answer = self._http.request("POST", f"{self.phones_url}/control/{path}", json=body, timeout=70)
        assert answer.status == 200, answer.data
        return answer.json()

    def fetch(self, url: str) -> urllib3.BaseHTTPResponse:
        return self._http.request("GET", url)

    def post_raw(self, url: str, **sent: Any) -> urllib3.BaseHTTPResponse:
        return self._http.request("POST", url, **sent)

    def phone(self, number: str) -> Phone:
        return Phone(self, number)

    def script(self, number: str, **script: Any) -> None:
        """Whoever has this number behaves so when rung."""
        self.control("script", number=number, **script)

    def faults(self, **faults: Any) -> None:
        """These faults and no others; none ends all."""
        self.control("faults", clear=True, **faults)

    def accepted(self) -> list[str]:
        """Every number that the provider took a call for, once each time."""
        numbers: list[str] = self.get("accepted")["numbers"]
        return numbers

    def pids(self) -> dict[int, str]:
        """Every process that belongs to this folder, with its command line."""
        return _processes_of(str(self.data))

    def worker_pids(self) -> list[int]:
        """The sending worker and whatever it forked; the supervisor starts another where it is gone."""
        return [pid for pid, line in self.pids().items() if f"worker --queues {SENDERS}" in line]

    def kill_everything(self) -> None:
        """kill -9 of every process at once, the supervisor too."""
        for pid in self.pids():
            _kill(pid)
        if self._up is not None:
            self._up.wait(10)
        self._forget()
        until(lambda: not self.pids(), 10)

    def stop(self) -> None:
        """End it as Ctrl-C does; nobody may be left, and no number in a log. Twice is once."""
        told = self.told()
        self._forget()
        if self._up is not None:
            self._up.send_signal(signal.SIGINT)
            self._up.wait(15)
            self._up = None
            left = self.pids()
            for pid in left:
                _kill(pid)
            assert not left, left
        self._http.clear()
        shutil.rmtree(self.data, ignore_errors=True)
        assert told == []

    def told(self) -> list[str]:
        """Where a number that this house knows stands in its logs, its queue or its figures (C17)."""
        if self._up is None or self._up.poll() is not None:
            return []
        with unit_of_work(self.rt.engine) as unit:
            known = unit.db.execute(select(PhoneNumber.sealed, PhoneNumber.index)).all()
        opened = [self.rt.vault.open_number(sealed, index) for sealed, index in known if sealed and index]
        figures = self.fetch(f"{self.web}/metrics").data.decode()
        return told_by_house(self.data, opened) + [each for each in opened if each[-10:] in figures]

    def _forget(self) -> None:
        if self._runtime is not None:
            self._runtime.close()
            self._runtime = None


@cache
def the_house() -> House:
    """The house that journeys share, with eSpeak's voice; stopped at the end of the run."""
    house = House(tts="espeak")
    atexit.register(house.stop)
    house.start()
    return house


@cache
def the_demo_house() -> House:
    """The house that browsers share, with the demo organisation; stopped at the end of the run."""
    house = House(tts="espeak", demo=True)
    atexit.register(house.stop)
    house.start()
    return house


def shared() -> list[House]:
    """Those of the two that run."""
    return [each() for each in (the_house, the_demo_house) if each.cache_info().currsize]


def running(**wanted: Any) -> Iterator[House]:
    """A house for one test alone."""
    house = House(**wanted)
    try:
        house.start()
        yield house
    finally:
        house.stop()


def _shelf(tts: str) -> Path:
    """Where sounds wait for the next house; another code of audio, or another voice, has another shelf.

    The first house leaves what it made when it was ready: one of another name makes only what says the name.
    """
    digest = hashlib.sha256(tts.encode())
    for source in sorted((ROOT / "audio").rglob("*.py")):
        digest.update(source.read_bytes())
    return ROOT / ".pytest_cache" / f"clips-{digest.hexdigest()[:16]}"


def take_from_shelf(data: Path, tts: str) -> None:
    """Give a folder that is new the sounds that an earlier house made, where there are any."""
    shelf = _shelf(tts)
    if shelf.is_dir() and not (data / "clips").exists():
        shutil.copytree(shelf, data / "clips")


def _keep_on_shelf(clips: Path, shelf: Path) -> None:
    if shelf.is_dir():
        return
    fresh = shelf.with_name(f"{shelf.name}.{os.getpid()}")
    shutil.copytree(clips, fresh, ignore=shutil.ignore_patterns(".*"))  # a sound in the making has a dot
    try:
        fresh.rename(shelf)
    except OSError:  # another run was quicker
        shutil.rmtree(fresh, ignore_errors=True)


def _plain_environment() -> dict[str, str]:
    told: Mapping[str, str] = os.environ
    kept = {name: told[name] for name in told if not name.startswith(("MEMBERLINE_", "DATABASE_", "REDIS_"))}
    return {**kept, "PYTHONPATH": os.pathsep.join(sys.path[:1]) or "."}


def _free_port(lowest: int, highest: int) -> int:
    """A port whose neighbour is free as well: the emulator's."""
    begin = os.getpid() * 2 % (highest - lowest)  # so that two runs at once do not race for the same
    for port in sorted(range(lowest, highest, 2), key=lambda each: (each - lowest < begin, each)):
        try:
            for each in (port, port + 1):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", each))
        except OSError:
            continue
        return port
    raise AssertionError("no free pair of ports")


def _processes_of(folder: str) -> dict[int, str]:
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environ = (entry / "environ").read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if line and (folder in line or f"MEMBERLINE_DATA={folder}" in environ):
            found[int(entry.name)] = line.strip()
    return found


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
