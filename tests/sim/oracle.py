"""What may happen and what must, known without asking the rooms: it reads rows, and judges with rules of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.sim import ending, may, taking, till
from tests.sim.books import Books, Claim
from tests.sim.diary import Diary
from tests.sim.provider import Taken
from tests.sim.world import Frame

LOOK_AT_PARTS_EVERY = 6  # looks


@dataclass
class Oracle:
    """Watches commits and what the provider takes, and keeps the books."""

    books: Books
    looks: int = 0
    _last_claim: int = 0
    _last_consent: int = 0
    _last_states: list[str] | None = None
    _diary: Diary = field(init=False)

    def __post_init__(self) -> None:
        self._diary = Diary(self.books)
        self._rows = self.books.world.ground.rows
        (self._last_consent,) = self._rows("SELECT coalesce(max(id), 0) FROM consents")[0]

    # What is seen of our side

    def committed(self, frame: Frame) -> None:
        """Something was committed: new attempts, who left, how broadcasts stand now."""
        ((claim, consent, states),) = self._rows(
            """SELECT (SELECT coalesce(max(id), 0) FROM attempts), (SELECT max(id) FROM consents),
                (SELECT array_agg((id, state)::text ORDER BY id) FROM broadcasts)"""
        )
        if claim > self._last_claim:
            self._see_claims(frame)
        if consent > self._last_consent:
            self._see_who_left()
        if states != self._last_states:
            self._last_states = states
            self._see_broadcasts()

    def _see_claims(self, frame: Frame) -> None:
        fresh = []
        for row in self._rows(
            """SELECT a.id, a.delivery_id, a.broadcast_id, a.number_id, d.member_id, a.kind, d.reason, a.placed_at,
                 coalesce(a.estimate, 0), EXISTS (SELECT 1 FROM attempts o WHERE o.delivery_id = a.delivery_id
                   AND o.id < a.id AND o.cause IN ('heard', 'delivered') AND o.ended_at <= a.placed_at)
               FROM attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE a.id > %s ORDER BY a.id""",
            self._last_claim,
        ):
            claim = Claim(*row, self.books.world.now)
            self._last_claim = claim.attempt_id
            self.books.claims[claim.attempt_id] = claim
            frame.claimed.append(claim.attempt_id)
            fresh.append(claim)
            self.books.world.tell(f"claims attempt {claim.attempt_id} of delivery {claim.delivery_id}")
            may.be_claimed(self.books, claim)
        till.holds(self.books, fresh)

    def _see_who_left(self) -> None:
        for consent_id, member_id in self._rows(
            "SELECT id, member_id FROM consents WHERE id > %s AND action = 'withdrawn' AND purpose = 'all'",
            self._last_consent,
        ):
            self._last_consent = consent_id
            self.books.left.add(member_id)

    def _see_broadcasts(self) -> None:
        for broadcast_id, state, is_again in self._rows(
            "SELECT id, state, schedule_id IS NOT NULL FROM broadcasts ORDER BY id"
        ):
            if is_again and broadcast_id not in self.books.sent:
                self._diary.see(broadcast_id)
            if broadcast_id in self.books.sent:
                self.books.sent[broadcast_id].state = state

    # What the provider sees

    def took(self, taken: Taken) -> None:
        taking.took(self.books, taken)

    def told(self, taken: Taken, is_sure: bool = True) -> None:
        """A last post was taken in by the web and kept; or perhaps, where it was killed over it."""
        for each in self.books.claims.values():
            if each.taken is taken:
                each.is_told |= is_sure
                each.may_be_told = True

    # At every look

    def look(self) -> None:
        self.looks += 1
        ending.sums_add_up(self.books, in_parts=self.looks % LOOK_AT_PARTS_EVERY == 0)

    def end(self) -> None:
        """The world is quiet."""
        ending.sums_add_up(self.books, in_parts=True)
        ending.everything_has_ended(self.books)
        self._diary.end()
        till.adds_up(self.books)
