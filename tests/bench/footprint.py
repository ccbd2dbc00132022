"""Proportional set size of everything that `up` starts, idle: 350 MiB or less (issue, "Speed and size").

PSS shares out pages that several processes map, so that the sum is what the machine really gives. Linux only. The
baseline of the ratio is one bare Python interpreter.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.bench.call_step import free_port

GOAL_MIB = 350
SETTLE_SECONDS = 20


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="memberline-bench-", dir="/tmp"))
    command = [str(Path(sys.executable).parent / "memberline"), "up", "--no-demo", "--data", str(folder)]
    up = subprocess.Popen(
        [*command, "--port", str(free_port())],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "MEMBERLINE_TTS": "espeak"},
    )
    try:
        assert up.stdout is not None
        for line in up.stdout:
            if "is ready" in line:
                break
        time.sleep(SETTLE_SECONDS)
        _report(up.pid)
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _report(root: int) -> None:
    sizes = [(pss(each), name_of(each)) for each in family(root)]
    for size, name in sorted(sizes, reverse=True):
        print(f"{size:7.1f} MiB  {name}")
    total = sum(size for size, _ in sizes)
    bare = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
    time.sleep(1)
    ratio = total / pss(bare.pid)
    bare.kill()
    print(f"footprint: {total:.0f} MiB of PSS, {ratio:.0f} bare interpreters (aim {GOAL_MIB} MiB or less)")


def family(root: int) -> list[int]:
    """List a process and everything below it."""
    children: dict[int, list[int]] = {}
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = each.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(each.parent.name))
    found, waiting = [], [root]
    while waiting:
        found.append(waiting.pop())
        waiting += children.get(found[-1], [])
    return found


def pss(pid: int) -> float:
    """Return a process's proportional set size in MiB; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def name_of(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    return " ".join(Path(each).name for each in words[:4] if each)[:60]


if __name__ == "__main__":
    main()
