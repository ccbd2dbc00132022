"""Hears what children say: one selector over their pipes, cut into lines, handed to the story."""

import selectors
from typing import IO

from gateway.up.story import Story

MOST_AT_ONCE = 65_536


class Ears:
    """Pipes of children, living and dead; a dead child's own child may still speak through its pipe."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._selector = selectors.DefaultSelector()
        self._names: dict[IO[bytes], str] = {}
        self._rests: dict[IO[bytes], bytes] = {}

    def listen(self, pipe: IO[bytes], name: str) -> None:
        """Hear this pipe from now on; it must not block."""
        self._names[pipe] = name
        self._selector.register(pipe, selectors.EVENT_READ, pipe)

    def hear(self, seconds: float) -> None:
        """Wait up to so long for something to be said, and pass it on."""
        for key, _ in self._selector.select(seconds):
            said = key.data.read(MOST_AT_ONCE)
            if said:
                self._pass_on(key.data, said)
            elif said is not None:
                self._forget(key.data)

    def close(self) -> None:
        """Hear what is left and close every pipe."""
        if self._names:
            self.hear(0)
        for pipe in list(self._names):
            self._forget(pipe)
        self._selector.close()

    def _pass_on(self, pipe: IO[bytes], said: bytes) -> None:
        *lines, rest = (self._rests.pop(pipe, b"") + said).split(b"\n")
        for line in lines:
            self._story.heard(self._names[pipe], line)
        if rest:
            self._rests[pipe] = rest

    def _forget(self, pipe: IO[bytes]) -> None:
        name = self._names.pop(pipe)
        if rest := self._rests.pop(pipe, b""):
            self._story.heard(name, rest)
        self._selector.unregister(pipe)
        pipe.close()
