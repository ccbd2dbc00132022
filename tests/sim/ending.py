"""How it must stand: sums that add up at every look, and in the end one outcome for everybody and nobody forgotten."""

from __future__ import annotations

from gateway.broadcasts import sums
from gateway.broadcasts.sums import Sums
from gateway.channels.base import Outcome
from gateway.db import unit_of_work
from tests.sim.books import Books, Sent, fail

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


def sums_add_up(books: Books, in_parts: bool = False) -> None:
    """The sums of every broadcast add up to who was asked; those of its places and languages to the whole."""
    for sent in books.sent.values():
        with unit_of_work(books.world.ground.rt.engine) as unit:
            whole = sums.of_broadcast(unit.db, sent.broadcast_id)
            parts = [list(sums.by_language(unit.db, sent.broadcast_id).values())] if in_parts else []
            parts += [[each.sums for each in sums.by_unit(unit.db, sent.broadcast_id)]] if in_parts else []
        owed = dict(
            books.world.ground.rows(
                "SELECT kind, count(*) FROM deliveries WHERE broadcast_id = %s AND reason = 'broadcast' GROUP BY 1",
                sent.broadcast_id,
            )
        )
        fallback = owed.get("sms", 0) if sent.kind == "voice" else 0
        _adds_up(f"broadcast {sent.broadcast_id}", whole, owed.get(sent.kind, 0))
        _adds_up(f"the texts of broadcast {sent.broadcast_id}", whole.fallback or Sums(), fallback)
        for each in parts:
            if sum(map(_total, each)) != whole.asked:
                fail(f"broadcast {sent.broadcast_id}: its parts come to {sum(map(_total, each))}")


def _adds_up(who: str, found: Sums, owed: int) -> None:
    if not _total(found) == found.asked == owed:
        fail(f"{who}: {_total(found)} in all, {found.asked} asked, {owed} owed")


def _total(found: Sums) -> int:
    parts = found.heard + found.answered_not_heard + found.in_progress + found.held + found.not_yet_tried
    return parts + found.in_doubt + sum(found.not_reached.values()) + sum(found.refused.values())


def everything_has_ended(books: Books) -> None:
    """The world is quiet: everything has ended once, nobody was left out, and we know what we were told."""
    rows = books.world.ground.rows
    for broadcast_id, state in rows("SELECT id, state FROM broadcasts ORDER BY id"):
        is_told = state == "draft" and books.sent[broadcast_id].is_refused
        if state not in ("finished", "stopped") and not is_told:
            fail(f"broadcast {broadcast_id} is still {state}")
    for delivery_id, state in rows("SELECT id, state FROM deliveries ORDER BY id"):
        if state not in ENDED:
            fail(f"delivery {delivery_id} is still {state}")
    for sent in books.sent.values():
        if sent.state != "stopped" and _was_begun(books, sent):
            _nobody_was_forgotten(books, sent)
    _outcomes(books)


def _nobody_was_forgotten(books: Books, sent: Sent) -> None:
    rows = books.world.ground.rows(
        """SELECT d.member_id, d.state = 'failed' AND d.last_cause IN ('off', 'no_answer', 'busy', 'network')
                  AND d.ended_at < b.finished_at AND (b.expires_at IS NULL OR d.ended_at < b.expires_at), t.id
           FROM deliveries d JOIN broadcasts b ON b.id = d.broadcast_id AND b.kind = d.kind
           LEFT JOIN deliveries t ON (t.broadcast_id, t.member_id, t.kind) = (b.id, d.member_id, 'sms')
           WHERE b.id = %s AND d.reason = 'broadcast'""",
        sent.broadcast_id,
    )
    unusable = {each.member_id for each in books.people.values() if each.number in books.unusable}
    forgotten = sent.members - {member_id for member_id, _, _ in rows} - books.left - unusable
    if forgotten:
        fail(f"broadcast {sent.broadcast_id} forgot members {sorted(forgotten)}")
    for member_id, was_in_vain, text_id in rows if sent.has_fallback else ():
        if was_in_vain and text_id is None:
            fail(f"broadcast {sent.broadcast_id} forgot the text of member {member_id}")


def _was_begun(books: Books, sent: Sent) -> bool:
    ((started_at,),) = books.world.ground.rows(
        "SELECT started_at FROM broadcasts WHERE id = %s", sent.broadcast_id
    )
    return started_at is not None


def _outcomes(books: Books) -> None:
    known = books.world.ground.rows("SELECT id, outcome, provider_id FROM attempts ORDER BY id")
    for attempt_id, outcome, provider_id in known:
        claim = books.claims[attempt_id]
        if outcome in ("pending", "accepted"):
            fail(f"attempt {attempt_id} never ended: {outcome}")
        if claim.taken is None:
            continue
        if provider_id is not None and provider_id != claim.taken.provider_id:
            fail(f"attempt {attempt_id} is {claim.taken.provider_id} and was taken for {provider_id}")
        if claim.is_told and provider_id is not None and outcome not in SAYS[claim.taken.end]:
            fail(f"attempt {attempt_id} ended as {claim.taken.end} and is kept as {outcome}")
