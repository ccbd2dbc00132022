"""One running speech program and the pipe to it: frames, time limits, a clean end; and who keeps one. Espeak and Kokoro call this."""

import json
import os
import select
import struct
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import IO

from audio.errors import ClipError, VoiceUnavailable

_MAX_ANSWER = 64 * 2**20


class ChildGone(Exception):
    """The program died, hung or babbled; it has been ended and another may be started."""


class Child:
    """A started program. It gets no environment: secrets of this process are none of its business."""

    def __init__(self, program: Path, *arguments: str) -> None:
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(program), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LANG": "C.UTF-8"},
                bufsize=0,
            )
        except OSError as error:
            raise ChildGone from error
        self._owner = os.getpid()
        self._end = weakref.finalize(self, _end, self._process, self._owner)

    @property
    def process_id(self) -> int:
        """The process id of the program."""
        return self._process.pid

    @property
    def is_ours_and_alive(self) -> bool:
        """False also in a forked process: two askers on one pipe would get each other's answers."""
        return self._owner == os.getpid() and self._process.poll() is None

    def ask(self, wanted: dict[str, object], seconds: float) -> tuple[bytes, bytes]:
        """Return the kind and body of the answer; raises ChildGone, the program then being ended."""
        deadline = time.monotonic() + seconds
        try:
            _pipe(self._process.stdin).write(json.dumps(wanted).encode() + b"\n")
            kind, size = struct.unpack(">cI", self._read(5, deadline))
            if size > _MAX_ANSWER:
                raise ChildGone
            return kind, self._read(size, deadline)
        except (OSError, ValueError, ChildGone) as error:
            self.stop()
            raise ChildGone from error

    def stop(self) -> None:
        """End the program and take its last words off the system's hands."""
        self._end()

    def _read(self, size: int, deadline: float) -> bytes:
        pipe = _pipe(self._process.stdout)
        parts = bytearray()
        while len(parts) < size:
            left = max(0.0, deadline - time.monotonic())
            if not select.select([pipe], [], [], left)[0]:
                raise ChildGone
            part = pipe.read(min(size - len(parts), 65536))
            if not part:
                raise ChildGone
            parts += part
        return bytes(parts)


class Keeper:
    """Keeps one program: started at the first word, and again where it died or hung; shared by threads, each fork has its own.

    A word may take `seconds`, a second try included; each try `seconds_each`.
    """

    def __init__(
        self,
        name: str,
        start: Callable[[], Child],
        seconds: float,
        seconds_each: float,
        seconds_off: float,
    ) -> None:
        self.seconds, self.seconds_each = seconds, seconds_each
        self._name, self._start, self._seconds_off = name, start, seconds_off
        self._lock = Lock()
        self._child: Child | None = None

    def ask(self, wanted: dict[str, object], expected: bytes) -> bytes:
        """Return the body of the answer; raises ClipError with the program's own sentence, VoiceUnavailable where it does not run."""
        with self._lock:
            kind, body = self._ask(wanted)
        if kind != expected:
            raise ClipError(body.decode(errors="replace"))
        return body

    def close(self) -> None:
        """End the program, if there is one."""
        with self._lock:
            if self._child:
                self._child.stop()
            self._child = None

    @property
    def process_id(self) -> int | None:
        """The program's process id, None before the first word."""
        return self._child.process_id if self._child else None

    def _ask(self, wanted: dict[str, object]) -> tuple[bytes, bytes]:
        until = time.monotonic() + self.seconds
        for _ in range(2):  # a text that kills a fresh child twice is not tried a third time
            try:
                return self._running().ask(wanted, min(self.seconds_each, until - time.monotonic()))
            except ChildGone:
                continue
        raise VoiceUnavailable(f"The speech program {self._name} does not run.", self._seconds_off)

    def _running(self) -> Child:
        if not (self._child and self._child.is_ours_and_alive):
            self._child = self._start()
        return self._child


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ChildGone
    return pipe


def _end(process: subprocess.Popen[bytes], owner: int) -> None:
    if owner != os.getpid():
        return  # a fork's copy: the program belongs to the process that started it
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
