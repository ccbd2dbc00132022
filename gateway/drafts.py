"""A machine's draft of each recording, where the operator brought a model (MEMBERLINE_WHISPER): staff may read it, sealed.

Nothing here is ever decided by: no urgency, no category, no flow reads it. A recording that is withheld, purged or blank
gets none. Called by a worker of its own, because a model takes hundreds of megabytes and both cores.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Select, select

from audio.drafts import Draft
from audio.errors import ClipError
from gateway import voice_notes
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import VoiceNote
from gateway.places import StoreAway
from gateway.runtime import Runtime

logger = logging.getLogger(__name__)

RECENT = timedelta(days=7)  # a model that is brought later reads what still lies on desks, not years
Drafting = Callable[[bytes], Draft]


def write(rt: Runtime, note_id: int, draft: Drafting) -> bool:
    """Write the draft of one recording; False where there is none to write. Twice writes it once."""
    with unit_of_work(rt.engine) as unit:
        note = unit.db.scalar(_waiting(rt).where(VoiceNote.id == note_id))
        key = note.clip_key if note else None
    try:
        clip = rt.notes.clip_of(key) if key else None
        made = draft(clip.content()) if clip else None
    except StoreAway:
        return False
    except ClipError as error:
        logger.error("no draft is written: %s", error)
        return False
    with unit_of_work(rt.engine) as unit:
        note = unit.db.scalar(_waiting(rt).where(VoiceNote.id == note_id).with_for_update())
        if note is None or made is None:
            return False
        voice_notes.write_draft(rt, note, made.text, made.language, made.surely)
    logger.info("draft written note_id=%s", note_id)
    return True


def list_due(unit: UnitOfWork, rt: Runtime, limit: int = 20) -> list[int]:
    """List recordings that still lack one, the newest first: the sweep rings for them. None where no model is set."""
    if not rt.settings.whisper:
        return []
    query = _waiting(rt).with_only_columns(VoiceNote.id).order_by(VoiceNote.id.desc()).limit(limit)
    return list(unit.db.scalars(query))


def text_of(rt: Runtime, note: VoiceNote | None) -> str:
    """Open the draft for staff who may listen; nothing where there is none, or the recording is withheld."""
    if note is None or note.withheld_at is not None or note.sealed_transcript is None:
        return ""
    return rt.vault.open_text(note.sealed_transcript, voice_notes.TRANSCRIPT_PURPOSE, note.public_id)


def _waiting(rt: Runtime) -> Select[VoiceNote]:
    return select(VoiceNote).where(
        VoiceNote.fetched_at > rt.clock() - RECENT,
        VoiceNote.clip_key.is_not(None),
        VoiceNote.transcribed_at.is_(None),
        VoiceNote.withheld_at.is_(None),
        VoiceNote.is_blank.is_not(True),
    )
