"""Receipts for our SMS: stored, then judged; the first final word decides (africastalking.md C4)."""

from __future__ import annotations

from gateway.channels.base import MessageReported
from gateway.db import unit_of_work
from gateway.deliveries import outcomes
from gateway.runtime import Runtime
from gateway.store import callbacks


def message_reported(rt: Runtime, event: MessageReported) -> bool:
    """Keep a receipt and apply it; False where we know of no such message. Twice changes nothing."""
    with unit_of_work(rt.engine) as unit:
        is_known = outcomes.reported(unit, rt, event)
        outcome = "applied" if is_known else "unknown"
        callbacks.add_callback(
            unit.db, rt.vault, rt.provider, "receipt", dict(event.raw), outcome, rt.clock()
        )
    return is_known
