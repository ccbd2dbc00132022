"""What people do: coordinators begin, pause, resume and stop broadcasts, members say STOP or ring, clocks are set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from gateway import inbox
from gateway.broadcasts import budget, draft, launch, rest, schedules
from gateway.calls import voice_posted
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict
from gateway.models import Broadcast
from gateway.phones import Number
from gateway.rules.calendar import Weekly
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from tests.builders import a_unit
from tests.sim.books import Again, Books, Sent, day_of
from tests.sim.ground import Ground
from tests.sim.orders import UNITS, Order
from tests.sim.provider import Provider
from tests.sim.world import Ending, Process, World

MINUTE, HOUR = 60.0, 3600.0
PAUSES, STOPS, SAYS_STOP, RINGS, JUMPS, GOES_AWAY = 0.35, 0.15, 0.12, 0.08, 0.3, 0.3
JUMP_SECONDS = (-7200, -300, -45, 45, 300, 7200)
PRESSED_AGAIN_AFTER = 20.0
HOUR_IS_OVER, NEXT_DAY = 61 * MINUTE, 14 * HOUR
RAISED_BY = Decimal(5)


class Staff:
    """Lays out a seed's deeds; each is done through the web, and again where it broke."""

    def __init__(self, ground: Ground, world: World, web: Process, books: Books) -> None:
        self.ground, self.world, self.web, self.books = ground, world, web, books
        self.dice = world.dice("staff")
        self._orders: dict[int, Order] = {}
        self._poor = 0

    def lay_out(self, rings_to: Number, provider: Provider) -> None:
        for nth in range(self.dice.choice((1, 1, 2, 2, 2, 3))):
            begin = self.dice.random() * 20 * HOUR if nth else 0.0
            self._broadcast_after(begin, nth)
        for person in self.ground.people:
            if self._happens("says_stop", SAYS_STOP):
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
        if self.dice.random() < GOES_AWAY:
            lasts = self.dice.choice((10.0, MINUTE, 10 * MINUTE))
            self.world.after(self.dice.random() * 6 * HOUR, "web", lambda: provider.go_away(lasts))

    def _happens(self, name: str, usually: float) -> bool:
        return self.dice.random() < self.world.scene.chances.get(name, usually)

    def go_on(self) -> bool:
        """Whatever stands paused goes on, and who was not reached is tried once more; False where nothing was done."""
        found = self.ground.rows("SELECT id, state, pause_reason FROM broadcasts ORDER BY id")
        paused = [(each, why) for each, state, why in found if state == "paused"]
        for broadcast_id, why in paused:
            if why == "budget":
                self._find_money(broadcast_id)
            else:
                self._act(broadcast_id, launch_resume)
        return bool(paused) or self._try_rest({each for each, state, _ in found if state == "finished"})

    def _find_money(self, broadcast_id: int) -> None:
        """Its own budget is raised; the next hour, and then the next day, has money of its own."""
        sent = self.books.sent[broadcast_id]
        if sent.budget is not None:
            sent.budget = amount = sent.budget + RAISED_BY
            self._act(broadcast_id, lambda unit, rt, it: budget.raise_budget(unit, rt, it, amount, None))
        self._poor += 1
        waits = HOUR_IS_OVER if self._poor % 3 else NEXT_DAY
        self.world.after(waits, f"money for {broadcast_id}", lambda: self._act(broadcast_id, launch_resume))

    def _try_rest(self, finished: set[int]) -> bool:
        wanted = sorted(each for each in finished & set(self._orders) if self._orders[each].tries_rest)
        for broadcast_id in wanted:
            del self._orders[broadcast_id]
            self.books.sent[broadcast_id].pressed_at = self.world.now
            self._act(broadcast_id, rest.try_rest)
        return bool(wanted)

    # Broadcasts

    def _broadcast_after(self, seconds: float, nth: int) -> None:
        order = replace(Order.drawn(self.dice, nth), **self.world.scene.order)
        name = f"broadcast {nth}: {order.kind} {order.message_class} to {order.unit}"
        self.world.after(seconds, name, lambda: self._begin(order))
        self._meddle(seconds + (order.later or 0.0), nth)

    def _begin(self, order: Order) -> None:
        made: list[int] = []
        self.world.is_calm = True  # drafts are not what is tried here
        self.world.run(self.web, "draft", lambda rt: made.append(_draft(rt, order)))
        self.world.is_calm = False
        (broadcast_id,), now = made, self.world.clock()
        at = now + timedelta(seconds=order.later) if order.later is not None else None
        until = now + timedelta(hours=order.lasts) if order.lasts is not None else None
        members = frozenset(
            each.member_id
            for each in self.ground.people
            if each.unit in UNITS[order.unit] and each.has_agreed
        )
        texts = frozenset((*order.texts.values(), *(order.instead or {}).values()))
        again = None
        if order.again_at is not None:
            again = Again(order.again_at, day_of(now) + timedelta(days=order.again_days))
        self.books.sent[broadcast_id] = Sent(
            broadcast_id, order.kind, order.message_class, texts, members, until, "draft", order.budget,
            order.instead is not None, again,
        )  # fmt: skip
        self._orders[broadcast_id] = order
        self._approve(broadcast_id, at, until)
        if again is not None:
            self._plan(broadcast_id, again)

    def _plan(self, broadcast_id: int, again: Again) -> None:
        rule = Weekly(frozenset(range(7)), again.at, again.until)
        self._act(broadcast_id, lambda unit, rt, it: schedules.plan(unit, rt, it, rule, None))

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
        if self._happens("pauses", PAUSES):
            lasts = self.dice.choice((MINUTE, HOUR, 14 * HOUR)) * self.dice.random()
            self.world.after(at, f"pause {nth}", lambda: self._act_on(nth, launch_pause))
            self.world.after(at + lasts, f"resume {nth}", lambda: self._act_on(nth, launch_resume))
            at += self.dice.random() * HOUR
        if self.dice.random() < STOPS:
            self.world.after(at, f"stop {nth}", lambda: self._act_on(nth, launch_stop))

    def _act_on(self, nth: int, deed: Callable[..., object]) -> None:
        made = sorted(self.books.sent)
        if nth < len(made):
            self._act(made[nth], deed)

    def _act(self, broadcast_id: int, deed: Callable[..., object]) -> None:
        """Press the button; press it again where the page said that something broke."""

        def press(rt: Runtime) -> None:
            with unit_of_work(rt.engine) as unit:
                deed(unit, rt, unit.db.get_one(Broadcast, broadcast_id))

        def try_it() -> None:
            try:
                ending = self.world.run(self.web, getattr(deed, "__name__", "deed"), press)
            except Conflict:
                self.books.sent[broadcast_id].is_refused = True
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
                    self.books.everybody_left(each)
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


def _draft(rt: Runtime, order: Order) -> int:
    with unit_of_work(rt.engine) as unit:
        made = draft.draft(
            unit, rt, kind=order.kind, title="Meeting", place=a_unit(unit.db, order.unit), texts=order.texts,
            sounds={}, message_class=order.message_class, fallback_texts=order.instead, budget=order.budget,
        )  # fmt: skip
        return made.id


def launch_pause(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    launch.pause(unit, broadcast)


def launch_resume(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    launch.resume(unit, rt, broadcast)


def launch_stop(unit: UnitOfWork, rt: Runtime, broadcast: Broadcast) -> None:
    launch.stop(unit, rt, broadcast)


def _message(rt: Runtime, form: dict[str, str]) -> Any:
    return inbox.message_arrived(rt, rt.callbacks.parse_sms(form))
