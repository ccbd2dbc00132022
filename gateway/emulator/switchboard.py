"""Connecting calls: placing, dialling, ringing, answering, hanging up. Source: africastalking.md A3, B1.

Every public method takes the one lock. The API and `/control` call it; the voice itself is in story.py.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from gateway.emulator.call import Call
from gateway.emulator.clips import GUESSED_SECONDS
from gateway.emulator.driver import Driver, Means
from gateway.emulator.forms import final_form
from gateway.emulator.network import Network
from gateway.emulator.people import CAUSES, MAGIC, Script
from gateway.emulator.phones import Phone, Ringing
from gateway.emulator.poster import Letter, Reply
from gateway.emulator.puppet import Deeds, Puppet
from gateway.emulator.story import Story
from gateway.emulator.tape import Pcm, Tape, write_wav
from gateway.emulator.xml import Document, Sound

SETUP_SECONDS = 0.6
RING_SECONDS = 30.0
CROWD = 10
SECONDS_TO_REFUSE = {"USER_BUSY": 1.5, "SUBSCRIBER_ABSENT": 2.5, "UNALLOCATED_NUMBER": 1.0}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A call that the API took: kept for ever, so that a test can prove that nobody was called twice."""

    number: str
    provider_id: str
    at: datetime


class Switchboard:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._lock = network.lock
        self.calls: list[Call] = []
        self.accepted: list[Accepted] = []
        self.deeds: set[str] = set()
        self._reporters: set[str] = set()
        self._means = Means(
            lock=network.lock,
            post=self._post,
            kept_clip=network.clips.kept,
            fetch=network.clips.fetch,
            ring=self._ring,
            over=self._over,
        )

    def place(self, number: str, line: str, tag: str, given: Document | None) -> str:
        """Take a call for a phone and begin it shortly; returns the provider's id."""
        with self._lock:
            call = self._new_call("Outbound", number, line, tag)
            driver = self._new_driver(call, self._script_of(self._network.phone(number)), given)
            self.accepted.append(Accepted(number, call.provider_id, call.requested_at))
            call.timeline.after(SETUP_SECONDS, lambda: self._start(driver))
            return call.provider_id

    def dial(self, phone: Phone, line: str, script: Script | None = None) -> bool:
        """The phone rings one of our numbers; False where it is off or engaged."""
        with self._lock:
            if phone.busy or not phone.on:
                return False
            call = self._new_call("Inbound", phone.number, line, "")
            phone.driver = self._new_driver(call, script or self._script_of(phone), None)
            phone.driver.start()
            return True

    def answer(self, phone: Phone) -> bool:
        return self._settle(phone, "")

    def reject(self, phone: Phone) -> bool:
        return self._settle(phone, "CALL_REJECTED")

    def hang_up(self, phone: Phone) -> bool:
        """From the phone's side; a phone that rings declines."""
        with self._lock:
            if phone.ringing is not None:
                return self.reject(phone)
            if phone.driver is None:
                return False
            if phone.number != phone.driver.call.number:
                phone.driver.leg_over()
            else:
                phone.driver.hang_up()
            return True

    def switch(self, phone: Phone, on: bool) -> None:
        """Off ends what goes on: a running call hangs up, a ringing one becomes unreachable."""
        with self._lock:
            phone.on = on
            if not on and phone.ringing is not None:
                phone.ringing.settle("SUBSCRIBER_ABSENT")
            elif not on:
                self.hang_up(phone)
            self._lock.notify_all()

    def _settle(self, phone: Phone, cause: str) -> bool:
        with self._lock:
            if phone.ringing is None:
                return False
            phone.ringing.settle(cause)
            return True

    def _new_call(self, direction: str, number: str, line: str, tag: str) -> Call:
        network = self._network
        natural = network.phone(number).in_hand == "page"
        call = Call(
            provider_id=f"ATVId_{secrets.token_hex(16)}",
            direction="Inbound" if direction == "Inbound" else "Outbound",
            number=number,
            line=line,
            callback=f"{network.config.callback_url}/voice",
            timeline=network.natural if natural else network.hurried,
            requested_at=network.clock(),
            tag=tag,
        )
        self.calls.append(call)
        return call

    def _new_driver(self, call: Call, script: Script | None, given: Document | None) -> Driver:
        network = self._network
        puppet = Puppet(call, script, self._length_of, network.sample)
        story = Story(call, puppet, network.switches, network.clock, self._keep_tape, given)
        steps = story.inbound() if call.direction == "Inbound" else story.outbound()
        driver = Driver(call, steps, self._means)
        puppet.deeds = Deeds(
            press=lambda key: self._locked(lambda: driver.press(key)),
            speak=lambda pcm: self._locked(lambda: driver.speak(pcm)),
            hang_up=lambda: self._locked(driver.hang_up),
        )
        return driver

    def _locked(self, do: Callable[[], object]) -> None:
        with self._lock:
            do()

    def _start(self, driver: Driver) -> None:
        with self._lock:
            driver.start()

    def _script_of(self, phone: Phone) -> Script | None:
        """None where a person holds the phone."""
        if phone.in_hand == "page":
            return None
        if phone.script is not None:
            return phone.script
        if phone.in_hand:
            return None
        return self._network.script_for(phone)

    def _ring(self, driver: Driver, number: str, then: Callable[[str], None]) -> Callable[[], None]:
        phone, call = self._network.phone(number), driver.call
        ringing = Ringing(call, lambda cause: self._rang(phone, driver, cause, then))
        script = self._script_of(phone)
        phone.rung += 1
        if cause := _refusal(phone, script):
            ringing.settle_in(SECONDS_TO_REFUSE.get(cause, 1.0), cause)
            return ringing.stop
        phone.ringing, call.state = ringing, "ringing"
        if script is not None and script.answers == "yes":
            ringing.settle_in(min(script.after, RING_SECONDS - 1), "")
        elif script is not None and script.answers == "reject":
            ringing.settle_in(min(script.after, RING_SECONDS - 1), "CALL_REJECTED")
        ringing.settle_in(RING_SECONDS, "NO_ANSWER")
        return lambda: self._stop_ringing(phone, ringing)

    def _stop_ringing(self, phone: Phone, ringing: Ringing) -> None:
        ringing.stop()
        if phone.ringing is ringing:
            phone.ringing = None

    def _rang(self, phone: Phone, driver: Driver, cause: str, then: Callable[[str], None]) -> None:
        with self._lock:
            phone.ringing = None
            if not cause:
                phone.driver = driver
            then(cause)
            self._lock.notify_all()

    def _post(self, call: Call, form: dict[str, str], then: Callable[[Reply], None]) -> None:
        letter = Letter(call.callback, form, call.number, "voice", call.provider_id)
        self._network.poster.post(letter, call.timeline, then)

    def _over(self, driver: Driver) -> None:
        """Free the phones and send the last post."""
        call, network = driver.call, self._network
        for number in {call.number, call.dialled} - {""}:
            phone = network.phone(number)
            if phone.driver is driver:
                phone.driver = None
                phone.heard.extend(call.heard)
                phone.forget_old()
        network.phone(call.number).last_call = call
        self._tick_off(call)
        form = final_form(call, network.switches())
        network.poster.post(
            Letter(call.callback, form, call.number, "final", call.provider_id), call.timeline
        )

    def _tick_off(self, call: Call) -> None:
        """The four deeds of a first visit (look.md 12)."""
        if call.direction == "Inbound" and call.outcome in ("answered", "declined"):
            self.deeds.add("dial")
        if call.direction == "Outbound" and call.outcome == "answered" and call.number in self._reporters:
            self.deeds.add("answer")
        if "everybody" not in self.deeds and len({taken.number for taken in self.accepted}) >= CROWD:
            self.deeds.add("everybody")

    def _keep_tape(self, call: Call, tape: Tape) -> str:
        pcm: Pcm = tape.cut(call.timeline.now())
        self.deeds.add("report")
        self._reporters.add(call.number)
        slow = self._network.faults.strike("slow_recording", call.number)
        name = self._network.recordings.keep(write_wav(pcm), slow.seconds if slow else 0.0)
        return f"{self._network.config.own_url}/recordings/{name}.wav"

    def _length_of(self, sound: Sound) -> float:
        if not sound.url:
            return len(sound.text) / 14.0 + 0.5
        clip = self._network.clips.kept(sound.url)
        return clip.seconds if clip is not None else GUESSED_SECONDS


def _refusal(phone: Phone, script: Script | None) -> str:
    """Why the phone does not even ring; empty where it does."""
    if (magic := MAGIC.get(phone.number[-5:])) is not None and magic in ("busy", "off", "invalid"):
        return CAUSES[magic]
    if not phone.on:
        return "SUBSCRIBER_ABSENT"
    if phone.busy:
        return "USER_BUSY"
    if script is not None and script.answers in ("busy", "off", "invalid"):
        return CAUSES[script.answers]
    return ""
