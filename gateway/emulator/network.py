"""The emulator's one composition: phones, lines, clocks, wire, faults and the pool that posts.

Built by app.py; switchboard.py and messages.py work on it. One re-entrant lock guards all of it; whoever waits
for a change waits on that lock.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Condition
from typing import Any

from gateway.emulator import spoken_sample
from gateway.emulator.clips import Clips
from gateway.emulator.config import EmulatorConfig, Person, Switches
from gateway.emulator.faults import Faults
from gateway.emulator.people import MAGIC, POPULATIONS, Population, Script
from gateway.emulator.phones import Phone
from gateway.emulator.poster import Poster
from gateway.emulator.recordings import Recordings
from gateway.emulator.sample import Sample
from gateway.emulator.tape import Pcm
from gateway.emulator.timeline import Scheduler, Timeline, log_failure
from gateway.emulator.wire import Wire

POSTING_THREADS = 24


def utc_now() -> datetime:
    return datetime.now(UTC)


class Network:
    """`clock` is the service's clock (aware UTC); `hurried` runs `speed` times as fast, `natural` with the wall."""

    def __init__(self, config: EmulatorConfig, clock: Callable[[], datetime] = utc_now) -> None:
        self.config, self.clock = config, clock
        self.lock = Condition()
        self.scheduler = Scheduler()
        self.hurried = Timeline(self.scheduler, config.speed)
        self.natural = Timeline(self.scheduler)
        self.wire = Wire(config.secret, clock)
        self.faults = Faults(config.seed)
        self.recordings = Recordings()
        self.population: Population = POPULATIONS[config.profile]
        self.refusals = dict(config.refusals)
        self._switches = config.switches
        self._prefix_scripts: dict[str, Script] = {}
        self._pool = ThreadPoolExecutor(POSTING_THREADS, thread_name_prefix="emulator-post")
        self._clip_pool = ThreadPoolExecutor(4, thread_name_prefix="emulator-clip")
        self.clips = Clips(self._clip_pool, config.may_reach)
        self.poster = Poster(config, self._pool, self.lock, self.wire, self.faults, self.switches)
        self._sample = Sample()
        self._asked_samples: set[str] = set()
        self.tokens: set[str] = set()
        self.phones: dict[str, Phone] = {}
        for person in config.persons:
            self.phone(person.number)

    def start(self) -> None:
        self.scheduler.start()

    def stop(self) -> None:
        """End every thread; running calls stop where they are."""
        self.scheduler.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._clip_pool.shutdown(wait=True, cancel_futures=True)

    def switches(self) -> Switches:
        return self._switches

    def turn(self, wanted: dict[str, Any]) -> None:
        """Change switches at run time; raises TypeError for an unknown one."""
        self._switches = replace(self._switches, **wanted)

    def phone(self, number: str) -> Phone:
        """The phone of a number; it exists from the first time it is asked for."""
        with self.lock:
            if number not in self.phones:
                self.phones[number] = Phone(number, self._person(number))
            return self.phones[number]

    def _person(self, number: str) -> Person:
        return next((p for p in self.config.persons if p.number == number), Person(number))

    def sample(self, seconds: float | None, language: str = "") -> Pcm:
        """Ready-made speech of so many seconds; None is a whole sentence where one was made."""
        return self._sample.speech(seconds, language)

    def make_sample(self, language: str) -> None:
        """Have the sentence of a language spoken in the background, once."""
        with self.lock:
            if language in self._asked_samples:
                return
            self._asked_samples.add(language)
        self._clip_pool.submit(self._make_sample, language).add_done_callback(log_failure)

    def _make_sample(self, language: str) -> None:
        if (pcm := spoken_sample.speak(language)) is not None:
            self._sample.spoken[language] = pcm

    def set_script(self, number: str, prefix: str, script: Script | None) -> None:
        """For one number, for a prefix ("" is everybody); None takes it away."""
        if number:
            self.phone(number).script = script
        elif script is None:
            self._prefix_scripts.pop(prefix, None)
        else:
            self._prefix_scripts[prefix] = script

    def script_for(self, phone: Phone) -> Script:
        """Magic last digits, the longest prefix that has a script, else what the population draws."""
        if (magic := MAGIC.get(phone.number[-5:])) is not None:
            return Script(magic)
        for prefix in sorted(self._prefix_scripts, key=len, reverse=True):
            if phone.number.startswith(prefix):
                return self._prefix_scripts[prefix]
        return self.population.script_for(self.config.seed, phone.number, phone.rung)
