"""Runs one worker process on RQ: in the process itself for senders, in a forked child for sounds.

Senders keep their connections to provider and database from job to job (performance.md D); sounds need memory that a
child gives back.
"""

from __future__ import annotations

from collections.abc import Sequence

from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.serializers import JSONSerializer

from gateway.queue import QUEUES, SOUND
from gateway.settings import Settings
from workers import process

WORKER_TTL_SECONDS = 60
MAINTENANCE_SECONDS = 60


def run_worker(settings: Settings, queues: Sequence[str] = QUEUES) -> None:
    """Work on these queues, the first before the others, until told to stop (finishing the job at hand)."""
    process.tell(settings)
    redis = Redis.from_url(settings.redis_url)
    kind = Worker if SOUND in queues else SimpleWorker
    worker = kind(
        [Queue(name, connection=redis, serializer=JSONSerializer) for name in queues],
        connection=redis,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL_SECONDS,
        maintenance_interval=MAINTENANCE_SECONDS,
    )
    worker.work(with_scheduler=False, logging_level="WARNING")
