"""The hands of a scripted person on one call: keys at their moments, speech, hanging up.

story.py tells it what happens; it acts on the driver through timed moments. A person who holds the phone
themselves has a puppet without script, which does nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from gateway.emulator.call import Call
from gateway.emulator.people import Press, Script
from gateway.emulator.tape import Pcm
from gateway.emulator.xml import Sound

REACTION_SECONDS = 0.8
BETWEEN_KEYS = 0.3
BEFORE_SPEECH = 0.3


@dataclass(slots=True)
class Deeds:
    """What hands can do; the driver fills it in."""

    press: Callable[[str], object]
    speak: Callable[[Pcm], object]
    hang_up: Callable[[], object]


class Puppet:
    """`length_of` gives a sound's seconds (it has been fetched by then), `sample` speech of some seconds."""

    def __init__(
        self,
        call: Call,
        script: Script | None,
        length_of: Callable[[Sound], float],
        sample: Callable[[float], Pcm],
    ) -> None:
        self._call, self._script = call, script
        self._length_of, self._sample = length_of, sample
        self.deeds: Deeds | None = None

    def answered(self) -> None:
        if self._script is None:
            return
        for press in self._script.keys:
            if press.at is not None:
                self._press_in(press.at, press.key)
        if self._script.hang_up_after is not None:
            self._in(self._script.hang_up_after, self._hang_up)

    def first_heard(self, sounds: list[Sound]) -> None:
        """The first reply is about to be played: decide how much of it is heard."""
        if self._script is not None and self._script.listen < 1.0:
            self._in(self._script.listen * sum(map(self._length_of, sounds)), self._hang_up)

    def asked(self, prompt: Sound | None) -> None:
        """A question begins; its number is the call's count of questions."""
        if self._script is None:
            return
        length = self._length_of(prompt) if prompt is not None else 0.0
        for press in self._script.keys:
            if press.on_prompt == self._call.questions:
                self._press_in(self._reaction(press, length), press.key)

    def recording(self) -> None:
        if self._script is not None and self._script.speak_seconds:
            speech = self._sample(self._script.speak_seconds)
            self._in(BEFORE_SPEECH, lambda: self.deeds and self.deeds.speak(speech))

    @staticmethod
    def _reaction(press: Press, length: float) -> float:
        return length + REACTION_SECONDS if press.after is None else press.after

    def _press_in(self, seconds: float, keys: str) -> None:
        for index, key in enumerate(keys):
            self._in(seconds + index * BETWEEN_KEYS, partial(self._press, key))

    def _press(self, key: str) -> None:
        if self.deeds is not None:
            self.deeds.press(key)

    def _hang_up(self) -> None:
        if self.deeds is not None:
            self.deeds.hang_up()

    def _in(self, seconds: float, do: Callable[[], object]) -> None:
        self._call.timeline.after(seconds, do)
