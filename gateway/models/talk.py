"""Calls, messages, recordings and the raw posts that told us of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Integer, Numeric, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, JsonDict, Key, Public, Word, new_public_id, unchecked
from gateway.states import CallState


class Call(Base):
    """One connection, either direction: a call by voice, or a USSD session (`channel`). The conversation lives here: no other
    store is on the hot path.

    `turn` counts the replies given; a post that carries an older turn gets the same reply again and changes nothing.
    `facts` is what the conversation may know, `conversation` where it stands (`gateway.calls.talk`).
    """

    __tablename__ = "calls"
    __table_args__ = (
        Index("ix_calls_open", "started_at", postgresql_where=text("state <> 'ended'")),
        Index("ix_calls_started_at", "started_at"),
        Index("uq_calls_provider_id", "provider", "provider_id", unique=True),
        Index(
            "ix_calls_parent_call_id", "parent_call_id", postgresql_where=text("parent_call_id IS NOT NULL")
        ),
    )

    id: Mapped[Key]
    provider: Mapped[str] = mapped_column(String(24))
    provider_id: Mapped[str] = mapped_column(String(128))
    channel: Mapped[str] = mapped_column(String(8), default="voice", server_default="voice")  # voice, ussd
    parent_call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    is_inbound: Mapped[bool]
    line: Mapped[str] = mapped_column(String(24))
    number_id: Mapped[int | None] = mapped_column(ForeignKey("numbers.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id", use_alter=True), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id", use_alter=True))
    state: Mapped[CallState] = mapped_column(Word(CallState))
    turn: Mapped[int] = mapped_column(default=0)
    facts: Mapped[JsonDict | None]
    conversation: Mapped[JsonDict | None]
    language: Mapped[str | None] = mapped_column(String(8))
    started_at: Mapped[datetime]
    stepped_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None] = mapped_column(String(24))
    seconds: Mapped[int | None]
    cost: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    currency: Mapped[str | None] = mapped_column(String(4))
    entered: Mapped[str | None] = mapped_column(
        String(24)
    )  # the conversation it began with (`flows.catalog.entry`)
    is_sealed: Mapped[bool] = mapped_column(
        default=False, server_default="false"
    )  # somebody stayed unnamed: shown nowhere


class Message(Base):
    """One SMS, in or out; the words are sealed."""

    __tablename__ = "messages"
    __table_args__ = (Index("uq_messages_provider_id", "provider", "provider_id", unique=True),)

    id: Mapped[Key]
    provider: Mapped[str] = mapped_column(String(24))
    provider_id: Mapped[str | None] = mapped_column(String(128))
    is_inbound: Mapped[bool]
    line: Mapped[str] = mapped_column(String(24))
    number_id: Mapped[int | None] = mapped_column(ForeignKey("numbers.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    sealed_text: Mapped[bytes]
    intent: Mapped[str | None] = mapped_column(String(24))
    at: Mapped[datetime]


class Conversation(Base):
    """A member's progress through a flow over several SMS; a call keeps its own in its row."""

    __tablename__ = "conversations"

    id: Mapped[Key]
    number_id: Mapped[int] = mapped_column(ForeignKey("numbers.id"), unique=True)
    state: Mapped[JsonDict]
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    updated_at: Mapped[datetime]


class QuestionCount(Base):
    """How the question at one place of a flow fared in a day, among callers who live in one unit (`gateway.learning`).

    `calls` counts conversations that came to it, `asked` how often it was put; every time it was put ended in exactly one
    of the other counts: answered, silent, wrong key, again (9), away (0, * or 8), hung up. `is_first`: of first-time callers.
    Of a call also how much of the words was heard: seconds said, seconds heard at most, how often to the end.
    """

    __tablename__ = "question_counts"
    __table_args__ = (Index("ix_question_counts_flow", "flow", "day"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True)
    flow: Mapped[str] = mapped_column(String(24), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    node: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(8), primary_key=True)  # voice, ussd, sms
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    is_first: Mapped[bool] = mapped_column(primary_key=True)
    calls: Mapped[int] = mapped_column(Integer)
    asked: Mapped[int] = mapped_column(Integer)
    answered: Mapped[int] = mapped_column(Integer)
    silent: Mapped[int] = mapped_column(Integer)
    wrong: Mapped[int] = mapped_column(Integer)
    again: Mapped[int] = mapped_column(Integer)
    away: Mapped[int] = mapped_column(Integer)
    hung_up: Mapped[int] = mapped_column(Integer)
    said_seconds: Mapped[float] = mapped_column(default=0.0, server_default="0")
    heard_seconds: Mapped[float] = mapped_column(default=0.0, server_default="0")
    to_end: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


class VoiceNote(Base):
    """What a person recorded. Announced by the provider, fetched by a job, then played from our own store."""

    __tablename__ = "voice_notes"
    __table_args__ = (Index("ix_voice_notes_due", "due_at", postgresql_where=text("fetched_at IS NULL")),)

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    sealed_url: Mapped[bytes | None]
    url_hash: Mapped[bytes | None] = mapped_column(unique=True)
    clip_key: Mapped[str | None] = mapped_column(String(64))
    original_key: Mapped[str | None] = mapped_column(String(64))  # as it came, sealed
    seconds: Mapped[float | None]
    peaks: Mapped[list[int] | None]
    is_blank: Mapped[bool | None]
    is_noisy: Mapped[bool | None]
    # A machine's draft, for staff's eyes only: nothing is ever decided by it.
    sealed_transcript: Mapped[bytes | None]
    guessed_language: Mapped[str | None] = mapped_column(String(8))
    guessed_surely: Mapped[float | None]  # 0 to 1
    transcribed_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    announced_at: Mapped[datetime]
    fetched_at: Mapped[datetime | None]
    withheld_at: Mapped[datetime | None]  # kept, but nobody plays it any more (rules.md L12, L13)
    purged_at: Mapped[datetime | None]


class Callback(Base):
    """A provider's post as it came, sealed and kept for a month: stored, then judged (reliability.md A5)."""

    __tablename__ = "callbacks"
    __table_args__ = (
        Index("ix_callbacks_stray", "number_id", "at", postgresql_where=text("number_id IS NOT NULL")),
    )

    id: Mapped[Key]
    provider: Mapped[str] = mapped_column(String(24))
    kind: Mapped[str] = mapped_column(String(12))
    digest: Mapped[bytes] = mapped_column(index=True)
    sealed_body: Mapped[bytes]
    outcome: Mapped[str] = mapped_column(String(24))  # applied, duplicate, unknown, unreadable, failed
    number_id: Mapped[int | None] = mapped_column(unchecked("numbers.id"))  # of a receipt without a message
    at: Mapped[datetime] = mapped_column(index=True)


class Exchange(Base):
    """One request of ours to a provider: what support needs to answer "what happened to that call?"."""

    __tablename__ = "exchanges"

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(index=True)
    provider: Mapped[str] = mapped_column(String(24))
    kind: Mapped[str] = mapped_column(String(12))
    recipients: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(24))
    milliseconds: Mapped[int]
    error: Mapped[str | None] = mapped_column(String(200))
