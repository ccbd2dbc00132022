"""What the supervisor says: steps and warnings on the terminal, everything in `DIR/log/memberline.log`."""

import re
import sys
from pathlib import Path
from typing import TextIO

LARGEST_LOG = 20_000_000
TROUBLE = re.compile(
    rb'\b(WARNING|ERROR|CRITICAL)\b|"level": "(WARNING|ERROR|CRITICAL)"|^memberline: |^Traceback'
)
# What `memberline clips build` prints.
SOUNDS = re.compile(rb"making sounds: (\d+) of ([1-9]\d*)$")


class Story:
    """Two readers: a person at the terminal, and whoever looks for a cause later."""

    def __init__(self, folder: Path, terminal: TextIO | None = None) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        self.path = folder / "memberline.log"
        if self.path.exists() and self.path.stat().st_size > LARGEST_LOG:
            self.path.rename(self.path.with_suffix(".log.1"))
        self._file = self.path.open("ab", buffering=0)
        self._terminal = terminal or sys.stdout
        self._open_line = False

    def step(self, text: str) -> None:
        """Say what is being done now."""
        self._close_line()
        self._terminal.write(f"· {text}\n")
        self._terminal.flush()

    def progress(self, text: str) -> None:
        """Say how far it is, in place; only to a person at a terminal."""
        if self._terminal.isatty():
            self._terminal.write(f"\r\x1b[K  {text}")
            self._terminal.flush()
            self._open_line = True

    def block(self, text: str) -> None:
        """Show a finished text."""
        self._close_line()
        self._terminal.write(f"\n{text}\n")
        self._terminal.flush()

    def heard(self, name: str, line: bytes) -> None:
        """Keep a child's line, and show it where it is a warning or worse."""
        self._file.write(name.encode() + b" | " + line + b"\n")
        if made := SOUNDS.match(line):
            done, total = map(int, made.groups())
            self.progress(f"making {total} sounds … {100 * done // total} %")
        if TROUBLE.search(line):
            self._close_line()
            self._terminal.write(f"{name} | {line.decode(errors='replace')}\n")
            self._terminal.flush()

    def close(self) -> None:
        """Close the file."""
        self._close_line()
        self._file.close()

    def _close_line(self) -> None:
        if self._open_line:
            self._terminal.write("\n")
            self._open_line = False
