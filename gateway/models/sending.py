"""Broadcasts, news, and what is owed to whom: deliveries and the attempts at them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, JsonDict, Key, Public, Word, new_public_id
from gateway.states import AttemptOutcome, BroadcastState, DeliveryReason, DeliveryState


class Broadcast(Base):
    """One message to a unit and everything under it, with a class, a time and an approval."""

    __tablename__ = "broadcasts"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(8))  # voice | sms
    message_class: Mapped[str] = mapped_column(String(16))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    state: Mapped[BroadcastState] = mapped_column(Word(BroadcastState), default=BroadcastState.DRAFT)
    texts: Mapped[JsonDict] = mapped_column(default=dict)
    sounds: Mapped[JsonDict] = mapped_column(default=dict)
    # Whom of the unit: any of post, tag, handset, overlay (`broadcasts.audience`); empty means everybody.
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
    kept_sums: Mapped[JsonDict | None]  # as they stood when its deliveries were purged (L13)
    breach_id: Mapped[int | None] = mapped_column(
        ForeignKey("breaches.id"), index=True
    )  # only its members (L14)


class Delivery(Base):
    """The obligation to get one thing to one number by one kind of channel (house.md 2).

    Claimed by a conditional update that raises `fence` and sets `lease_until`; every later write names the fence.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "member_id", "kind"),
        UniqueConstraint("dedupe"),
        Index(
            "ix_deliveries_due",
            "kind",
            "priority",
            "due_at",
            postgresql_where=text("state IN ('queued', 'held')"),
        ),
        Index("ix_deliveries_lease", "lease_until", postgresql_where=text("state = 'sending'")),
        Index("ix_deliveries_number", "number_id"),
        # To reporters who stay unnamed: what is still tied to a report.
        Index("ix_deliveries_unnamed", "id", postgresql_where=text("dedupe LIKE 'unnamed:%'")),
    )

    id: Mapped[Key]
    reason: Mapped[DeliveryReason] = mapped_column(Word(DeliveryReason))
    kind: Mapped[str] = mapped_column(String(8))
    priority: Mapped[int] = mapped_column(default=5)
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("answers.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    subject_id: Mapped[int | None]  # the unit's day or the roll-up that it is about
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    number_id: Mapped[int] = mapped_column(ForeignKey("numbers.id"))
    language: Mapped[str | None] = mapped_column(String(8))
    sealed_text: Mapped[bytes | None]  # an SMS of its own; a broadcast's text lives on the broadcast
    dedupe: Mapped[str | None] = mapped_column(String(80))
    state: Mapped[DeliveryState] = mapped_column(Word(DeliveryState), default=DeliveryState.QUEUED)
    tries: Mapped[int] = mapped_column(default=0)
    fence: Mapped[int] = mapped_column(default=0)
    last_cause: Mapped[str | None] = mapped_column(String(24))
    reason_code: Mapped[str | None] = mapped_column(String(32))  # why held or refused
    due_at: Mapped[datetime]
    lease_until: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    heard_seconds: Mapped[int | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Attempt(Base):
    """One try at a delivery, written before the provider is asked; never rewritten, ended by one outcome."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("delivery_id", "try_number"),
        Index("uq_attempts_provider_id", "provider", "provider_id", unique=True),
        Index(
            "ix_attempts_open",
            "line",
            "placed_at",
            postgresql_where=text("outcome IN ('pending', 'accepted')"),
        ),
        Index("ix_attempts_number_at", "number_id", "placed_at"),
    )

    id: Mapped[Key]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("deliveries.id"))
    broadcast_id: Mapped[int | None]
    number_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    try_number: Mapped[int]
    provider: Mapped[str] = mapped_column(String(24))
    line: Mapped[str] = mapped_column(String(24))
    provider_id: Mapped[str | None] = mapped_column(String(128))
    outcome: Mapped[AttemptOutcome] = mapped_column(Word(AttemptOutcome), default=AttemptOutcome.PENDING)
    cause: Mapped[str | None] = mapped_column(String(24))
    profile: Mapped[str] = mapped_column(String(24))  # version of the country's rules in force (rules.md L18)
    placed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    cost: Mapped[Decimal | None] = mapped_column(Numeric(12, 4))
    currency: Mapped[str | None] = mapped_column(String(4))


class Pace(Base):
    """How many calls may be started on one line right now: a token bucket shared by all senders."""

    __tablename__ = "paces"

    line: Mapped[str] = mapped_column(String(24), primary_key=True)
    tokens: Mapped[float] = mapped_column(default=0)
    refilled_at: Mapped[datetime]
    closed_until: Mapped[datetime | None]
    closed_reason: Mapped[str | None] = mapped_column(String(48))


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


class Setting(Base):
    """What staff may change while it runs, a row each: the demo's marks, ceilings, the kill switch."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    value: Mapped[JsonDict]
