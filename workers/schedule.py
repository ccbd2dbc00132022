"""What runs by the clock: RQ's own cron rings the sweep every 15 s. Two schedulers ring twice, which is harmless."""

from __future__ import annotations

from redis import Redis
from rq.cron import CronJob, CronScheduler
from rq.job import Job
from rq.queue import Queue
from rq.serializers import JSONSerializer

from gateway import voice_notes
from gateway.broadcasts import settle as broadcasts
from gateway.db import unit_of_work
from gateway.deliveries import sweep as deliveries
from gateway.posts_again import apply_spooled
from gateway.queue import SWEEP
from gateway.settings import Settings
from workers.process import job, runtime

SWEEP_SECONDS = 15


@job
def sweep() -> None:
    """Find what was lost and what has become due; twice in a row changes nothing more."""
    rt = runtime()
    apply_spooled(rt)
    with unit_of_work(rt.engine) as unit:
        deliveries.sweep(unit, rt)
    with unit_of_work(rt.engine) as unit:
        broadcasts.settle(unit, rt)
        due = voice_notes.list_due(unit, rt)
    for note_id in due:
        rt.bells.fetch_voice_note(note_id)


class JsonCronJob(CronJob):
    """RQ's cron enqueues with pickle; our workers read JSON only (reliability.md C20)."""

    def enqueue(self, connection: Redis) -> Job:
        queue = Queue(self.queue_name, connection=connection, serializer=JSONSerializer)
        return queue.enqueue(self.func_name, args=self.args, result_ttl=0, failure_ttl=86_400, job_timeout=60)


def run_scheduler(settings: Settings) -> None:
    """Ring the sweep until told to stop."""
    scheduler = CronScheduler(Redis.from_url(settings.redis_url))
    scheduler._cron_jobs.append(JsonCronJob(SWEEP, func=sweep, interval=SWEEP_SECONDS))
    scheduler.start()  # type: ignore[no-untyped-call]
