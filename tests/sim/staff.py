"""What people do: coordinators begin, pause, resume and stop broadcasts, members say STOP or ring, clocks are set."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from gateway import inbox
from gateway.broadcasts import launch
from gateway.calls import voice_posted
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict
from gateway.models import Broadcast
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from tests.builders import a_broadcast
from tests.sim.books import Sent
from tests.sim.ground import Ground
from tests.sim.oracle import Oracle
from tests.sim.world import Ending, Process, World

UNITS = {
    "BOOTH-A": ("BOOTH-A",), "BOOTH-B": ("BOOTH-B",), "BOOTH-C": ("BOOTH-C",),
    "BLOCK-1": ("BOOTH-A", "BOOTH-B"), "BLOCK-2": ("BOOTH-C",),
}  # fmt: skip
WORDS = {
    "hi": "कल सुबह दस बजे पंचायत भवन में बैठक है। सब लोग आइए। {}",
    "bn": "কাল সকাল দশটায় পঞ্চায়েত ভবনে সভা আছে। সবাই আসুন। {}",
}
KINDS = (("voice", "organisational"), ("voice", "organisational"), ("sms", "organisational"), ("voice", "emergency"), ("sms", "emergency"))  # fmt: skip
MINUTE, HOUR = 60.0, 3600.0
PAUSES, STOPS, SAYS_STOP, RINGS, JUMPS, EMPTIES = 0.35, 0.15, 0.12, 0.08, 0.3, 0.4
JUMP_SECONDS = (-7200, -300, -45, 45, 300, 7200)
PRESSED_AGAIN_AFTER = 20.0


class Staff:
    """Lays out a seed's deeds; each is done through the web, and again where it broke."""

    def __init__(self, ground: Ground, world: World, web: Process, oracle: Oracle) -> None:
        self.ground, self.world, self.web, self.oracle = ground, world, web, oracle
        self.dice = world.dice("staff")
        self.is_done = 0

    def lay_out(self, rings_to: Number) -> None:
        for nth in range(self.dice.choice((1, 1, 2, 2, 2, 3))):
            begin = self.dice.random() * 20 * HOUR if nth else 0.0
            self._broadcast_after(begin, nth)
        for person in self.ground.people:
            if self.dice.random() < SAYS_STOP:
                at = self.dice.random() * 30 * HOUR * self.dice.random()
                self.world.after(
                    at, f"STOP of {person.member_id}", lambda it=person.number: self._says_stop(it)
                )
            if self.dice.random() < RINGS:
                at = self.dice.random() * 12 * HOUR
                self.world.after(
                    at, f"ring of {person.member_id}", lambda it=person.number: self._rings(it, rings_to)
                )
        if self.dice.random() < JUMPS:
            for _ in range(self.dice.choice((1, 2))):
                self.world.after(self.dice.random() * 10 * HOUR, "clock", self._jump)

    def resume_all(self) -> bool:
        """Whatever stands paused goes on; False where nothing did."""
        paused = [each for each, state in self._states() if state == "paused"]
        for broadcast_id in paused:
            self._act(broadcast_id, launch_resume)
        return bool(paused)

    def _states(self) -> list[tuple[int, str]]:
        return [(int(a), str(b)) for a, b in self.ground.rows("SELECT id, state FROM broadcasts ORDER BY id")]

    # Broadcasts

    def _broadcast_after(self, seconds: float, nth: int) -> None:
        kind, message_class = self.dice.choice(KINDS)
        unit = self.dice.choice(tuple(UNITS))
        later = self.dice.random() * 6 * HOUR if self.dice.random() < 0.3 else None
        lasts = self.dice.choice((None, 9.0, 26.0, 26.0, 50.0))
        texts = {language: words.format(nth) for language, words in WORDS.items()}

        def begin() -> None:
            made: list[int] = []
            self.world.is_calm = True  # drafts are not what is tried here
            self.world.run(
                self.web, "draft", lambda rt: made.append(a_broadcast(rt, unit, kind, texts, message_class))
            )
            self.world.is_calm = False
            now = self.world.clock()
            at = now + timedelta(seconds=later) if later is not None else None
            until = now + timedelta(hours=lasts) if lasts is not None else None
            members = frozenset(
                each.member_id for each in self.ground.people if each.unit in UNITS[unit] and each.has_agreed
            )
            self.oracle.sent[made[0]] = Sent(
                made[0], kind, message_class, frozenset(texts.values()), members, until, "draft"
            )
            self._approve(made[0], at, until)

        self.world.after(seconds, f"broadcast {nth}: {kind} {message_class} to {unit}", begin)
        self._meddle(seconds + (later or 0.0), nth)

    def _approve(self, broadcast_id: int, at: datetime | None, until: datetime | None) -> None:
        def approve(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
            broadcast.scheduled_at, broadcast.expires_at = at, until
            unit.db.flush()
            if broadcast.state == BroadcastState.DRAFT:
                launch.approve(unit, rt, broadcast, None)
            if at is None and broadcast.state == BroadcastState.APPROVED:
                launch.start(unit, rt, broadcast)

        self._act(broadcast_id, approve)

    def _meddle(self, seconds: float, nth: int) -> None:
        """Perhaps somebody pauses, and perhaps somebody stops it."""
        at = seconds + self.dice.choice((20.0, 10 * MINUTE, 5 * HOUR)) * self.dice.random()
        if self.dice.random() < PAUSES:
            lasts = self.dice.choice((MINUTE, HOUR, 14 * HOUR)) * self.dice.random()
            self.world.after(at, f"pause {nth}", lambda: self._act_on(nth, launch_pause))
            self.world.after(at + lasts, f"resume {nth}", lambda: self._act_on(nth, launch_resume))
            at += self.dice.random() * HOUR
        if self.dice.random() < STOPS:
            self.world.after(at, f"stop {nth}", lambda: self._act_on(nth, launch_stop))

    def _act_on(self, nth: int, deed: Callable[..., None]) -> None:
        made = sorted(self.oracle.sent)
        if nth < len(made):
            self._act(made[nth], deed)

    def _act(self, broadcast_id: int, deed: Callable[..., None]) -> None:
        """Press the button; press it again where the page said that something broke."""

        def press(rt: Runtime) -> None:
            with unit_of_work(rt.engine) as unit:
                deed(unit, rt, unit.db.get_one(Broadcast, broadcast_id))

        def try_it() -> None:
            try:
                ending = self.world.run(self.web, getattr(deed, "__name__", "deed"), press)
            except Conflict:
                return
            if ending is not Ending.DONE:
                self.world.after(PRESSED_AGAIN_AFTER, "pressed again", try_it)

        try_it()

    # Members

    def _says_stop(self, number: Number) -> None:
        form = {"provider_id": f"in-{self.world.step}", "number": number, "line": "sms", "text": "STOP"}
        number_ids = {each.number_id for each in self.ground.people if each.number == number}

        def say() -> None:
            ending = self.world.run(self.web, "sms in", lambda rt: _message(rt, form))
            if ending is Ending.DONE:
                for each in number_ids:
                    self.oracle.everybody_left(each)
            else:
                self.world.after(90, "STOP again", say)

        say()

    def _rings(self, number: Number, line: Number) -> None:
        form = {"provider_id": f"ring-{self.world.step}", "number": number, "line": line, "is_inbound": "yes"}
        form |= {"is_over": "yes", "outcome": "no_answer", "seconds": "0"}
        self.world.run(self.web, "ring", lambda rt: voice_posted(rt, rt.callbacks.parse_voice(form), None))

    def _jump(self) -> None:
        by = self.dice.choice(JUMP_SECONDS)
        self.world.fault("clock jump")
        self.world.tell(f"clocks go by {by} s")
        self.world.skew += timedelta(seconds=by)


def launch_pause(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    launch.pause(unit, broadcast)


def launch_resume(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    launch.resume(unit, rt, broadcast)


def launch_stop(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    launch.stop(unit, rt, broadcast)


def _message(rt: Runtime, form: dict[str, str]) -> Any:
    return inbox.message_arrived(rt, rt.callbacks.parse_sms(form))
