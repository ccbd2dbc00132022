"""Receipts for our SMS: stored, then judged; the first final word decides (africastalking.md C4).

Nearly all say that a text was delivered, and nothing follows from that: one statement. What else a receipt may say, a failure
that is tried again, an opt-out, goes through a unit of work.
"""

from __future__ import annotations

import logging

from gateway.channels.base import MessageReported, Outcome
from gateway.db import unit_of_work
from gateway.deliveries import outcomes, strays
from gateway.runtime import Runtime
from gateway.store import callbacks, receipts

logger = logging.getLogger(__name__)


def message_reported(rt: Runtime, event: MessageReported) -> bool:
    """Keep a receipt and apply it; False where we know of no such message. Twice changes nothing."""
    if _is_plain(event) and _quickly(rt, event):
        return True
    now = rt.clock()
    with unit_of_work(rt.engine) as unit:
        is_known, number_id = outcomes.reported(unit, rt, event), None
        if not is_known:
            number_id = strays.number_of(unit, rt, event)
            is_known = strays.match(unit, rt, event, number_id, now)
        outcome, stray = ("applied", None) if is_known else ("unknown", number_id)
        callbacks.add_callback(
            unit.db, rt.vault, rt.provider, "receipt", dict(event.raw), outcome, now, stray
        )
    return is_known


def _is_plain(event: MessageReported) -> bool:
    """Whether nothing follows from it but that it was delivered, or is on its way."""
    if event.outcome is Outcome.OPTED_OUT:
        return False
    return not event.is_final or event.outcome is Outcome.DELIVERED


def _quickly(rt: Runtime, event: MessageReported) -> bool:
    form = dict(event.raw)
    digest = callbacks.digest_of(form)
    with rt.quick.connection() as connection:
        attempt_id = receipts.report(
            connection,
            rt.provider,
            event.provider_id,
            is_delivered=event.is_final,
            digest=digest,
            body=callbacks.seal_body(rt.vault, form, digest),
            now=rt.clock(),
        )
    if attempt_id is not None and event.is_final:
        logger.info("attempt ended attempt_id=%s cause=%s", attempt_id, event.outcome)
    return attempt_id is not None
