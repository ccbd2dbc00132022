"""What callers were to hear and had no sound; without its words, which may name somebody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.models import SoundGap


def add_gap(db: Session, utterance_key: str, language: str, name: str, now: datetime) -> None:
    """Note that this lacked; once more where it lacked before, also after a repair."""
    row = insert(SoundGap).values(
        utterance_key=utterance_key, language=language, name=name, times=1, first_at=now, last_at=now
    )
    again = {"times": SoundGap.times + 1, "last_at": now, "repaired_at": None}
    db.execute(row.on_conflict_do_update(index_elements=["utterance_key"], set_=again))


def list_open(db: Session) -> Sequence[SoundGap]:
    """List what still lacks, what was missed last first."""
    query = select(SoundGap).where(SoundGap.repaired_at.is_(None)).order_by(SoundGap.last_at.desc())
    return db.scalars(query).all()


def list_newest(db: Session, limit: int = 20) -> Sequence[SoundGap]:
    """List what lacked lately, repaired or not; what still lacks comes first."""
    order = (SoundGap.repaired_at.is_not(None), SoundGap.last_at.desc(), SoundGap.utterance_key)
    return db.scalars(select(SoundGap).order_by(*order).limit(limit)).all()


def repair(db: Session, keys: Iterable[str], now: datetime) -> None:
    """These have a sound now."""
    chosen = update(SoundGap).where(SoundGap.utterance_key.in_(list(keys)), SoundGap.repaired_at.is_(None))
    db.execute(chosen.values(repaired_at=now))
