"""The runtime of a worker process, built once, and what a failing job means.

Jobs raise only for trouble of the house itself (database or Redis away); whatever concerns one delivery is a row.
One of the two files that catch everything (house.md 9): a job that fails is logged here, once, and RQ records it.
"""

from __future__ import annotations

import functools
import gc
import logging
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from gateway import logs
from gateway.settings import Settings

if TYPE_CHECKING:
    from gateway.runtime import Runtime

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

CONNECTIONS = (
    4  # of a sender: two claim, one writes results, one sends single texts (`gateway.deliveries.stream`)
)
_kept: dict[int, Runtime] = {}
_told: list[Settings] = []


def tell(settings: Settings) -> None:
    """Say which settings the jobs of this process work with; called before the first job."""
    _told[:] = [settings]
    logs.configure(settings.log_format, settings.secrets())


def runtime() -> Runtime:
    """Return this process's runtime. A forked child builds its own: connections are not shared over a fork."""
    # Memory: a parent that only forks, and the scheduler, never need the rooms.
    from gateway.runtime import build_runtime

    pid = os.getpid()
    if pid not in _kept:
        keep(build_runtime(_told[0], pool_size=CONNECTIONS))
    return _kept[pid]


def keep(rt: Runtime) -> None:
    """Work with this runtime from now on.

    What is in memory by now stays and is not looked through for rubbish again: a sender makes so many rows that it would
    be after every ten thousand texts, for a tenth of a second.
    """
    _kept.clear()
    _kept[os.getpid()] = rt
    gc.freeze()


def job(work: Callable[P, T]) -> Callable[P, T]:
    """Mark a job: logs what it could not do, then lets RQ record the failure."""

    @functools.wraps(work)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return work(*args, **kwargs)
        except Exception:
            logger.exception("job failed job=%s", work.__name__)
            raise

    return guarded
