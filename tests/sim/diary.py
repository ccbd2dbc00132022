"""Broadcasts that come again: each time of the rule once, at its time, over when the next one comes; none is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from tests.sim.books import INDIA, Again, Books, Sent, fail


@dataclass
class Diary:
    """The schedules that were seen, and the times of each that came."""

    books: Books
    came: dict[int, list[datetime]] = field(default_factory=dict)

    def see(self, broadcast_id: int) -> None:
        """A broadcast that no person made: a time of a schedule."""
        ((parent_id, schedule_id, occurs_at, expires_at, made_at),) = self.books.world.ground.rows(
            """SELECT s.broadcast_id, s.id, b.occurs_at, b.expires_at, s.created_at
               FROM broadcasts b JOIN schedules s ON s.id = b.schedule_id WHERE b.id = %s""",
            broadcast_id,
        )
        parent, came = self.books.sent[parent_id], self.came.setdefault(schedule_id, [])
        who = f"broadcast {broadcast_id}, which is {parent_id} at {occurs_at},"
        times = times_of(parent.again, made_at)
        if occurs_at not in times:
            fail(f"{who} comes at no time of its rule")
        if occurs_at in came:
            fail(f"{who} has come before")
        if occurs_at > self.books.world.clock():
            fail(f"{who} comes too early")
        if expires_at != min((each for each in times if each > occurs_at), default=None):
            fail(f"{who} is over at {expires_at}")
        came.append(occurs_at)
        self.books.sent[broadcast_id] = Sent(
            broadcast_id, parent.kind, parent.message_class, parent.texts, parent.members, expires_at,
            "draft", parent.budget, parent.has_fallback,
        )  # fmt: skip

    def end(self) -> None:
        """Every time came, or staff were told that it was missed."""
        for schedule_id, broadcast_id, made_at, skipped, problem in self.books.world.ground.rows(
            "SELECT id, broadcast_id, created_at, skipped, problem FROM schedules"
        ):
            wanted = len(times_of(self.books.sent[broadcast_id].again, made_at))
            came = len(self.came.get(schedule_id, []))
            if problem is None and came + skipped != wanted:
                fail(f"of {wanted} times of broadcast {broadcast_id} came {came}, {skipped} were missed")


def times_of(again: Again | None, after: datetime) -> list[datetime]:
    """Every instant at which it comes."""
    if again is None:
        return []
    first = after.astimezone(INDIA).date()
    days = [first + timedelta(days=nth) for nth in range((again.until - first).days + 1)]
    return [at for at in (_instant(day, again.at) for day in days) if at > after]


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, INDIA)
