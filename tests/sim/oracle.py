"""What may happen and what must, known without asking the rooms: it reads rows, and judges with rules of its own.

India's profile and the settings of the simulation are written here a second time, on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

from gateway.broadcasts import sums
from gateway.channels.base import Outcome
from gateway.db import unit_of_work
from tests.sim.books import Broken, Claim, Sent
from tests.sim.ground import Person
from tests.sim.provider import Taken
from tests.sim.world import Frame, World

INDIA = timezone(timedelta(hours=5, minutes=30))
OPENS, CLOSES = 9, 21  # hours of the wall
MOST_A_DAY, MOST_IN_ALL = 3, 6  # tries that may have rung
LATEST_AFTER_CLAIM = timedelta(seconds=60)
LONGEST_CALL = timedelta(minutes=20)
SHORTEST = timedelta(minutes=1)  # no broadcast's call can be taken to be over before
SOONEST_AGAIN = timedelta(minutes=4)
IN_DOUBT_URGENT = timedelta(minutes=29)
NEVER_RANG = (Outcome.NETWORK, Outcome.INVALID, Outcome.FAILED)
ENDED = ("heard", "delivered", "not_heard", "failed", "refused", "cancelled", "in_doubt")
SAYS = {
    Outcome.ANSWERED: ("answered",),
    Outcome.NO_ANSWER: ("no_answer",),
    Outcome.BUSY: ("busy",),
    Outcome.OFF: ("unreachable", "failed"),
    Outcome.REJECTED: ("rejected",),
    Outcome.NETWORK: ("failed",),
    Outcome.INVALID: ("failed",),
    Outcome.FAILED: ("failed",),
    Outcome.DELIVERED: ("delivered",),
    Outcome.OPTED_OUT: ("failed",),
}


@dataclass
class Oracle:
    """Keeps books beside the service."""

    world: World
    people: dict[int, Person]
    lines: int
    pace: int
    broadcasts_a_day: int
    claims: dict[int, Claim] = field(default_factory=dict)
    sent: dict[int, Sent] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)  # members
    unusable: set[str] = field(default_factory=set)  # numbers that the provider called invalid
    _last_claim: int = 0
    _last_consent: int = 0
    _last_states: list[str] | None = None

    def __post_init__(self) -> None:
        (self._last_consent,) = self.world.ground.rows("SELECT coalesce(max(id), 0) FROM consents")[0]

    def fail(self, text: str) -> None:
        raise Broken(text)

    # What is seen of our side

    def committed(self, frame: Frame) -> None:
        """Something was committed: new attempts, who left, how broadcasts stand now."""
        ((claim, consent, states),) = self.world.ground.rows(
            """SELECT (SELECT coalesce(max(id), 0) FROM attempts), (SELECT max(id) FROM consents),
                (SELECT array_agg((id, state)::text ORDER BY id) FROM broadcasts)"""
        )
        if claim > self._last_claim:
            self._see_claims(frame)
        if consent > self._last_consent:
            self._see_who_left()
        if states != self._last_states:
            self._last_states = states
            for broadcast_id, state in self.world.ground.rows("SELECT id, state FROM broadcasts"):
                if broadcast_id in self.sent:
                    self.sent[broadcast_id].state = state

    def _see_claims(self, frame: Frame) -> None:
        for row in self.world.ground.rows(
            """SELECT a.id, a.delivery_id, a.broadcast_id, a.number_id, d.member_id, a.kind, d.reason, a.placed_at
               FROM attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE a.id > %s ORDER BY a.id""",
            self._last_claim,
        ):
            claim = Claim(*row, self.world.now)
            self._last_claim = claim.attempt_id
            self.claims[claim.attempt_id] = claim
            frame.claimed.append(claim.attempt_id)
            self.world.tell(f"claims attempt {claim.attempt_id} of delivery {claim.delivery_id}")
            self._may_be_claimed(claim)

    def _see_who_left(self) -> None:
        for consent_id, member_id in self.world.ground.rows(
            "SELECT id, member_id FROM consents WHERE id > %s AND action = 'withdrawn' AND purpose = 'all'",
            self._last_consent,
        ):
            self._last_consent = consent_id
            self.left.add(member_id)

    def everybody_left(self, number_id: int) -> None:
        """A STOP from this number was understood: whatever the rows say."""
        self.left |= {each.member_id for each in self.people.values() if each.number_id == number_id}

    def _may_be_claimed(self, claim: Claim) -> None:
        if claim.reason != "broadcast":
            return
        sent = self.sent[claim.broadcast_id or 0]
        who = f"attempt {claim.attempt_id} of member {claim.member_id}"
        if sent.state != "running":
            self.fail(f"{who} was begun while its broadcast was {sent.state}")
        if claim.member_id in self.left:
            self.fail(f"{who} was begun after they had left")
        if claim.member_id not in sent.members:
            self.fail(f"{who} was begun, who is not of the audience or never agreed")
        wall = claim.at.astimezone(INDIA)
        if sent.message_class != "emergency" and not OPENS <= wall.hour < CLOSES:
            self.fail(f"{who} was begun at {wall:%H:%M} of their wall")
        if sent.expires_at is not None and claim.at >= sent.expires_at:
            self.fail(f"{who} was begun after its broadcast had expired")
        self._is_not_too_often(claim, sent, who)

    def _is_not_too_often(self, claim: Claim, sent: Sent, who: str) -> None:
        mine = [each for each in self._rang_before(claim) if each.delivery_id == claim.delivery_id]
        if len(mine) >= MOST_IN_ALL:
            self.fail(f"{who} is the {len(mine) + 1}th that rings")
        if sent.message_class == "emergency":
            return
        today = _day(claim.at)
        if sum(_day(each.at) == today for each in mine) >= MOST_A_DAY:
            self.fail(f"{who} is one too many today")
        others = {
            each.broadcast_id
            for each in self._rang_before(claim)
            if each.number_id == claim.number_id and each.reason == "broadcast" and _day(each.at) == today
        } - {claim.broadcast_id}
        if len(others) >= self.broadcasts_a_day:
            self.fail(f"{who}: another broadcast came to this number today")

    def _rang_before(self, claim: Claim) -> Iterable[Claim]:
        """What surely rang or arrived at a phone before."""
        return (
            each
            for each in self.claims.values()
            if each.attempt_id < claim.attempt_id and each.taken is not None and each.taken.end not in NEVER_RANG
            and (each.kind == "voice" or each.taken.end is Outcome.DELIVERED)
        )  # fmt: skip

    # What the provider sees

    def took(self, taken: Taken) -> None:
        """The provider took a call or a text: there is one row of this sender for it, and only this once."""
        world, frame = self.world, self.world.frames[-1]
        claim = self._row_behind(taken, [self.claims[each] for each in frame.claimed])
        if claim is None:
            self.fail(f"the provider took {taken.provider_id} and no attempt of this sender stands behind it")
            return
        claim.taken = taken
        if world.now - claim.committed_at > LATEST_AFTER_CLAIM:
            late = (world.now - claim.committed_at).total_seconds()
            self.fail(f"attempt {claim.attempt_id} was handed over {late:.0f} s after it was begun")
        if claim.reason == "broadcast":
            self._was_not_blind(claim)
        if claim.kind == "voice":
            self._has_line(claim)
            self._is_in_pace(claim)

    def _row_behind(self, taken: Taken, claims: list[Claim]) -> Claim | None:
        number_ids = {each.number_id for each in self.people.values() if each.number == taken.number}
        free = [
            each
            for each in claims
            if each.taken is None and each.kind == taken.kind and each.number_id in number_ids
        ]
        same = [
            each for each in free if each.broadcast_id and taken.text in self.sent[each.broadcast_id].texts
        ]
        chosen = same or free
        latest = max((each.committed_at for each in chosen), default=None)
        return next((each for each in chosen if each.committed_at == latest), None)

    def _was_not_blind(self, claim: Claim) -> None:
        """After a try of whose end we know nothing: an SMS never, ordinary calls in another part of the day."""
        sent = self.sent[claim.broadcast_id or 0]
        for each in self.claims.values():
            if (
                each.delivery_id != claim.delivery_id
                or each.attempt_id >= claim.attempt_id
                or each.taken is None
            ):
                continue
            gap, is_urgent = claim.at - each.at, sent.message_class == "emergency"
            who = f"attempt {claim.attempt_id} came {gap} after attempt {each.attempt_id} ({each.taken.end})"
            if each.is_told and each.taken.end is Outcome.DELIVERED:
                self.fail(f"{who}, which had arrived")
            if timedelta(0) <= gap < SOONEST_AGAIN:
                self.fail(f"{who}, which is too soon")
            if each.is_told or each.may_be_told:
                continue
            if claim.kind == "sms" and not is_urgent:
                self.fail(f"{who}, of which nothing was known")
            if timedelta(0) <= gap < (IN_DOUBT_URGENT if is_urgent else timedelta(hours=1)):
                self.fail(f"{who}, of which nothing was known")

    def _has_line(self, claim: Claim) -> None:
        """By what our own rows say: one call to a phone at a time, and no more calls than lines.

        A broadcast's call of which no last word came keeps its phone, but its line no longer than it can last.
        """
        now = self.world.clock()
        rows = self.world.ground.rows(
            """SELECT number_id, broadcast_id IS NULL OR placed_at > %s FROM attempts
               WHERE kind = 'voice' AND outcome IN ('pending', 'accepted') AND placed_at > %s AND id <> %s""",
            now - SHORTEST, now - LONGEST_CALL, claim.attempt_id,
        )  # fmt: skip
        if any(number_id == claim.number_id for number_id, _ in rows):
            self.fail(f"attempt {claim.attempt_id} rings a phone that is on another call of ours")
        on_lines = sum(keeps_line for _, keeps_line in rows) + 1
        if on_lines > self.lines:
            self.fail(f"{on_lines} calls at once on {self.lines} lines")

    def _is_in_pace(self, claim: Claim) -> None:
        """One second's pace at once, and one second's pace in a second; tokens that were not used come back."""
        window = [
            each
            for each in self.claims.values()
            if each.kind == "voice"
            and timedelta(0) <= claim.committed_at - each.committed_at < timedelta(seconds=1)
        ]
        if len(window) > 2 * self.pace:
            self.fail(f"{len(window)} calls were begun in a second at {self.pace} a second")

    def told(self, taken: Taken, is_sure: bool = True) -> None:
        """A last post was taken in by the web and kept; or perhaps, where it was killed over it."""
        for each in self.claims.values():
            if each.taken is taken:
                each.is_told |= is_sure
                each.may_be_told = True

    # At every look

    def look(self) -> None:
        """The sums of every broadcast add up to who was asked."""
        for broadcast_id in self.sent:
            with unit_of_work(self.world.ground.rt.engine) as unit:
                found = sums.of_broadcast(unit.db, broadcast_id)
            parts = (
                found.heard + found.answered_not_heard + found.in_progress + found.held + found.not_yet_tried
            )
            parts += found.in_doubt + sum(found.not_reached.values()) + sum(found.refused.values())
            rows = self.world.ground.rows(
                "SELECT count(*) FROM deliveries WHERE broadcast_id = %s AND reason = 'broadcast' AND kind = %s",
                broadcast_id, self.sent[broadcast_id].kind,
            )  # fmt: skip
            if not parts == found.asked == rows[0][0]:
                self.fail(f"broadcast {broadcast_id}: {parts} in all, {found.asked} asked, {rows[0][0]} owed")

    def end(self) -> None:
        """The world is quiet: everything has ended once, nobody was left out, and we know what we were told."""
        self.look()
        for broadcast_id, state in self.world.ground.rows("SELECT id, state FROM broadcasts ORDER BY id"):
            if state not in ("finished", "stopped"):
                self.fail(f"broadcast {broadcast_id} is still {state}")
        for delivery_id, state in self.world.ground.rows("SELECT id, state FROM deliveries ORDER BY id"):
            if state not in ENDED:
                self.fail(f"delivery {delivery_id} is still {state}")
        for sent in self.sent.values():
            asked = {
                member_id
                for (member_id,) in self.world.ground.rows(
                    "SELECT member_id FROM deliveries WHERE broadcast_id = %s AND reason = 'broadcast'",
                    sent.broadcast_id,
                )
            }
            forgotten = sent.members - asked - self.left - self._without_number()
            if forgotten and sent.state != "stopped" and self._was_begun(sent):
                self.fail(f"broadcast {sent.broadcast_id} forgot members {sorted(forgotten)}")
        self._outcomes()

    def _without_number(self) -> set[int]:
        return {each.member_id for each in self.people.values() if each.number in self.unusable}

    def _was_begun(self, sent: Sent) -> bool:
        rows = self.world.ground.rows("SELECT started_at FROM broadcasts WHERE id = %s", sent.broadcast_id)
        return rows[0][0] is not None

    def _outcomes(self) -> None:
        known = self.world.ground.rows("SELECT id, outcome, provider_id FROM attempts ORDER BY id")
        for attempt_id, outcome, provider_id in known:
            claim = self.claims[attempt_id]
            if outcome in ("pending", "accepted"):
                self.fail(f"attempt {attempt_id} never ended: {outcome}")
            if claim.taken is None:
                continue
            if provider_id is not None and provider_id != claim.taken.provider_id:
                self.fail(
                    f"attempt {attempt_id} is {claim.taken.provider_id} and was taken for {provider_id}"
                )
            if claim.is_told and provider_id is not None and outcome not in SAYS[claim.taken.end]:
                self.fail(f"attempt {attempt_id} ended as {claim.taken.end} and is kept as {outcome}")


def _day(at: datetime) -> date:
    return at.astimezone(INDIA).date()
