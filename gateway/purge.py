"""Forgets what is kept only for a while: providers' raw posts, our exchanges with them, failed sign-ins (L13)."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete

from gateway.db import UnitOfWork
from gateway.models import Callback, Exchange, SignInFailure
from gateway.runtime import Runtime

logger = logging.getLogger(__name__)

KEPT = ((Callback, timedelta(days=31)), (Exchange, timedelta(days=31)), (SignInFailure, timedelta(days=1)))


def purge(unit: UnitOfWork, rt: Runtime) -> dict[str, int]:
    """Delete what is older than its time; returns how many rows by table, and says so in the log."""
    gone = {}
    for model, kept in KEPT:
        old = delete(model).where(model.at < rt.clock() - kept)
        gone[model.__tablename__] = cast("CursorResult[Any]", unit.db.execute(old)).rowcount
    logger.info("purged %s", " ".join(f"{table}={count}" for table, count in gone.items()))
    return gone
