"""What runs by the clock: RQ's own cron rings the sweep every 15 s. Two schedulers ring twice, which is harmless.

Names the job and does not import it: this process stays small.
"""

from __future__ import annotations

from redis import Redis
from rq.cron import CronJob, CronScheduler
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer

from gateway.queue import RUN_SWEEP, SWEEP
from gateway.settings import Settings

SWEEP_SECONDS = 15


class JsonCronJob(CronJob):
    """RQ's cron enqueues with pickle and only what it has imported; our workers read JSON and names (C20)."""

    def enqueue(self, connection: Redis) -> Job:
        queue = Queue(self.queue_name, connection=connection, serializer=JSONSerializer)
        return queue.enqueue(self.func_name, result_ttl=0, failure_ttl=86_400, job_timeout=60)


def run_scheduler(settings: Settings) -> None:
    """Ring the sweep until told to stop."""
    scheduler = CronScheduler(Redis.from_url(settings.redis_url))
    scheduler._cron_jobs.append(JsonCronJob(SWEEP, func_name=RUN_SWEEP, interval=SWEEP_SECONDS))
    scheduler.start()  # type: ignore[no-untyped-call]
