"""The PostgreSQL and the Valkey of a test run: one of each per process, started when first asked for.

Used by conftest; each xdist worker has its own. Their folders vanish with them at the end.
"""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from gateway.embedded import EmbeddedPostgres, EmbeddedValkey

# Each test has a database of its own, and to drop one waits for the disk half a second. What must live through a
# crash is tested, and measured, on durable servers.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off"}


@cache
def postgres() -> str:
    """Start PostgreSQL once and return the URL of its empty database `memberline`."""
    return _started(EmbeddedPostgres(_folder() / "postgres", tuning=FORGETFUL))


@cache
def durable_postgres() -> str:
    """The same as it is tuned for life: for benchmarks."""
    return _started(EmbeddedPostgres(_folder() / "durable"))


def _started(server: EmbeddedPostgres) -> str:
    url = server.start()
    atexit.register(server.stop)
    return url


@cache
def valkey() -> str:
    """Start Valkey once and return its URL."""
    server = EmbeddedValkey(_folder() / "valkey")
    url = server.start()
    atexit.register(server.stop)
    return url


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="memberline-test-", dir="/tmp"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
