"""Problems members reported, what was done about each, and what they were answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, JsonDict, Key, Public, Word, new_public_id
from gateway.states import ReportState, Urgency


class Report(Base):
    """A problem that a member reported.

    `unit_id` is the place; `desk_unit_id` the unit whose staff owe the answer. Where `is_past_local` is set, only the
    desk and those above it may know of the report at all (contract: key 7).
    """

    __tablename__ = "reports"
    __table_args__ = (
        Index("ix_reports_inbox", "state", "received_at"),
        Index(
            "ix_reports_danger",
            "received_at",
            postgresql_where=text("urgency = 'danger' AND taken_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    state: Mapped[ReportState] = mapped_column(Word(ReportState))
    urgency: Mapped[Urgency] = mapped_column(Word(Urgency), default=Urgency.NOT_STATED)
    source: Mapped[str] = mapped_column(String(12))  # voice, sms, ussd
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    number_id: Mapped[int | None] = mapped_column(ForeignKey("numbers.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    desk_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    is_past_local: Mapped[bool] = mapped_column(default=False)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), unique=True)
    voice_note_id: Mapped[int | None] = mapped_column(ForeignKey("voice_notes.id"), unique=True)
    sealed_text: Mapped[bytes | None]
    language: Mapped[str | None] = mapped_column(String(8))
    category: Mapped[str | None] = mapped_column(String(4))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    received_at: Mapped[datetime]
    taken_at: Mapped[datetime | None]  # danger: a person has taken it
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class ReportEvent(Base):
    """One line of a report's history; append-only."""

    __tablename__ = "report_events"

    id: Mapped[Key]
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[ReportState | None] = mapped_column(Word(ReportState))
    note: Mapped[str | None] = mapped_column(String(2000))
    details: Mapped[JsonDict] = mapped_column(default=dict)


class Answer(Base):
    """What staff answer: `texts` and `sounds` (content keys of clips) per language."""

    __tablename__ = "answers"

    id: Mapped[Key]
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    texts: Mapped[JsonDict] = mapped_column(default=dict)
    sounds: Mapped[JsonDict] = mapped_column(default=dict)
    at: Mapped[datetime]
