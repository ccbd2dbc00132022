"""The doorbell: one typed function per job and the only place that names them (house.md 4).

A job carries ids and nothing else, in JSON. Redis may be away or emptied at any time: a bell that cannot ring is
logged and the sweep, every 15 s, rings for whatever was missed (reliability.md A4).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.serializers import JSONSerializer

logger = logging.getLogger(__name__)

SWEEP, SEND, DEFAULT, SOUND, DRAFT = "sweep", "send", "default", "sound", "draft"
QUEUES = (SWEEP, SEND, DEFAULT, SOUND, DRAFT)
JOB_TIMEOUT_SECONDS = 120

SEND_DUE = "workers.deliveries.send_due"
SPREAD_BROADCAST = "workers.broadcasts.spread_broadcast"
FETCH_VOICE_NOTE = "workers.sounds.fetch_voice_note"
WRITE_DRAFTS = "workers.drafts.write_drafts"
BUILD_SOUNDS = "workers.sounds.build_sounds"
WORK_ON_LIST = "workers.people.work_on_list"
MAKE_REPORT_FILE = "workers.reports.make_report_file"
RUN_SWEEP = "workers.sweep.sweep"
PURGE = "workers.sweep.purge"
SETTLE_KEYS = "workers.keys.settle_keys"
ASK_LEADS = "workers.days.ask_leads"
FREEZE_DAY = "workers.days.freeze_day"

Enqueue = Callable[[str, str, tuple[Any, ...]], None]


class Bells:
    """Rings workers; `enqueue(queue, dotted name, ids)` is RQ in the house and a list in tests."""

    def __init__(self, enqueue: Enqueue) -> None:
        self._enqueue = enqueue

    def send_due(self, kind: str) -> None:
        """Something of this kind (voice, sms) is due: send what is due now."""
        self._enqueue(SEND, SEND_DUE, (kind,))

    def spread_broadcast(self, broadcast_id: int) -> None:
        self._enqueue(SEND, SPREAD_BROADCAST, (broadcast_id,))

    def fetch_voice_note(self, note_id: int) -> None:
        self._enqueue(SOUND, FETCH_VOICE_NOTE, (note_id,))

    def build_sounds(self, subject: str, subject_id: int) -> None:
        """Make what lacks for a subject: catalogue, broadcast, answer, news, member, staff."""
        self._enqueue(SOUND, BUILD_SOUNDS, (subject, subject_id))

    def write_drafts(self) -> None:
        """A recording was fetched, and there is a model: a worker of its own writes what it makes of it."""
        self._enqueue(DRAFT, WRITE_DRAFTS, ())

    def work_on_list(self, import_id: int) -> None:
        """A list was handed in, or may be taken: look at it, or take it; beside sounds, where memory is given back."""
        self._enqueue(SOUND, WORK_ON_LIST, (import_id,))

    def make_report_file(self, file_id: int) -> None:
        """A long list of reports was asked for; beside sounds, where memory is given back."""
        self._enqueue(SOUND, MAKE_REPORT_FILE, (file_id,))

    def sweep(self) -> None:
        self._enqueue(SWEEP, RUN_SWEEP, ())

    def purge(self) -> None:
        """Forget what was kept only for a while."""
        self._enqueue(DEFAULT, PURGE, ())

    def ask_leads(self) -> None:
        """It is evening: ask the leads of units how the day was."""
        self._enqueue(DEFAULT, ASK_LEADS, ())

    def freeze_day(self) -> None:
        """The day's hour has come: freeze its roll-up and send it."""
        self._enqueue(DEFAULT, FREEZE_DAY, ())

    def settle_keys(self) -> None:
        """Finish a change of keys that was broken off."""
        self._enqueue(DEFAULT, SETTLE_KEYS, ())


def rq_enqueue(redis: Redis) -> Enqueue:
    """Return an `enqueue` that puts jobs on RQ; results are not kept, failures for a day."""
    queues = {name: Queue(name, connection=redis, serializer=JSONSerializer) for name in QUEUES}

    def enqueue(queue: str, job: str, arguments: tuple[Any, ...]) -> None:
        try:
            if job == SEND_DUE and _is_rung(queues[queue], *arguments):
                return
            if job == WRITE_DRAFTS and queues[queue].count:
                return  # one job writes them all; where nobody works on this queue it must not grow
            queues[queue].enqueue(
                job,
                *arguments,
                job_id=_job_id(*arguments) if job == SEND_DUE else None,
                result_ttl=0,
                failure_ttl=86_400,
                job_timeout=JOB_TIMEOUT_SECONDS,
            )
        except RedisError as error:
            logger.warning("bell not rung, the sweep will ring job=%s error=%s", job, type(error).__name__)

    return enqueue


def _job_id(kind: str) -> str:
    return f"{kind}-{uuid4().hex}"


def _is_rung(queue: Queue, kind: str) -> bool:
    """A sender of this kind waits to begin and will find what is due: more of them would hold up the other kind."""
    return any(each.startswith(f"{kind}-") for each in queue.get_job_ids())
