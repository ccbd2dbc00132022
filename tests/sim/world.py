"""The clock, what is to come, and the faults: one thread, one heap of events, one seed.

Time stands still while code of ours runs and moves when the provider is asked or the next event comes. Another sender, a
callback or a sweep may run while somebody waits for the provider: then they are nested, outside of any transaction.
"""

from __future__ import annotations

import enum
import hashlib
import heapq
import itertools
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import psycopg
from sqlalchemy.exc import DBAPIError

from gateway import faults
from gateway.runtime import Runtime
from gateway.speech import Remembered
from gateway.store.steps import RecentCalls
from gateway.store.together import NotWritten
from tests.sim.ground import Ground
from tests.sim.scene import CHANCE, Scene

DEEPEST = 2  # how many may wait for the provider at once, one within the other
REMEMBERED_LINES = 400


class Killed(BaseException):
    """kill -9: no handler of ours sees it."""


class Ending(enum.Enum):
    """How a job or a post ended: done, its process was killed, or the database went away."""

    DONE = enum.auto()
    KILLED = enum.auto()
    AWAY = enum.auto()


@dataclass
class Process:
    """A process of the service; what it keeps in its memory goes with it."""

    name: str
    rt: Runtime

    def forget(self) -> None:
        self.rt = replace(self.rt, recent=RecentCalls(), remembered=Remembered())


@dataclass(frozen=True)
class Rates:
    """How often what goes wrong in this seed: some kinds not at all, so that others are seen alone (swarm)."""

    kill_at_point: float
    kill_at_statement: float
    restart_at_statement: float
    stall_at_request: float
    nested: float

    @classmethod
    def drawn(cls, dice: random.Random) -> Rates:
        def rate(highest: float) -> float:
            return dice.random() * highest if dice.random() < 0.6 else 0.0

        return cls(rate(0.05), rate(0.004), rate(0.003), rate(0.04), 0.2 + dice.random() * 0.4)


@dataclass
class Frame:
    """One job or post that is running: its own chance, and its attempts until the provider is asked."""

    process: Process
    dice: random.Random
    claimed: list[int] = field(default_factory=list)


class World:
    """Everything of one seed."""

    def __init__(self, ground: Ground, seed: int, begin: datetime, scene: Scene = CHANCE) -> None:
        self.ground, self.seed, self.now = ground, seed, begin
        self.began = begin
        self.skew = timedelta(0)
        self.scene = scene
        self.rates = replace(Rates.drawn(self.dice("rates")), **scene.rates)
        self.counts: Counter[str] = Counter()
        self.reached: Counter[str] = Counter()
        self.frames: list[Frame] = []
        self.last: deque[str] = deque(maxlen=REMEMBERED_LINES)
        self.on_commit: Callable[[Frame], None] = lambda frame: None
        self.on_event: Callable[[], None] = lambda: None
        self.is_calm = False
        self.step = 0
        self._heap: list[tuple[datetime, int, str, Callable[[], None]]] = []
        self._order = itertools.count()
        self._digest = hashlib.sha256()
        self._runs: Counter[str] = Counter()

    def dice(self, name: str) -> random.Random:
        """A stream of chance of its own, so that one more draw here moves nothing there."""
        return random.Random(f"{self.seed}:{name}")

    def clock(self) -> datetime:
        """What our processes believe."""
        return self.now + self.skew

    @property
    def trace(self) -> str:
        """A digest of all that happened, in order."""
        return self._digest.hexdigest()[:16]

    def tell(self, text: str) -> None:
        """Note what happened; the same seed tells the same story."""
        line = f"{(self.now - self.began).total_seconds():11.2f} {'  ' * len(self.frames)}{text}"
        self._digest.update(line.encode())
        self.last.append(line)

    def fault(self, kind: str) -> None:
        self.counts[kind] += 1
        self.tell(f"FAULT {kind}")

    # Events

    def at(self, when: datetime, name: str, deed: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (max(when, self.now), next(self._order), name, deed))

    def after(self, seconds: float, name: str, deed: Callable[[], None]) -> None:
        self.at(self.now + timedelta(seconds=seconds), name, deed)

    def next_at(self) -> datetime | None:
        return self._heap[0][0] if self._heap else None

    def drop(self, name: str) -> int:
        """Forget what was to come under this name: the queue was emptied."""
        kept = [each for each in self._heap if each[2] != name]
        dropped = len(self._heap) - len(kept)
        self._heap = kept
        heapq.heapify(self._heap)
        return dropped

    def take_next(self) -> bool:
        """Let the next event happen; False where none is to come."""
        if not self._heap:
            return False
        at, _, name, deed = heapq.heappop(self._heap)
        self.now = max(self.now, at)
        self.step += 1
        self.tell(name)
        deed()
        self.on_event()
        return True

    def wait(self, seconds: float, is_alone: bool | None = None) -> None:
        """Somebody waits so long; others act meanwhile, or (`is_alone`) only later."""
        until = self.now + timedelta(seconds=seconds)
        if is_alone is None:
            is_alone = self.frames[-1].dice.random() >= self.rates.nested
        if len(self.frames) <= DEEPEST and not is_alone:
            while (next_at := self.next_at()) is not None and next_at <= until:
                self.take_next()
        self.now = max(self.now, until)

    # Processes

    def run(self, process: Process, name: str, work: Callable[[Runtime], object]) -> Ending:
        """Let a process do this. Each job has its own chance: one more statement there strikes no other elsewhere."""
        self._runs[name] += 1
        frame = Frame(process, self.dice(f"{name}/{self._runs[name]}"))
        self.frames.append(frame)
        try:
            work(process.rt)
        except Killed:
            process.forget()
            self.tell(f"{name} was killed")
            return Ending.KILLED
        except (DBAPIError, psycopg.Error, NotWritten) as error:
            self.tell(f"{name} failed: {type(error).__name__}")
            if not _is_away(error):
                raise
            return Ending.AWAY
        finally:
            self.frames.pop()
        return Ending.DONE

    def at_point(self, name: str) -> None:
        """A named place of the rooms (gateway.faults)."""
        if not self.frames:
            return
        self.reached[name] += 1
        if name == faults.AFTER_COMMIT:
            self.on_commit(self.frames[-1])
        if self.is_calm:
            return
        dice = self.frames[-1].dice
        if dice.random() < self.rates.kill_at_point:
            self.fault(f"killed {name}")
            raise Killed
        if name == faults.BEFORE_REQUEST and dice.random() < self.rates.stall_at_request:
            self.fault("stalled")
            self.wait(dice.choice((15, 30, 60, 600, 2400)), is_alone=False)

    def at_statement(self, *_: object) -> None:
        """Any statement of the rooms."""
        if not self.frames or self.is_calm:
            return
        drawn = self.frames[-1].dice.random()
        if drawn < self.rates.kill_at_statement:
            self.fault("killed statement")
            raise Killed
        if drawn > 1 - self.rates.restart_at_statement:
            self.fault("database restarted")
            self.ground.cut_connections()


def _is_away(error: BaseException) -> bool:
    """Whether it is the connection that broke; anything else is a bug that the simulation must not hide."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    return isinstance(cause, psycopg.OperationalError | NotWritten)
