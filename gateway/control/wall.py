"""The wall: everything that a screen in the office shows at this moment, of a unit and all under it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gateway.broadcasts import sums
from gateway.broadcasts.sums import Sums
from gateway.control.room import today_of
from gateway.control.window import Window
from gateway.models import Broadcast
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from gateway.store import broadcast_list, calls_seen, wall
from gateway.store.sight import Sight
from gateway.store.wall import Arrival, Silence, Standing, Today

RUNNING = (BroadcastState.STARTING, BroadcastState.RUNNING, BroadcastState.PAUSED)
SHOWN, ARRIVALS = 3, 10


@dataclass(frozen=True)
class Wall:
    """What is shown; `more` broadcasts run besides the ones in `broadcasts`."""

    at: datetime
    standing: Standing
    today: Today
    silence: Silence
    calls: int
    broadcasts: list[tuple[Broadcast, Sums]]
    more: bool
    arrivals: list[Arrival]


def look(db: Session, rt: Runtime, sight: Sight) -> Wall:
    """Take everything at one moment."""
    now, today = rt.clock(), today_of(rt)
    running = broadcast_list.list_broadcasts(db, sight.path, RUNNING, size=SHOWN)
    return Wall(
        at=now,
        standing=wall.standing(db, sight, now),
        today=wall.today(db, sight, Window(today, today, rt.profile.zone).since, now),
        silence=_silence(db, rt, sight),
        calls=calls_seen.count_open(db, sight, now),
        broadcasts=[(row.broadcast, sums.of_broadcast(db, row.broadcast.id)) for row in running.rows],
        more=running.next_key is not None,
        arrivals=wall.list_arrivals(db, sight, now, ARRIVALS),
    )


def _silence(db: Session, rt: Runtime, sight: Sight) -> Silence:
    """Of today once units were asked, of yesterday until then."""
    today = today_of(rt)
    found = wall.silence_of(db, sight.path, today)
    return found if found.asked else wall.silence_of(db, sight.path, today - timedelta(days=1))
