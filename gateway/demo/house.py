"""What the parts of the demo share while it is loaded: the clock's instant, the tree, the members and staff by now."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.db import UnitOfWork
from gateway.demo.cast import Person
from gateway.models import Staff, Unit
from gateway.phones import Number
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime


@dataclass(frozen=True)
class Placed:
    """A person as a member in the database."""

    person: Person
    member_id: int
    number_id: int
    unit: Unit
    consent: ConsentState

    @property
    def has_agreed(self) -> bool:
        """Whether organisational messages may come."""
        return self.consent >= ConsentState.ORGANISATIONAL

    @property
    def is_reachable(self) -> bool:
        return self.has_agreed and not self.person.dead_for and self.person.way != "left"


@dataclass
class House:
    """Handed from part to part; `dice` is of the seed, so that every part draws the same every time."""

    unit: UnitOfWork
    rt: Runtime
    now: datetime
    dice: random.Random
    units: dict[str, Unit] = field(default_factory=dict)
    people: list[Placed] = field(default_factory=list)
    staff: dict[str, Staff] = field(default_factory=dict)
    broadcasts: dict[str, int] = field(default_factory=dict)
    left_alone: set[Number] = field(default_factory=set)

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def at_day(self, days: float, hour: int, minute: int = 0) -> datetime:
        """Return the instant of that local time on the day so long ago; never after now."""
        local = self.ago(days).astimezone(self.rt.profile.timezone)
        return min(local.replace(hour=hour, minute=minute, second=0, microsecond=0), self.now)

    def ring_sounds(self, subject: str, subject_id: int) -> None:
        """Have the sounds of all that is written, or of a name, made in the background; each bell costs seconds."""
        self.unit.ring(lambda: self.rt.bells.build_sounds(subject, subject_id))

    def people_under(self, code: str) -> list[Placed]:
        path = self.units[code].path
        return [each for each in self.people if each.unit.path.startswith(path)]

    def staff_for(self, path: str) -> Staff:
        """Return who works nearest to this place: the block's own person, else the district's coordinator."""
        workers = [each for each in self.staff.values() if each.role in ("staff", "coordinator")]
        near = [each for each in workers if path.startswith(self._path_of(each))]
        near.sort(key=lambda each: len(self._path_of(each)))
        return near[-1] if near else next(each for each in workers if each.role == "coordinator")

    def _path_of(self, worker: Staff) -> str:
        return next(each.path for each in self.units.values() if each.id == worker.unit_id)
