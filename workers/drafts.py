"""Writes drafts of recordings; a process of its own that keeps the model in memory (`worker --queues draft`)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from audio.drafts import Drafter
from gateway import drafts
from gateway.content import SPOKEN
from gateway.db import unit_of_work
from workers.process import job, runtime


@job
def write_drafts() -> None:
    """Write the drafts that lack, the newest recording first; twice writes none twice."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        due = drafts.list_due(unit, rt, limit=1)
    if due and drafts.write(rt, due[0], _drafter(rt.settings.whisper, SPOKEN[rt.settings.country]).draft):
        rt.bells.write_drafts()  # one for each bell: no job may take longer than its time


@cache
def _drafter(folder: str, languages: tuple[str, ...]) -> Drafter:
    return Drafter(Path(folder), languages)
