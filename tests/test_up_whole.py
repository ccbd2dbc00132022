"""`memberline up` as a whole, once: real processes on free ports, a second start refused, and the end."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from gateway.settings_files import load_environment
from tests.house import take_from_shelf

ENTRY = "from gateway.cli import main; main()"
BARE = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("MEMBERLINE_", "DATABASE_", "REDIS_"))
}


def free_port() -> int:
    """Find a port whose neighbour is free too."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            try:
                two.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def up(data: Path, port: int) -> list[str]:
    return [sys.executable, "-c", ENTRY, "up", "--no-demo", "--port", str(port), "--data", str(data)]


def children(pid: int) -> dict[int, str]:
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found[int(stat.parent.name)] = (stat.parent / "cmdline").read_text().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


@pytest.mark.timeout(300)
def test_service_comes_up_refuses_a_second_and_ends(tmp_path: Path) -> None:
    port = free_port()
    said = tmp_path / "said"
    (tmp_path / "data").mkdir(mode=0o700)
    take_from_shelf(tmp_path / "data", "silent")
    with said.open("w") as out:
        service = subprocess.Popen(
            up(tmp_path / "data", port), stdout=out, stderr=out, env={**BARE, "MEMBERLINE_TTS": "silent"}
        )
    try:
        deadline = time.monotonic() + 240
        while "is ready" not in said.read_text() and service.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        assert f"console  http://127.0.0.1:{port}/" in said.read_text()
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready").status == 200
        assert "DATABASE_URL" in load_environment(tmp_path / "data")
        running = children(service.pid)
        for name in ("web", "worker", "scheduler", "emulator"):
            assert any(f"memberline {name}" in line for line in running.values())
        second = subprocess.run(up(tmp_path / "data", free_port()), capture_output=True, text=True, env=BARE)
        assert (second.returncode, second.stderr.count("\n")) == (1, 1)
        assert "in use by another memberline" in second.stderr
    finally:
        began = time.monotonic()
        service.send_signal(signal.SIGTERM)
        service.wait(30)
    assert (service.returncode, time.monotonic() - began < 10) == (0, True)
    assert not [pid for pid in running if Path(f"/proc/{pid}").exists()]
