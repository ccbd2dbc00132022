"""Playing the elements of a reply in order (africastalking.md A5): sound, digits, recordings, redirects, Dial.

Used by story.py alone. Each method is a generator of commands; a hang-up comes as HungUp out of any yield.
"""

import itertools
from collections.abc import Callable, Generator
from datetime import datetime

from gateway.emulator.call import Call, Heard
from gateway.emulator.clips import Clip
from gateway.emulator.commands import (
    Command,
    Event,
    Fetch,
    HungUp,
    Key,
    LegOver,
    Listen,
    Rang,
    Ring,
    Spoke,
    TimedOut,
)
from gateway.emulator.config import Switches
from gateway.emulator.puppet import Puppet
from gateway.emulator.tape import Tape
from gateway.emulator.xml import Dial, Document, GetDigits, Record, Redirect, Reject, Sound, Unbuilt

LETTERS_PER_SECOND = 14.0
BEEP_SECONDS = 0.4
SHORTEST_TAPE = 0.2

Steps = Generator[Command, Event, Document | None]
_ids = itertools.count(1)


class Actions:
    """`ask` posts what happened and returns the next reply."""

    def __init__(
        self,
        call: Call,
        puppet: Puppet,
        switches: Callable[[], Switches],
        clock: Callable[[], datetime],
        keep_tape: Callable[[Call, Tape], str],
        ask: Callable[[dict[str, str]], Steps],
    ) -> None:
        self._call, self._puppet, self._switches, self._clock = call, puppet, switches, clock
        self._keep_tape, self._ask = keep_tape, ask

    def perform(self, document: Document) -> Steps:
        """Run one reply; the next one, or None where the list ran out, which hangs up."""
        for action in document.actions:
            match action:
                case Sound():
                    yield from self._play(action)
                case GetDigits():
                    digits = yield from self._gather(action)
                    if digits is not None:
                        return (yield from self._answer({"dtmfDigits": digits}, action.callback))
                case Record():
                    url = yield from self._record(action)
                    return (yield from self._answer({"recordingUrl": url}, action.callback))
                case Redirect():
                    self._call.callback = action.url
                    return (yield from self._ask({}))
                case Dial():
                    if (yield from self._dial(action)):
                        return None
                case Reject() | Unbuilt():
                    return None
        return None

    def _answer(self, extra: dict[str, str], callback: str) -> Steps:
        before = self._call.callback
        if callback:
            self._call.callback = callback
        document = yield from self._ask(extra)
        if "dtmfDigits" in extra and not self._switches().digits_callback_sticks:
            self._call.callback = before
        return document

    def _play(self, sound: Sound, *, stop_on_key: bool = False) -> Generator[Command, Event, str]:
        heard = yield from self._begin(sound)
        try:
            end = self._call.timeline.now() + heard.length
            while (left := end - self._call.timeline.now()) > 0:
                event = yield Listen(left)
                if isinstance(event, TimedOut):
                    break
                if isinstance(event, Key) and stop_on_key:
                    return event.key
        finally:
            self._end(heard)
        if sound.beep:
            yield from self._beep()
        return ""

    def _begin(self, sound: Sound) -> Generator[Command, Event, Heard]:
        text, length, missing = sound.text, len(sound.text) / LETTERS_PER_SECOND + 0.5, False
        if sound.url:
            clip = yield Fetch(sound.url)
            assert isinstance(clip, Clip)
            text, length, missing = clip.caption or sound.url, clip.seconds, bool(clip.problem)
        heard = Heard(
            next(_ids),
            self._call.provider_id,
            sound.url,
            text,
            self._call.since_answer(),
            length,
            missing=missing,
        )
        self._call.heard.append(heard)
        return heard

    def _end(self, heard: Heard) -> None:
        heard.playing = False
        heard.seconds = round(min(heard.length, self._call.since_answer() - heard.started), 3)
        heard.cut = heard.seconds < heard.length - 0.05

    def _beep(self) -> Generator[Command, Event, None]:
        heard = Heard(next(_ids), self._call.provider_id, "", "beep", self._call.since_answer(), BEEP_SECONDS)
        self._call.heard.append(heard)
        yield from self._wait(BEEP_SECONDS)
        self._end(heard)

    def _wait(self, seconds: float) -> Generator[Command, Event, None]:
        end = self._call.timeline.now() + seconds
        while (left := end - self._call.timeline.now()) > 0:
            if isinstance((yield Listen(left)), TimedOut):
                break

    def _gather(self, action: GetDigits) -> Generator[Command, Event, str | None]:
        call = self._call
        call.questions, call.keys = call.questions + 1, ""
        try:
            if self._switches().barge_in:
                call.listening = "digits"
            self._puppet.asked(action.prompt)
            key = ""
            if action.prompt is not None:
                key = yield from self._play(action.prompt, stop_on_key=self._switches().barge_in)
            call.listening = "digits"
            return (yield from self._collect(action, key))
        finally:
            call.listening = ""

    def _collect(self, action: GetDigits, key: str) -> Generator[Command, Event, str | None]:
        digits = ""
        while True:
            if key and key == action.finish:
                return digits + key if self._switches().finish_key_in_digits else digits
            digits += key
            self._call.keys = digits
            if digits and (len(digits) == action.count or not (action.count or action.finish)):
                return digits
            event = yield from self._next_key(action.timeout)
            if event is None:
                return digits if digits and self._switches().partial_digits else None
            key = event

    def _next_key(self, seconds: float) -> Generator[Command, Event, str | None]:
        end = self._call.timeline.now() + seconds
        while True:
            event = yield Listen(end - self._call.timeline.now())
            if isinstance(event, Key):
                return event.key
            if isinstance(event, TimedOut):
                return None

    def _record(self, action: Record) -> Generator[Command, Event, str]:
        if action.prompt is not None:
            yield from self._play(action.prompt)
        if action.beep:
            yield from self._beep()
        call = self._call
        tape = call.tape = Tape(call.timeline.now())
        call.listening = "record"
        self._puppet.recording()
        try:
            yield from self._roll(action, tape)
        except HungUp:
            call.recording_url = self._keep(tape)
            raise
        finally:
            call.listening, call.tape = "", None
        return self._keep(tape)

    def _keep(self, tape: Tape) -> str:
        if self._call.timeline.now() - tape.start < SHORTEST_TAPE:
            return ""
        return self._keep_tape(self._call, tape)

    def _roll(self, action: Record, tape: Tape) -> Generator[Command, Event, None]:
        now = self._call.timeline.now
        while True:
            if action.terminal:
                yield Listen(None)
                continue
            silence_ends = max(tape.last_loud, tape.start) + action.silence
            end = min(silence_ends, tape.start + (action.longest or silence_ends))
            if now() >= end:
                return
            event = yield Listen(end - now())
            if isinstance(event, Key) and (event.key == action.finish):
                return
            if isinstance(event, Spoke):
                continue

    def _dial(self, action: Dial) -> Generator[Command, Event, bool]:
        """Ring one after the other, whether `sequential` or not; True once somebody answered."""
        call = self._call
        for number in action.numbers:
            call.dialled, call.dialled_at = number, self._clock()
            rang = yield Ring(number)
            call.bridge_cause = rang.cause if isinstance(rang, Rang) else ""
            if not call.bridge_cause:
                yield from self._bridge(number, action.longest)
                return True
        return False

    def _bridge(self, number: str, longest: float | None) -> Generator[Command, Event, None]:
        call, began = self._call, self._call.timeline.now()
        call.bridged = number
        try:
            while True:
                left = None if longest is None else began + longest - call.timeline.now()
                if isinstance((yield Listen(left)), LegOver | TimedOut):
                    return
        finally:
            call.dialled_seconds, call.bridged = call.timeline.now() - began, ""
