"""Broadcasts, when they come again, whom they mean, what was answered to them; and the news."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, JsonDict, Key, Public, Word, new_public_id
from gateway.states import BroadcastState


class Broadcast(Base):
    """One message to a unit and everything under it, with a class, a time and an approval."""

    __tablename__ = "broadcasts"
    __table_args__ = (UniqueConstraint("schedule_id", "occurs_at"),)

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(8))  # voice | sms
    message_class: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    state: Mapped[BroadcastState] = mapped_column(Word(BroadcastState), default=BroadcastState.DRAFT)
    texts: Mapped[JsonDict] = mapped_column(default=dict)
    sounds: Mapped[JsonDict] = mapped_column(default=dict)
    # At most three, each with its words and what its keys mean (`broadcasts.questions`).
    questions: Mapped[list[JsonDict]] = mapped_column(default=list, server_default="[]")
    # An SMS by language for whom the voice did not reach; None: nobody gets one.
    fallback_texts: Mapped[JsonDict | None]
    is_urgent: Mapped[bool] = mapped_column(default=False, server_default="false")  # before ordinary ones
    # Whom of the unit: any of `broadcasts.audience.Filters`; empty means everybody.
    filters: Mapped[JsonDict] = mapped_column(default=dict, server_default="{}")
    certificate: Mapped[JsonDict | None]  # number, issuer, valid_until, content_hash (rules.md L3)
    scheduled_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    approved_hash: Mapped[str | None] = mapped_column(String(64))
    approved_at: Mapped[datetime | None]
    tested_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    round_done_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    pause_reason: Mapped[str | None] = mapped_column(String(48))
    # Reasons for which it has paused by itself: whoever goes on knows them, none pauses it twice (`broadcasts.watch`).
    paused_for: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    kept_sums: Mapped[JsonDict | None]  # as they stood when its deliveries were purged (L13)
    breach_id: Mapped[int | None] = mapped_column(
        ForeignKey("breaches.id"), index=True
    )  # only its members (L14)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"), index=True)
    relation: Mapped[str | None] = mapped_column(
        String(12)
    )  # to the parent: copy, correction, answers, occurrence
    rounds: Mapped[int] = mapped_column(
        default=1, server_default="1"
    )  # how often "try the rest" was pressed, and one
    budget: Mapped[Decimal | None] = mapped_column(
        Numeric(12, 2)
    )  # the most it may cost, in the house's currency
    spent: Mapped[Decimal] = mapped_column(
        Numeric(14, 4), default=0, server_default="0"
    )  # kept back or charged
    warned_at: Mapped[datetime | None]  # staff were told that oddly few pick up
    schedule_id: Mapped[int | None] = mapped_column(ForeignKey("schedules.id", use_alter=True))
    occurs_at: Mapped[datetime | None]  # which time of its schedule it is


class Schedule(Base):
    """When a broadcast comes again: every week, on days of the month, or before an event. Each time is a copy of it.

    `rule` is in local time (`broadcasts.schedules`); `next_at` is the next time in UTC, None where none comes.
    """

    __tablename__ = "schedules"
    __table_args__ = (Index("ix_schedules_next_at", "next_at", postgresql_where=text("ended_at IS NULL")),)

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(12))  # weekly, monthly, event
    rule: Mapped[JsonDict] = mapped_column(default=dict)
    next_at: Mapped[datetime | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    problem: Mapped[str | None] = mapped_column(String(48))  # why the last time did not start
    skipped: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # times missed while the house was down
    skipped_at: Mapped[datetime | None]  # the last of them


class AudienceList(Base):
    """A list of numbers that a coordinator handed in as the audience: members of their unit, nobody else."""

    __tablename__ = "audience_lists"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    import_id: Mapped[int | None] = mapped_column(
        ForeignKey("imports.id"), index=True
    )  # how its file was read
    created_at: Mapped[datetime]
    # rows, known, unknown, unreadable, twice: how the list was read
    counts: Mapped[JsonDict] = mapped_column(default=dict)


class AudienceListMember(Base):
    """This member stands on the list."""

    __tablename__ = "audience_list_members"

    list_id: Mapped[int] = mapped_column(ForeignKey("audience_lists.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, index=True)


class BroadcastAnswer(Base):
    """What a member answered to one question of a broadcast, by key or by voice; the last answer in a call counts."""

    __tablename__ = "broadcast_answers"
    __table_args__ = (
        UniqueConstraint("delivery_id", "question"),
        Index("ix_broadcast_answers_counted", "broadcast_id", "question", "key"),
    )

    id: Mapped[Key]
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"))
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    question: Mapped[int]  # 1 to 3
    key: Mapped[str | None] = mapped_column(String(2))
    voice_note_id: Mapped[int | None] = mapped_column(ForeignKey("voice_notes.id"))
    at: Mapped[datetime]


class NewsItem(Base):
    """What members hear on key 2, newest first."""

    __tablename__ = "news_items"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    message_class: Mapped[str] = mapped_column(String(16), default="organisational")
    texts: Mapped[JsonDict] = mapped_column(default=dict)
    sounds: Mapped[JsonDict] = mapped_column(default=dict)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"), unique=True)
    published_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class NewsHeard(Base):
    """This member has heard this item."""

    __tablename__ = "news_heard"

    news_id: Mapped[int] = mapped_column(ForeignKey("news_items.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, index=True)
    at: Mapped[datetime]


class PollSilence(Base):
    """A poll in an area: no campaign contact in the hours before its close (rules.md L2)."""

    __tablename__ = "poll_silences"

    id: Mapped[Key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    closes_at: Mapped[datetime]
    hours_before: Mapped[int] = mapped_column(default=48)
