"""What the provider takes, held against the rows: one row of this sender for each, on time, not blindly, within the lines."""

from __future__ import annotations

from datetime import timedelta

from gateway.channels.base import Outcome
from tests.sim.books import Books, Claim, Sent, fail
from tests.sim.provider import Taken

LATEST_AFTER_CLAIM = timedelta(seconds=60)
LONGEST_CALL = timedelta(minutes=20)
SHORTEST = timedelta(minutes=1)  # no broadcast's call can be taken to be over before
SOONEST_AGAIN = timedelta(minutes=4)
IN_DOUBT_URGENT = timedelta(minutes=29)


def took(books: Books, taken: Taken) -> None:
    """The provider took a call or a text: there is one row of this sender for it, and only this once."""
    world = books.world
    claim = _row_behind(books, taken, [books.claims[each] for each in world.frames[-1].claimed])
    if claim is None:
        fail(f"the provider took {taken.provider_id} and no attempt of this sender stands behind it")
    claim.taken = taken
    if world.now - claim.committed_at > LATEST_AFTER_CLAIM:
        late = (world.now - claim.committed_at).total_seconds()
        fail(f"attempt {claim.attempt_id} was handed over {late:.0f} s after it was begun")
    if claim.reason == "broadcast":
        for each in books.of_delivery(claim):
            if each.taken is not None:
                _is_not_blind(claim, each, each.taken, books.sent[claim.broadcast_id or 0])
    if claim.kind == "voice":
        _has_line(books, claim)
        _is_in_pace(books, claim)


def _row_behind(books: Books, taken: Taken, claims: list[Claim]) -> Claim | None:
    number_ids = {each.number_id for each in books.people.values() if each.number == taken.number}
    free = [
        each
        for each in claims
        if each.taken is None and each.kind == taken.kind and each.number_id in number_ids
    ]
    same = [each for each in free if each.broadcast_id and taken.text in books.sent[each.broadcast_id].texts]
    chosen = same or free
    latest = max((each.committed_at for each in chosen), default=None)
    return next((each for each in chosen if each.committed_at == latest), None)


def _is_not_blind(claim: Claim, before: Claim, taken: Taken, sent: Sent) -> None:
    """After a try of whose end we know nothing: an SMS never, ordinary calls in another part of the day."""
    gap = claim.at - before.at
    who = f"attempt {claim.attempt_id} came {gap} after attempt {before.attempt_id} ({taken.end})"
    if before.is_told and taken.end is Outcome.DELIVERED:
        fail(f"{who}, which had arrived")
    is_pressed = sent.pressed_at is not None and sent.pressed_at >= before.committed_at
    if timedelta(0) <= gap < SOONEST_AGAIN and not is_pressed:
        fail(f"{who}, which is too soon")
    if before.is_told or before.may_be_told:
        return
    if claim.kind == "sms" and not sent.is_urgent:
        fail(f"{who}, of which nothing was known")
    if timedelta(0) <= gap < (IN_DOUBT_URGENT if sent.is_urgent else timedelta(hours=1)):
        fail(f"{who}, of which nothing was known")


def _has_line(books: Books, claim: Claim) -> None:
    """By what our own rows say: one call to a phone at a time, one that may ring too, and no more calls than lines.

    A broadcast's call of which no last word came keeps its phone, but its line no longer than it can last.
    """
    now = books.world.clock()
    rows = books.world.ground.rows(
        """SELECT number_id, outcome <> 'unknown' AND (broadcast_id IS NULL OR placed_at > %s) FROM attempts
           WHERE kind = 'voice' AND id <> %s AND (outcome IN ('pending', 'accepted') AND placed_at > %s
             OR outcome = 'unknown' AND placed_at > %s)""",
        now - SHORTEST, claim.attempt_id, now - LONGEST_CALL, claim.at - SHORTEST,
    )  # fmt: skip
    if any(number_id == claim.number_id for number_id, _ in rows):
        fail(f"attempt {claim.attempt_id} rings a phone that is or may be on another call of ours")
    on_lines = sum(keeps_line for _, keeps_line in rows) + 1
    if on_lines > books.lines:
        fail(f"{on_lines} calls at once on {books.lines} lines")


def _is_in_pace(books: Books, claim: Claim) -> None:
    """One second's pace at once, and one second's pace in a second; tokens that were not used come back."""
    window = [
        each
        for each in books.claims.values()
        if each.kind == "voice"
        and timedelta(0) <= claim.committed_at - each.committed_at < timedelta(seconds=1)
    ]
    if len(window) > 2 * books.pace:
        fail(f"{len(window)} calls were begun in a second at {books.pace} a second")
