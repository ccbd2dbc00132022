"""A broadcast pauses by itself: nothing new begins, and the log and the page say why."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gateway.models import Broadcast
from gateway.states import BroadcastState
from gateway.store.move import move
from gateway.store.staff import add_audit

logger = logging.getLogger(__name__)

OPT_OUTS, COMPLAINTS, REFUSED, BUDGET = "opt-outs", "complaints", "provider-refused", "budget"


def halt(db: Session, now: datetime, broadcast_id: int, reason: str, **values: Any) -> bool:
    """Pause it for this reason and note that; False where it does not run (any more), and then nothing is noted."""
    if not move(db, Broadcast, broadcast_id, BroadcastState.PAUSED, pause_reason=reason, **values):
        return False
    add_audit(db, None, "broadcast-halted", now, "broadcast", broadcast_id, reason=reason)
    logger.warning("broadcast pauses by itself broadcast_id=%s reason=%s", broadcast_id, reason)
    return True
