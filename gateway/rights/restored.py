"""After a restore: whom the backup brought back is erased again (reliability.md B17)."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import Member
from gateway.rights.carry import Erased, write_list
from gateway.rights.erase import RESTORED, erase
from gateway.runtime import Runtime

logger = logging.getLogger(__name__)


def reapply_after_restore(rt: Runtime, kept: Sequence[Erased]) -> int:
    """Erase again whom a backup brought back; returns how many. Way and dates are those of the first time."""
    count = 0
    for each in kept:
        with unit_of_work(rt.engine) as unit:
            member = unit.db.scalar(select(Member).where(Member.public_id == each.public_id))
            if member is None or member.erased_at is not None:
                continue
            erasure = erase(unit, rt, member.id, RESTORED)
            erasure.how = each.how
            erasure.at = datetime.fromisoformat(each.at)
            erasure.purge_after = datetime.fromisoformat(each.purge_after)
            count += 1
    write_list(rt)
    logger.info("erasures applied again count=%s", count)
    return count
