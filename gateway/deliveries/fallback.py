"""An SMS for whom the voice of a broadcast did not reach, where its authors wrote one (issue 5, part 3).

It is owed once, as a second delivery of the same broadcast, and judged by the guard as every contact is. It follows a phone
that was off, engaged, out of reach or not picked up. Whoever answered, pressed us away or was refused gets none.
"""

from __future__ import annotations

from gateway.db import UnitOfWork
from gateway.deliveries import owe
from gateway.deliveries.contact import Situation
from gateway.deliveries.owe import VOICE
from gateway.rules.retry import Cause
from gateway.runtime import Runtime
from gateway.states import BROADCASTS_OVER, DeliveryReason

_NOT_REACHED = (Cause.OFF, Cause.NO_ANSWER, Cause.BUSY, Cause.NETWORK)


def owe_text(unit: UnitOfWork, rt: Runtime, situation: Situation, cause: Cause) -> None:
    """Owe it when the voice has used its tries; asked for twice, it is owed once."""
    delivery, broadcast = situation.delivery, situation.broadcast
    if broadcast is None or not broadcast.fallback_texts or broadcast.state in BROADCASTS_OVER:
        return
    is_voice = delivery.reason == DeliveryReason.BROADCAST and delivery.kind == VOICE
    is_over = delivery.expires_at is not None and rt.clock() >= delivery.expires_at
    if is_voice and cause in _NOT_REACHED and not is_over and delivery.member_id is not None:
        owe.owe_fallback(unit, rt, delivery)


def take_back(unit: UnitOfWork, rt: Runtime, situation: Situation) -> None:
    """The voice reached them after all: a text that has not gone yet is not needed."""
    delivery, broadcast = situation.delivery, situation.broadcast
    if delivery.kind == VOICE and broadcast is not None and broadcast.fallback_texts:
        owe.cancel_fallback(unit, rt, delivery)
