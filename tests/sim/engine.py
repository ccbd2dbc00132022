"""Turns bells into jobs: what RQ, the senders' loop and the scheduler do, on virtual time.

The sweep comes every fifteen seconds while something may have changed, and at the next instant at which something
becomes due when all is quiet: time never passes by polling.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from gateway import ledger, posts_again
from gateway.broadcasts import schedules, settle, spread
from gateway.db import unit_of_work
from gateway.deliveries import budget, doubt, send, sweep
from gateway.pace import MemoryPace
from gateway.queue import SEND_DUE, SPREAD_BROADCAST
from gateway.runtime import Runtime
from tests.sim.world import Process, World

BELL = "bell"
SWEEP_SECONDS = 15
ROUNDS = 60  # of one sender's turn
BREATH_SECONDS, LONGEST_BREATHS = 1.0, 5  # ever longer: a line that comes free wakes whoever waits (`nudge`)
QUIET_SWEEPS = (15, 1800, 6 * 3600, 72 * 3600)
LATE_SWEEPS = (0, 0, 60, 300)  # seconds: a beat may come late, and finds more that is due
BY_BELL = 0.6  # of what is due is found by a sender that was rung for something else
DUE_DELIVERIES = """
    SELECT d.kind, min(d.due_at) FROM deliveries d LEFT JOIN broadcasts b ON b.id = d.broadcast_id
    WHERE d.state IN ('queued', 'held') AND d.batch_id IS NULL AND (b.id IS NULL OR b.state = 'running') GROUP BY 1"""
DUE_OTHERWISE = """
    SELECT least(
        (SELECT min(lease_until) FROM deliveries WHERE state = 'sending'),
        (SELECT min(a.lease_until) FROM batches a WHERE a.state = 'sending'),
        (SELECT min(a.due_at) FROM batches a JOIN broadcasts b ON b.id = a.broadcast_id
          WHERE a.state = 'ready' AND b.state = 'running'),
        (SELECT min(placed_at) + interval '20 minutes' FROM attempts WHERE kind = 'voice' AND outcome = 'accepted'),
        (SELECT min(placed_at) + interval '72 hours' FROM attempts WHERE kind = 'sms' AND outcome = 'accepted'),
        (SELECT min(a.placed_at) + interval '30 minutes' FROM deliveries d
          JOIN attempts a ON a.delivery_id = d.id AND a.try_number = d.tries
          WHERE d.state = 'in_doubt' AND a.outcome = 'unknown' AND a.placed_at > %s),
        (SELECT min(at) FROM callbacks WHERE outcome = 'unknown' AND kind = 'receipt' AND at > %s),
        (SELECT min(placed_at) + %s FROM attempts
          WHERE %s AND kind = 'voice' AND outcome = 'accepted' AND asked_at IS NULL),
        (SELECT min(coalesce(scheduled_at, started_at)) FROM broadcasts WHERE state IN ('approved', 'starting')),
        (SELECT min(next_at) FROM schedules WHERE ended_at IS NULL))"""


class Engine:
    """The workers and the scheduler of one seed."""

    def __init__(self, world: World, worker: Process) -> None:
        self.world, self.worker = world, worker
        self.pace = MemoryPace(lambda: world.now)
        self._dice = world.dice("engine")
        self.is_sweep_coming = False
        self.lateness = self._dice.choice(LATE_SWEEPS)
        self._in_vain = {"voice": 0, "sms": 0}
        self._waiting: dict[str, datetime] = {}
        self._next_bells: dict[str, datetime] = {}

    def ring(self, queue: str, job: str, ids: tuple[Any, ...]) -> None:
        """A bell: somebody hears it a moment later, unless the queue is emptied before."""
        if job == SEND_DUE:
            self._send_after(0.01 + self._dice.random() * 0.5, str(ids[0]))
        elif job == SPREAD_BROADCAST:
            self.world.after(0.01 + self._dice.random(), BELL, lambda: self._spread(int(ids[0])))

    def sweep_soon(self) -> None:
        """The next beat of the scheduler is worth playing."""
        self.sweep_at(self.world.now + timedelta(seconds=SWEEP_SECONDS))

    def next_due(self) -> datetime | None:
        """When something becomes due by itself, in the world's time; None where nothing does."""
        self._next_bells = dict(self.world.ground.rows(DUE_DELIVERIES))
        (found,) = self.world.ground.rows(
            DUE_OTHERWISE,
            self.world.clock() - doubt.WAIT,
            self.world.clock() - posts_again.UNKNOWN_FOR,
            doubt.SILENT_FOR,
            self.worker.rt.channels.look_up is not None,
        )
        due = [each for each in (found[0], *self._next_bells.values()) if each is not None]
        return min(due) - self.world.skew if due else None

    def wake_at(self, due: datetime, when: datetime) -> None:
        """Somebody wakes up over it: the scheduler, or a sender, whose bell others ring all day."""
        kinds = [kind for kind, at in self._next_bells.items() if at - self.world.skew == due]
        if kinds and self._dice.random() < BY_BELL:
            self._send_at(when, kinds[0])
        else:
            self.sweep_at(when)

    def sweep_at(self, when: datetime) -> None:
        """Let the scheduler's beat at this instant be played, unless an earlier one is to come."""
        if not self.is_sweep_coming:
            self.is_sweep_coming = True
            self.world.at(when, "sweep", self._sweep)

    def _sweep(self) -> None:
        self.is_sweep_coming = False
        self.world.run(self.worker, "sweep", sweep_all)

    def _spread(self, broadcast_id: int) -> None:
        self.world.run(self.worker, "spread", lambda rt: _spread(rt, broadcast_id))

    def nudge(self) -> None:
        """A line is free again: whoever waits for one tries."""
        for kind, nth in self._in_vain.items():
            if nth:
                self._send_after(0.1, kind)

    def empty(self) -> int:
        """Redis was emptied: all bells are gone, and the pace with them; says how many bells."""
        self.pace.empty()
        self._waiting.clear()
        return self.world.drop(BELL)

    def _send_after(self, seconds: float, kind: str) -> None:
        """A sender of this kind that waits to begin is enough (`gateway.queue`)."""
        self._send_at(self.world.now + timedelta(seconds=seconds), kind)

    def _send_at(self, when: datetime, kind: str) -> None:
        if kind in self._waiting and self._waiting[kind] <= when:
            return
        self._waiting[kind] = when
        self.world.at(when, BELL, lambda: self._send(kind, when))

    def _send(self, kind: str, when: datetime) -> None:
        if self._waiting.get(kind) != when:
            return  # an earlier bell was heard
        del self._waiting[kind]
        self.world.run(self.worker, f"send {kind}", lambda rt: self._send_all(rt, kind))

    def _send_all(self, rt: Runtime, kind: str) -> None:
        """`workers.deliveries.send_due`, which waits a breath where pace or lines leave nothing, as events."""
        for _ in range(ROUNDS):
            if not _has_due(rt, kind):
                self._in_vain[kind] = 0
                return
            sent = send.send_some(rt, kind)
            if not (sent.handed or sent.judged):
                break
            self._in_vain[kind] = 0
        nth = self._in_vain[kind] = self._in_vain[kind] + 1
        self._send_after(BREATH_SECONDS * 4 ** min(nth - 1, LONGEST_BREATHS), kind)


def sweep_all(rt: Runtime) -> None:
    """What `workers.sweep` does for deliveries and broadcasts, in its order."""
    posts_again.apply_unknown(rt)
    with unit_of_work(rt.engine) as unit:
        sweep.sweep(unit, rt)
        doubt.give_up_waiting(unit, rt)
    posts_again.ask_about_doubts(rt)
    with unit_of_work(rt.engine) as unit:
        budget.settle(unit, rt)
    with unit_of_work(rt.engine) as unit:
        schedules.run_due(unit, rt)
    with unit_of_work(rt.engine) as unit:
        settle.settle(unit, rt)
        ledger.end_what_ran_out(unit, rt)
    posts_again.apply_spooled(rt)


def _has_due(rt: Runtime, kind: str) -> bool:
    with unit_of_work(rt.engine) as unit:
        return send.has_due(unit.db, rt, kind)


def _spread(rt: Runtime, broadcast_id: int) -> None:
    with unit_of_work(rt.engine) as unit:
        spread.spread(unit, rt, broadcast_id)
