"""Plays one seed from the first broadcast until the world is quiet, and says what happened."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import event

from gateway import faults
from gateway.channels.registry import Channels
from gateway.db import unit_of_work
from gateway.phones import Number
from gateway.queue import Bells
from gateway.rules.prices import Money, Prices
from gateway.store.money import keep_money
from tests.sim.books import Books, Broken, fail
from tests.sim.engine import QUIET_SWEEPS, SWEEP_SECONDS, Engine
from tests.sim.ground import Ground
from tests.sim.oracle import Oracle
from tests.sim.provider import PRICES, Posts, Provider, Taken
from tests.sim.scene import CHANCE, Scene
from tests.sim.staff import Staff
from tests.sim.world import Process, World

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 07:30 in India
MOST_STEPS = 6000
LOOK_EVERY = 16
VAIN_SWEEPS = 20
CALM_SWEEPS = 2


@dataclass(frozen=True)
class Played:
    """One seed that was played; `broken` says which promise was broken, if one was."""

    seed: int
    trace: str
    counts: Counter[str]
    reached: Counter[str]
    attempts: int
    taken: int
    days: float
    seconds: float
    broken: str | None
    story: tuple[str, ...]


class Play:
    """Everything of one seed, put together."""

    def __init__(self, ground: Ground, seed: int, scene: Scene) -> None:
        self.ground = ground
        first = World(ground, seed, MONDAY)
        dice = first.dice("settings")
        self.world = world = World(ground, seed, MONDAY + timedelta(hours=dice.random() * 16), scene)
        settings = replace(
            ground.rt.settings, lines=dice.choice((2, 3, 5, 50)), calls_per_second=dice.choice((1, 3, 10)),
            broadcasts_a_day=dice.choice((1, 2)), broadcasts_a_week=100,
        )  # fmt: skip
        settings = replace(settings, **scene.settings)
        worker, web = Process("worker", ground.rt), Process("web", ground.rt)
        numbers = {each.habit: each.number for each in settings.voice_numbers}
        self.provider = Provider(world, web, Number(next(iter(numbers.values()))))
        self.engine = Engine(world, worker)
        channels = Channels(
            "loopback", self.provider, self.provider, Posts(),
            look_up=self.provider if self.provider.habits.can_be_asked else None,
        )  # fmt: skip
        for each in (worker, web):
            each.rt = replace(
                ground.rt, settings=settings, channels=channels, bells=Bells(self.engine.ring),
                pace=self.engine.pace, clock=world.clock,
            )  # fmt: skip
            each.forget()
        people = {each.member_id: each for each in ground.people}
        self.books = Books(
            world, people, settings.lines, settings.calls_per_second, settings.broadcasts_a_day,
            unusable=self.provider.invalid,
        )  # fmt: skip
        self._set_ceilings(worker)
        self.oracle = Oracle(self.books)
        world.on_commit, world.on_event = self.oracle.committed, self._look
        self.provider.on_taken, self.provider.on_final = self.oracle.took, self._over
        self.provider.on_spooled = self.engine.sweep_soon
        self.staff = Staff(ground, world, web, self.books)
        self.staff.lay_out(Number(numbers["call-back"]), self.provider)
        self._empty_the_queue()
        self._vain = self._quiet = 0
        self._last_due: datetime | None = None

    def until_quiet(self) -> None:
        """Let everything happen, from one useful instant to the next."""
        while self.world.step < MOST_STEPS:
            next_at = self.world.next_at()
            if self._may_jump(next_at) and not self._sweep_when_due(next_at) and next_at is None:
                if self.staff.go_on():
                    continue
                if self._quiet == len(QUIET_SWEEPS):
                    return
                self._sweep_though_quiet()
            self.world.take_next()
        fail(f"it is not quiet after {MOST_STEPS} events")

    def _sweep_when_due(self, next_at: datetime | None) -> bool:
        """Something becomes due by itself: sweep then, ever later where that changes nothing. False: nothing does."""
        due = self.engine.next_due()
        self._vain = self._vain + 1 if due == self._last_due else 0
        self._last_due = due
        if due is None or self._vain >= VAIN_SWEEPS:
            return False
        if due > self.world.now:
            self._quiet = 0
        pause = timedelta(seconds=SWEEP_SECONDS * 2 ** min(self._vain // 2, 8))
        when = max(due + timedelta(seconds=self.engine.lateness), self.world.now + pause)
        if next_at is None or when < next_at:
            self._wake(due, when)
        return True

    def _wake(self, due: datetime, when: datetime) -> None:
        if self._vain:
            self.engine.sweep_at(when)
        else:
            self.engine.wake_at(due, when)

    def _sweep_though_quiet(self) -> None:
        """Nothing says when; in the end nothing breaks any more, so that what can be mended is."""
        self.engine.sweep_at(self.world.now + timedelta(seconds=QUIET_SWEEPS[self._quiet]))
        self._quiet += 1
        self.world.is_calm = self._quiet > len(QUIET_SWEEPS) - CALM_SWEEPS

    def _may_jump(self, next_at: datetime | None) -> bool:
        if self.engine.is_sweep_coming:
            return False
        return next_at is None or next_at - self.world.now > timedelta(seconds=SWEEP_SECONDS)

    def _over(self, taken: Taken, is_sure: bool) -> None:
        self.oracle.told(taken, is_sure)
        self.engine.nudge()

    def _look(self) -> None:
        if self.world.step % LOOK_EVERY == 0:
            self.oracle.look()

    def _set_ceilings(self, process: Process) -> None:
        """In some seeds the house may spend little in an hour or in a day."""
        dice = self.world.dice("money")
        if dice.random() < 0.3:
            self.books.hour = dice.choice((None, Decimal(5), Decimal(9)))
            self.books.day = dice.choice((None, Decimal(14), Decimal(30)))
            prices = Prices(currency="INR", call=PRICES["voice"], sms=PRICES["sms"])
            with unit_of_work(process.rt.engine) as unit:
                keep_money(unit.db, Money(prices=prices, hour=self.books.hour, day=self.books.day))

    def _empty_the_queue(self) -> None:
        dice = self.world.dice("redis")
        if dice.random() < 0.5:
            for _ in range(dice.choice((1, 2, 4))):
                self.world.after(dice.random() ** 3 * 8 * 3600, "redis", self._emptied)

    def _emptied(self) -> None:
        self.world.fault("redis emptied")
        self.world.tell(f"{self.engine.empty()} bells are gone")


def play(ground: Ground, seed: int, scene: Scene = CHANCE) -> Played:
    """Play one seed on cleared ground. What is no broken promise but a bug that raises comes out as it is."""
    began = time.monotonic()
    ground.clear()
    it = Play(ground, seed, scene)
    broken = None
    with _listening(it.world):
        try:
            it.until_quiet()
            it.oracle.end()
        except Broken as error:
            broken = str(error)
    world = it.world
    return Played(
        seed, world.trace, world.counts, world.reached, len(it.books.claims), len(it.provider.taken),
        (world.now - world.began).total_seconds() / 86_400, time.monotonic() - began, broken, tuple(world.last),
    )  # fmt: skip


@contextmanager
def _listening(world: World) -> Iterator[None]:
    """Faults strike at named points and at any statement, while this seed is played."""
    engine = world.ground.rt.engine
    faults.hook = world.at_point
    event.listen(engine, "before_cursor_execute", world.at_statement)
    try:
        yield
    finally:
        faults.hook = None
        event.remove(engine, "before_cursor_execute", world.at_statement)
