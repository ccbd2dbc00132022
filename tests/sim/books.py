"""What the oracle keeps in its books: attempts as they were committed, broadcasts as staff made them, who left, ceilings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import NoReturn

from tests.sim.ground import Person
from tests.sim.provider import Taken
from tests.sim.world import World

INDIA = timezone(timedelta(hours=5, minutes=30))


class Broken(AssertionError):
    """A promise was broken."""


def fail(text: str) -> NoReturn:
    raise Broken(text)


@dataclass
class Claim:
    """An attempt's row as it was when it was committed, and what the provider made of it."""

    attempt_id: int
    delivery_id: int
    broadcast_id: int | None
    number_id: int
    member_id: int | None
    kind: str
    reason: str
    at: datetime  # by our clock
    estimate: Decimal  # what was kept back for it
    was_reached: bool  # the same delivery had ended well before
    committed_at: datetime  # in the world's time
    taken: Taken | None = None
    may_be_told: bool = False  # its end was told to a process that was killed over it
    is_told: bool = False  # its end was told to us and kept


@dataclass
class Sent:
    """A broadcast as staff made it, or as it came again."""

    broadcast_id: int
    kind: str
    message_class: str
    texts: frozenset[str]  # its own words and those of its fallback
    members: frozenset[int]
    expires_at: datetime | None
    state: str = "running"
    budget: Decimal | None = None
    has_fallback: bool = False
    again: Again | None = None
    is_refused: bool = False  # it could not begin: staff were told why, and it stays a draft
    pressed_at: datetime | None = None  # "try the rest", in the world's time

    @property
    def is_urgent(self) -> bool:
        return self.message_class == "emergency"


@dataclass(frozen=True)
class Again:
    """It comes every day at this time of the wall, for so many days after the first on which it can."""

    at: time
    until: date


@dataclass
class Books:
    """Everything that is known without asking the rooms."""

    world: World
    people: dict[int, Person]
    lines: int
    pace: int
    broadcasts_a_day: int
    hour: Decimal | None = None  # the ceilings of the house
    day: Decimal | None = None
    claims: dict[int, Claim] = field(default_factory=dict)
    sent: dict[int, Sent] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)  # members
    unusable: set[str] = field(default_factory=set)  # numbers that the provider called invalid

    def of_delivery(self, claim: Claim) -> Iterable[Claim]:
        """The earlier tries of the same delivery."""
        return (
            each
            for each in self.claims.values()
            if each.delivery_id == claim.delivery_id and each.attempt_id < claim.attempt_id
        )

    def of_member(self, claim: Claim, kind: str) -> list[Claim]:
        """The earlier tries of this kind at the same member for the same broadcast."""
        return [
            each
            for each in self.claims.values()
            if (each.broadcast_id, each.member_id) == (claim.broadcast_id, claim.member_id)
            and each.kind == kind
            and each.attempt_id < claim.attempt_id
        ]

    def everybody_left(self, number_id: int) -> None:
        """A STOP from this number was understood: whatever the rows say."""
        self.left |= {each.member_id for each in self.people.values() if each.number_id == number_id}


def day_of(at: datetime) -> date:
    return at.astimezone(INDIA).date()
