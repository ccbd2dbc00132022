"""Keeps children and servers running: one thread, one loop; restarts with a growing pause; ends all in 10 s."""

import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Protocol

from gateway.embedded import ServerError
from gateway.errors import MemberlineError
from gateway.up.child import Child
from gateway.up.ears import Ears
from gateway.up.story import Story

TICK_SECONDS = 0.1
SERVER_PAUSE = 2.0  # after a start that failed
SECOND_REQUEST_SECONDS, LAST_SECONDS = 3.0, 5.0


class Server(Protocol):
    """An embedded PostgreSQL or Valkey."""

    def start(self) -> str:
        """Start it and return its URL."""

    def stop(self) -> None:
        """End it."""

    @property
    def is_running(self) -> bool:
        """Whether it is there."""


class Stopped(Exception):
    """Somebody asked us to end."""


class Supervisor:
    """Owns every process of one `up`; `close` leaves none behind."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.servers: list[Server] = []
        self.children: list[Child] = []
        self._ears = Ears(story)
        self._due_at: dict[Server, float] = {}
        self._stop_asked = False

    def listen_to_signals(self) -> None:
        """Take Ctrl-C, SIGTERM and a closed terminal as a request to end."""
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, self._ask_to_stop)

    def serve(self, server: Server) -> str:
        """Start a server and look after it from now on; returns its URL."""
        self.servers.append(server)
        return server.start()

    def run(self, child: Child) -> None:
        """Start a child and look after it from now on."""
        self.children.append(child)
        self._start(child)

    def run_to_end(self, child: Child) -> None:
        """Run a child that ends by itself; raises MemberlineError with its last line where it fails."""
        self.run(child)
        self.wait_until(lambda: child.exit_code is not None)
        self.children.remove(child)
        if child.exit_code:
            raise MemberlineError(f"`memberline {child.name}` failed; see {self.story.path}")

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Look after everybody until this is so; raises Stopped when we are asked to end."""
        while not is_so():
            self.tick()

    def tick(self) -> None:
        """Hear what the children say, notice who ended, restart who is due."""
        self._ears.hear(TICK_SECONDS)
        now = time.monotonic()
        for child in self.children:
            if child.note_end(now) and not child.once:
                pause = (child.due_at or now) - now
                self._say(f"{child.name} ended (exit code {child.exit_code}), starts again in {pause:.1f} s")
            if child.due_at is not None and now >= child.due_at:
                self._start(child)
        for server in self.servers:
            if not server.is_running and now >= self._due_at.get(server, 0.0):
                self._start_again(server)
        if self._stop_asked:
            raise Stopped

    def close(self) -> None:
        """End everything: children first, asked twice, then killed; the servers last. Twice is once."""
        self._ask_children()
        for child in self.children:
            child.kill()
        self._ears.close()
        for server in reversed(self.servers):
            server.stop()
        self.children, self.servers = [], []

    def _ask_children(self) -> None:
        began, asked, passed = time.monotonic(), 0, 0.0
        while passed < LAST_SECONDS and any(child.is_running for child in self.children):
            if asked == 0 or (asked == 1 and passed > SECOND_REQUEST_SECONDS):
                asked += 1
                for child in self.children:
                    child.ask_to_end()
            self._ears.hear(TICK_SECONDS)
            passed = time.monotonic() - began

    def _start_again(self, server: Server) -> None:
        """A server that ended; where it does not come up, what it leaves behind may need a moment."""
        self._say(f"{type(server).__name__} ended, starts again")
        try:
            server.stop()
            server.start()
        except ServerError as error:
            self._due_at[server] = time.monotonic() + SERVER_PAUSE
            self._say(f"{error}; tried again in {SERVER_PAUSE:.0f} s")

    def _start(self, child: Child) -> None:
        self._ears.listen(child.start(time.monotonic()), child.name)

    def _say(self, text: str) -> None:
        self.story.heard("up", f"WARNING {text}".encode())

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop_asked = True
