"""What people read aloud for the line: the scripts, each with a number for the phone, the takes of it, and what lacked a sound."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Identity, Index, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Key, Public, new_public_id

LONGEST_NAME = 64  # of a prompt
FIRST_NUMBER = 101  # three digits at least: a script's number is never taken for a choice


class Script(Base):
    """Words that somebody may read aloud; `number` is what is keyed to record them by phone.

    A prompt's script is known by the key of its words (`audio.clips.utterance_key`): other words are another script, so that
    no voice goes on saying what the line no longer means. A message's script is known by the message and its language.
    """

    __tablename__ = "scripts"
    __table_args__ = (
        Index("uq_scripts_utterance_key", "utterance_key", unique=True),
        UniqueConstraint("broadcast_id", "language", name="uq_scripts_broadcast"),
        UniqueConstraint("news_id", "language", name="uq_scripts_news"),
    )

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(Identity(start=FIRST_NUMBER), unique=True)
    language: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))  # as in the words' files; empty for a message
    words: Mapped[str] = mapped_column(Text)
    utterance_key: Mapped[str | None] = mapped_column(String(32))
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"))
    news_id: Mapped[int | None] = mapped_column(ForeignKey("news_items.id"))
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]  # its words are said no more; its takes are kept


class Take(Base):
    """One reading of a script: the original as it came, sealed, and the mastered clip; at most one of a script is chosen."""

    __tablename__ = "takes"
    __table_args__ = (
        Index("uq_takes_chosen", "script_id", unique=True, postgresql_where=text("is_chosen")),
        Index("ix_takes_script_id", "script_id", "made_at"),
        Index("ix_takes_call_id", "call_id", postgresql_where=text("call_id IS NOT NULL")),
    )

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    script_id: Mapped[int] = mapped_column(ForeignKey("scripts.id"))
    clip_key: Mapped[str] = mapped_column(String(32))
    original_key: Mapped[str | None] = mapped_column(String(64))
    seconds: Mapped[float]
    lufs: Mapped[float]
    peak_dbfs: Mapped[float]
    faults: Mapped[list[str]] = mapped_column(JSONB)  # words of `gateway.takes`: quiet, clipped, long, gap …
    via: Mapped[str] = mapped_column(String(8))  # upload, browser, phone
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    is_chosen: Mapped[bool]
    made_at: Mapped[datetime]


class SoundGap(Base):
    """Something a caller was to hear had no sound, so that another voice had to help; without its words, which may name somebody."""

    __tablename__ = "sound_gaps"

    utterance_key: Mapped[str] = mapped_column(String(32), primary_key=True)
    language: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))  # of a prompt, empty where it was none
    times: Mapped[int]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    repaired_at: Mapped[datetime | None]
