"""Whether an attempt may be made at all, judged when its row is committed: by rules of the simulation's own.

India's profile and the settings of the simulation are written here a second time, on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.channels.base import Outcome
from tests.sim.books import INDIA, Books, Claim, Sent, day_of, fail

OPENS, CLOSES = 9, 21  # hours of the wall
MOST_A_DAY, MOST_IN_ALL = 3, 6  # tries that may have rung
NEVER_RANG = (Outcome.NETWORK, Outcome.INVALID, Outcome.FAILED)
IN_VAIN = (Outcome.OFF, Outcome.NO_ANSWER, Outcome.BUSY, Outcome.NETWORK)  # what an SMS may follow


def be_claimed(books: Books, claim: Claim) -> None:
    """Raise Broken where this member may not be attempted now."""
    if claim.reason != "broadcast":
        return
    sent = books.sent[claim.broadcast_id or 0]
    who = f"attempt {claim.attempt_id} of member {claim.member_id}"
    if sent.state != "running":
        fail(f"{who} was begun while its broadcast was {sent.state}")
    if claim.member_id in books.left:
        fail(f"{who} was begun after they had left")
    if claim.member_id not in sent.members:
        fail(f"{who} was begun, who is not of the audience or never agreed")
    if claim.was_reached:
        fail(f"{who} was begun, whom it had reached")
    wall = claim.at.astimezone(INDIA)
    if not sent.is_urgent and not OPENS <= wall.hour < CLOSES:
        fail(f"{who} was begun at {wall:%H:%M} of their wall")
    if sent.expires_at is not None and claim.at >= sent.expires_at:
        fail(f"{who} was begun after its broadcast had expired")
    _be_tried_so_often(books, claim, sent, who)
    if claim.kind != sent.kind:
        _get_a_text(books, claim, sent, who)


def _be_tried_so_often(books: Books, claim: Claim, sent: Sent, who: str) -> None:
    rang = list(_rang_before(books, claim))
    mine = [each for each in rang if each.delivery_id == claim.delivery_id]
    if len(mine) >= MOST_IN_ALL:
        fail(f"{who} is the {len(mine) + 1}th that rings")
    if sent.is_urgent:
        return
    today = day_of(claim.at)
    if sum(day_of(each.at) == today for each in mine) >= MOST_A_DAY:
        fail(f"{who} is one too many today")
    others = {
        each.broadcast_id
        for each in rang
        if each.number_id == claim.number_id and each.reason == "broadcast" and day_of(each.at) == today
    } - {claim.broadcast_id}
    if len(others) >= books.broadcasts_a_day:
        fail(f"{who}: another broadcast came to this number today")


def _rang_before(books: Books, claim: Claim) -> Iterable[Claim]:
    """What surely rang or arrived at a phone before."""
    return (
        each
        for each in books.claims.values()
        if each.attempt_id < claim.attempt_id and each.taken is not None and each.taken.end not in NEVER_RANG
        and (each.kind == "voice" or each.taken.end is Outcome.DELIVERED)
    )  # fmt: skip


def _get_a_text(books: Books, claim: Claim, sent: Sent, who: str) -> None:
    """In place of a call: once, when the calls are over and the last of them reached nobody."""
    if not sent.has_fallback:
        fail(f"{who} is a text, and nobody wrote one")
    if any(each.delivery_id != claim.delivery_id for each in books.of_member(claim, "sms")):
        fail(f"{who} is a second text in place of the same call")
    calls = books.of_member(claim, "voice")
    if not calls:
        fail(f"{who} is a text to somebody who was not called")
    last = calls[-1]
    if last.is_told and last.taken is not None and last.taken.end not in IN_VAIN:
        fail(f"{who} is a text after a call that ended as {last.taken.end}")
    rows = books.world.ground.rows(
        "SELECT state FROM deliveries WHERE broadcast_id = %s AND member_id = %s AND kind = 'voice'",
        claim.broadcast_id, claim.member_id,
    )  # fmt: skip
    if rows != [("failed",)]:
        fail(f"{who} is a text while its call is {rows}")
