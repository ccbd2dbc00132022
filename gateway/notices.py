"""The notice a person agrees to: which words, in which language, and the very sound they heard (rules.md L5, L10).

A row is made the first time that a version is used; the ledger points to it, so that what somebody agreed to can be read,
and shown to be what they heard, long after the words have changed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from flows.steps import Speak
from gateway.db import UnitOfWork
from gateway.models import Notice
from gateway.runtime import Runtime
from gateway.speech import utterance


@dataclass(frozen=True)
class Version:
    """What the ledger keeps of it: the row, and the hash of the words in the language in which they were told."""

    id: int
    name: str
    language: str
    text_hash: str


def use(unit: UnitOfWork, rt: Runtime, name: str, language: str, *, is_heard: bool) -> Version:
    """Return this notice as it is told now; a version that is new gets its row. Two at once agree on one."""
    spoken_in, _ = rt.words.find(name, language)
    told = Speak(name, spoken_in, {"organisation": rt.settings.organisation})
    text = rt.words.spoken(told) if is_heard else rt.words.text(told)
    row = {
        "name": name,
        "language": spoken_in,
        "text_hash": hashlib.sha256(text.encode()).hexdigest(),
        "sound_hash": _sound_hash(rt, told) if is_heard else "",
        "text": text,
        "since": rt.clock(),
    }
    return Version(_row_id(unit, row), name, spoken_in, str(row["text_hash"]))


def _row_id(unit: UnitOfWork, row: dict[str, object]) -> int:
    version = {each: row[each] for each in ("name", "language", "text_hash", "sound_hash")}
    known = select(Notice.id).filter_by(**version)
    found = unit.db.scalar(known)
    if found is None:
        unit.db.execute(insert(Notice).values(row).on_conflict_do_nothing())
        found = unit.db.scalars(known).one()
    return found


def _sound_hash(rt: Runtime, told: Speak) -> str:
    """The hash of the sounds, one after the other; "" where the provider's own voice had to read a part."""
    digest = hashlib.sha256()
    for piece in rt.words.speech(told):
        clip = rt.clips.find(utterance(piece))
        if clip is None:
            return ""
        digest.update(clip.path.read_bytes())
    return digest.hexdigest()
