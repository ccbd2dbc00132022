"""Who began to join and never came to the end is forgotten after thirty days (journeys.md M1). Run every night."""

from __future__ import annotations

import logging
from datetime import timedelta

from gateway.db import UnitOfWork
from gateway.enrolment.steps import forget
from gateway.runtime import Runtime
from gateway.store import enrolments

logger = logging.getLogger(__name__)

KEPT = timedelta(days=30)
AT_ONCE = 1000


def forget_unfinished(unit: UnitOfWork, rt: Runtime) -> int:
    """Forget number, name and village of everybody whose joining is older; returns how many."""
    old = enrolments.list_unfinished(unit.db, rt.clock() - KEPT, AT_ONCE)
    for member in old:
        forget(unit, rt, member)
    if old:
        logger.info("joinings forgotten that were never finished count=%s", len(old))
    return len(old)
