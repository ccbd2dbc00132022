"""Driving one call's story: timers, posts, fetches and keys become events of its generator.

Everything happens under the network's one lock; a ticket per command makes late answers harmless.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from threading import Condition

from gateway.emulator.call import Call
from gateway.emulator.clips import Clip
from gateway.emulator.commands import (
    Command,
    Event,
    Fetch,
    HungUp,
    Key,
    LegOver,
    Listen,
    Post,
    Rang,
    Ring,
    Spoke,
    TimedOut,
)
from gateway.emulator.poster import Reply
from gateway.emulator.tape import Pcm
from gateway.emulator.timeline import Moment


@dataclass(frozen=True, slots=True)
class Means:
    """What a driver can use: everything outside the call. `ring` returns how to stop the ringing."""

    lock: Condition
    post: Callable[[Call, dict[str, str], Callable[[Reply], None]], None]
    kept_clip: Callable[[str], Clip | None]
    fetch: Callable[[str, Callable[[Clip], None]], None]
    ring: Callable[["Driver", str, Callable[[str], None]], Callable[[], None]]
    over: Callable[["Driver"], None]


class Driver:
    def __init__(self, call: Call, story: Generator[Command, Event, None], means: Means) -> None:
        self.call = call
        self._story, self._means = story, means
        self._ticket = 0
        self._alarm: Moment | None = None
        self._stop_ringing: Callable[[], None] | None = None
        self._listens = False
        self._over = False

    def start(self) -> None:
        """Run until the first thing to wait for; the lock is held, as for every public method."""
        self._run(lambda: next(self._story))

    def press(self, key: str) -> bool:
        """False where nobody listens, as on a real line: the key is lost."""
        if not self._listens or self._over:
            return False
        self._run(lambda: self._story.send(Key(key)))
        return True

    def speak(self, pcm: Pcm, *, captured: bool = False) -> bool:
        """Put speech on the running tape; False where nothing records."""
        tape = self.call.tape
        if tape is None or self._over:
            return False
        tape.add(pcm, self.call.timeline.now(), captured=captured)
        if self._listens:
            self._run(lambda: self._story.send(Spoke()))
        return True

    def leg_over(self) -> None:
        if self._listens and self.call.bridged:
            self._run(lambda: self._story.send(LegOver()))

    def hang_up(self) -> None:
        """End the call from the phone's side, in the middle of whatever goes on."""
        if not self._over:
            self._run(lambda: self._story.throw(HungUp()))

    def _run(self, step: Callable[[], Command]) -> None:
        self._forget_command()
        try:
            command = step()
            while (ready := self._obey(command)) is not None:
                command = self._story.send(ready)
        except StopIteration:
            self._finish()
        self._means.lock.notify_all()

    def _forget_command(self) -> None:
        self._ticket += 1
        self._listens = False
        if self._alarm is not None:
            self._alarm.call_off()
            self._alarm = None
        if self._stop_ringing is not None:
            self._stop_ringing()
            self._stop_ringing = None

    def _finish(self) -> None:
        self._over = True
        call = self.call
        call.state, call.ended, call.listening = "ended", call.timeline.now(), ""
        self._means.over(self)

    def _obey(self, command: Command) -> Event | None:
        """Begin what is asked; an event where it is there at once."""
        self._ticket += 1
        ticket = self._ticket
        match command:
            case Listen(seconds):
                self._listens = True
                if seconds is not None:
                    self._alarm = self.call.timeline.after(seconds, lambda: self._bring(ticket, TimedOut()))
            case Post(form):
                self._means.post(self.call, form, lambda reply: self._bring(ticket, reply))
            case Fetch(url):
                if (clip := self._means.kept_clip(url)) is not None:
                    return clip
                self._means.fetch(url, lambda clip: self._bring(ticket, clip))
            case Ring(number):
                self._stop_ringing = self._means.ring(
                    self, number, lambda cause: self._bring(ticket, Rang(cause))
                )
        return None

    def _bring(self, ticket: int, event: Event) -> None:
        with self._means.lock:
            if ticket == self._ticket and not self._over:
                self._run(lambda: self._story.send(event))
