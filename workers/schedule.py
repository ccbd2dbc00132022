"""What runs by the clock, on RQ's own cron: the sweep every 15 s, the purge at night. Two schedulers do no harm.

Names the job and does not import it: this process stays small.
"""

from __future__ import annotations

from redis import Redis
from rq.cron import CronJob, CronScheduler
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer

from gateway.queue import DEFAULT, PURGE, RUN_SWEEP, SETTLE_KEYS, SWEEP
from gateway.settings import Settings

SWEEP_SECONDS = 15
NIGHTLY = "20 2 * * *"


class JsonCronJob(CronJob):
    """RQ's cron enqueues with pickle and only what it has imported; our workers read JSON and names (C20)."""

    def enqueue(self, connection: Redis) -> Job:
        queue = Queue(self.queue_name, connection=connection, serializer=JSONSerializer)
        return queue.enqueue(self.func_name, result_ttl=0, failure_ttl=86_400, job_timeout=60)


def run_scheduler(settings: Settings) -> None:
    """Ring the sweep until told to stop."""
    scheduler = CronScheduler(Redis.from_url(settings.redis_url))
    scheduler._cron_jobs += [
        JsonCronJob(SWEEP, func_name=RUN_SWEEP, interval=SWEEP_SECONDS),
        JsonCronJob(DEFAULT, func_name=PURGE, cron=NIGHTLY),
        JsonCronJob(DEFAULT, func_name=SETTLE_KEYS, cron=NIGHTLY),
    ]
    scheduler.start()  # type: ignore[no-untyped-call]
