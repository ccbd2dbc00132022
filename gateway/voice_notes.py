"""What members recorded: noted as soon as the provider announces it, fetched by a job, kept in our own store.

The announcement is the durable fact; the sound follows, with tries over minutes (africastalking.md A6).
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from audio.convert import Take, peaks, to_telephone
from audio.errors import ClipError
from gateway.channels.fetch import fetch_recording
from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import ChannelError
from gateway.models import VoiceNote, new_public_id
from gateway.places import StoreAway
from gateway.runtime import Runtime

logger = logging.getLogger(__name__)

URL_PURPOSE = "voice_notes.url"
TRANSCRIPT_PURPOSE = "voice_notes.transcript"
WAITS = tuple(timedelta(seconds=each) for each in (2, 5, 15, 60, 300, 900, 3600))
STORE_WAIT = timedelta(minutes=1)

Kept: TypeAlias = Callable[[UnitOfWork, Runtime, VoiceNote], None]


def nothing(unit: UnitOfWork, rt: Runtime, note: VoiceNote) -> None:
    """Follow a recording that was kept by nothing else."""


def announce(unit: UnitOfWork, rt: Runtime, url: str, call_id: int, member_id: int | None) -> int | None:
    """Keep that a recording exists and have it fetched; None where this one is known already."""
    now = rt.clock()
    public_id = new_public_id()
    row = {
        "public_id": public_id,
        "call_id": call_id,
        "member_id": member_id,
        "sealed_url": rt.vault.seal_text(url, URL_PURPOSE, public_id),
        "url_hash": hashlib.sha256(f"{call_id} {url}".encode()).digest(),
        "tries": 0,
        "due_at": now,
        "announced_at": now,
    }
    note_id = unit.db.scalar(insert(VoiceNote).values(row).on_conflict_do_nothing().returning(VoiceNote.id))
    if note_id is not None:
        unit.ring(lambda: rt.bells.fetch_voice_note(note_id))
    return note_id


def fetch(rt: Runtime, note_id: int, kept: Kept = nothing) -> bool:
    """Fetch one announced recording and keep it; True when there is nothing left to do.

    `kept` is told of it in the same transaction, once; also where it is lost for good. Runs outside any unit of work
    while it talks to the provider. Running it twice fetches once.
    """
    with unit_of_work(rt.engine) as unit:
        note = unit.db.get(VoiceNote, note_id)
        if note is None or note.fetched_at or note.lost_at or note.sealed_url is None:
            return True
        url = rt.vault.open_text(note.sealed_url, URL_PURPOSE, note.public_id)
    try:
        raw = fetch_recording(url, rt.channels.recording_hosts).content
        _keep(rt, note_id, raw, to_telephone(raw), kept)
    except StoreAway:
        return _when_the_store_is_back(rt, note_id)
    except (ChannelError, ClipError) as error:
        return _again_later(rt, note_id, error, kept)
    return True


def write_draft(rt: Runtime, note: VoiceNote, text: str, language: str | None, surely: float | None) -> None:
    """Keep what a machine made out of a recording; staff read it as a draft, nothing is decided by it."""
    note.sealed_transcript = rt.vault.seal_text(text, TRANSCRIPT_PURPOSE, note.public_id)
    note.guessed_language, note.guessed_surely, note.transcribed_at = language, surely, rt.clock()


def fetch_due(rt: Runtime, kept: Kept = nothing) -> int:
    """Fetch whatever else is due, so that one forked child does the work of many bells; returns how many it tried."""
    with unit_of_work(rt.engine) as unit:
        due = list_due(unit, rt)
    for note_id in due:
        fetch(rt, note_id, kept)
    return len(due)


def list_due(unit: UnitOfWork, rt: Runtime, limit: int = 50) -> list[int]:
    """List recordings that are still to be fetched: the sweep rings for them."""
    query = select(VoiceNote.id).where(
        VoiceNote.fetched_at.is_(None), VoiceNote.lost_at.is_(None), VoiceNote.due_at <= rt.clock()
    )
    return list(unit.db.scalars(query.order_by(VoiceNote.due_at).limit(limit)))


def _keep(rt: Runtime, note_id: int, raw: bytes, take: Take, kept: Kept) -> None:
    clip, original = rt.notes.store_take(raw, take), rt.notes.store_original(raw)
    with unit_of_work(rt.engine) as unit:
        note = unit.db.get_one(VoiceNote, note_id, with_for_update=True)
        if note.fetched_at is not None:
            return
        note.clip_key, note.original_key, note.seconds = clip.key, original, clip.seconds
        note.peaks, note.is_blank, note.is_noisy = peaks(take.pcm), take.is_blank, take.is_noisy
        note.fetched_at = rt.clock()
        kept(unit, rt, note)
        if rt.settings.whisper and not take.is_blank:
            unit.ring(rt.bells.write_drafts)
    logger.info("voice note fetched note_id=%s seconds=%.1f", note_id, clip.seconds)


def _when_the_store_is_back(rt: Runtime, note_id: int) -> bool:
    """Our own trouble is no try: the provider has the recording, and it is lost only where it says so."""
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(VoiceNote, note_id, with_for_update=True).due_at = rt.clock() + STORE_WAIT
    return False


def _again_later(rt: Runtime, note_id: int, error: Exception, kept: Kept) -> bool:
    with unit_of_work(rt.engine) as unit:
        note = unit.db.get_one(VoiceNote, note_id, with_for_update=True)
        note.tries += 1
        if note.tries > len(WAITS):
            note.lost_at = rt.clock()
            kept(unit, rt, note)
            logger.error("voice note lost note_id=%s error=%s", note_id, type(error).__name__)
            return True
        note.due_at = rt.clock() + WAITS[note.tries - 1]
    return False
