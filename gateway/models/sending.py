"""What is owed to whom: deliveries, the attempts at them, and what sending hangs on: pace, money, habits."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, JsonDict, Key, Word, unchecked
from gateway.states import AttemptOutcome, BatchState, DeliveryReason, DeliveryState


class Batch(Base):
    """A run of texts of one broadcast in one language that go out in one request; claimed under a lease and a fence.

    Its deliveries lie between two ids and carry its id until they were judged and tried for the first time.
    """

    __tablename__ = "batches"
    __table_args__ = (
        Index("ix_batches_ready", "broadcast_id", "id", postgresql_where=text("state = 'ready'")),
        Index("ix_batches_lease", "lease_until", postgresql_where=text("state = 'sending'")),
    )

    id: Mapped[Key]
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcasts.id"))
    language: Mapped[str | None] = mapped_column(String(8))
    first_id: Mapped[int]
    last_id: Mapped[int]
    state: Mapped[BatchState] = mapped_column(Word(BatchState), default=BatchState.READY)
    due_at: Mapped[datetime]
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]


class Spending(Base):
    """What was kept back or charged in an hour, a day or for a broadcast: ceilings are counted here (reliability.md A9)."""

    __tablename__ = "spendings"

    scope: Mapped[str] = mapped_column(String(32), primary_key=True)  # hour, day, broadcast:7
    since: Mapped[datetime] = mapped_column(primary_key=True)
    spent: Mapped[Decimal] = mapped_column(Numeric(14, 4), default=0)


class Habit(Base):
    """When a number is answered: calls that rang and calls that were answered by part of the day (`rules.slots`), and how
    long it has been silent. `slot` is what that comes to: the part of the day that is clearly best, if one is."""

    __tablename__ = "habits"

    number_id: Mapped[int] = mapped_column(ForeignKey("numbers.id", ondelete="CASCADE"), primary_key=True)
    rang: Mapped[list[int]] = mapped_column(server_default="[0, 0, 0]")
    answered: Mapped[list[int]] = mapped_column(server_default="[0, 0, 0]")
    slot: Mapped[str | None] = mapped_column(String(12))
    unanswered: Mapped[int] = mapped_column(default=0, server_default="0")  # broadcasts in a row
    silent_since: Mapped[datetime | None]


class Delivery(Base):
    """The obligation to get one thing to one number by one kind of channel (house.md 2).

    Claimed by a conditional update that raises `fence` and sets `lease_until`; every later write names the fence. What it
    points to is not checked row by row, a million are written at once: who reads it stands what is gone.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        # The member first: the same key finds what is owed to somebody.
        UniqueConstraint("member_id", "broadcast_id", "kind"),
        Index("uq_deliveries_dedupe", "dedupe", unique=True, postgresql_where=text("dedupe IS NOT NULL")),
        Index("ix_deliveries_report_id", "report_id", postgresql_where=text("report_id IS NOT NULL")),
        # Those of one broadcast lie together: pages are found, not rows, and writing it costs nothing.
        Index(
            "ix_deliveries_broadcast",
            "broadcast_id",
            postgresql_using="brin",
            postgresql_ops={"broadcast_id": "int8_minmax_multi_ops"},
            postgresql_with={"pages_per_range": 32, "autosummarize": True},
        ),
        Index(
            "ix_deliveries_due",
            "kind",
            "priority",
            "due_at",
            postgresql_where=text("reason <> 'broadcast' AND state IN ('queued', 'held')"),
        ),
        # What a broadcast still owes as single rows, in the order in which it is claimed, so that a claim of ten reads ten
        # of a million that are due alike; what stands in a batch is found by its key.
        Index(
            "ix_deliveries_round",
            "broadcast_id",
            "kind",
            "due_at",
            "id",
            postgresql_where=text(
                "batch_id IS NULL AND reason = 'broadcast' AND state IN ('queued', 'held')"
            ),
        ),
        Index("ix_deliveries_lease", "lease_until", postgresql_where=text("state = 'sending'")),
        # Calls back, replies, whom nobody knows; what a broadcast owes is found by its member.
        Index(
            "ix_deliveries_number",
            "number_id",
            postgresql_where=text("reason <> 'broadcast' OR member_id IS NULL"),
        ),
        # To reporters who stay unnamed: what is still tied to a report.
        Index("ix_deliveries_unnamed", "id", postgresql_where=text("dedupe LIKE 'unnamed:%'")),
    )

    id: Mapped[Key]
    reason: Mapped[DeliveryReason] = mapped_column(Word(DeliveryReason))
    kind: Mapped[str] = mapped_column(String(8))
    priority: Mapped[int] = mapped_column(default=5)
    broadcast_id: Mapped[int | None] = mapped_column(unchecked("broadcasts.id"))
    report_id: Mapped[int | None] = mapped_column(unchecked("reports.id"))
    answer_id: Mapped[int | None] = mapped_column(unchecked("answers.id"))
    staff_id: Mapped[int | None] = mapped_column(unchecked("staff.id"))
    subject_id: Mapped[int | None]  # the unit's day or the roll-up that it is about
    member_id: Mapped[int | None] = mapped_column(unchecked("members.id"))
    number_id: Mapped[int] = mapped_column(unchecked("numbers.id"))
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
    evidence: Mapped[str | None] = mapped_column(
        String(12)
    )  # of heard: key, played, estimated (`rules.hearing`)
    batch_id: Mapped[int | None]  # while it waits in a batch; no key: a million are written at once
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Attempt(Base):
    """One try at a delivery, written before the provider is asked; never rewritten, ended by one outcome."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("delivery_id", "try_number"),
        Index(
            "uq_attempts_provider_id",
            "provider",
            "provider_id",
            unique=True,
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
        Index(
            "ix_attempts_open",
            "line",
            "placed_at",
            postgresql_where=text("outcome IN ('pending', 'accepted')"),
        ),
        Index("ix_attempts_number_at", "number_id", "placed_at"),
        Index("ix_attempts_unknown", "placed_at", postgresql_where=text("outcome = 'unknown'")),
        # Over, and something is still kept back for it.
        Index(
            "ix_attempts_kept_back",
            "id",
            postgresql_where=text("estimate IS NOT NULL AND (cost IS NOT NULL OR ended_at IS NOT NULL)"),
        ),
        Index("ix_attempts_placed_at", "placed_at", postgresql_using="brin"),  # written in the order of time
    )

    id: Mapped[Key]
    # A thousand are written at once, by whoever holds the batch; to check each would lock and write every delivery.
    delivery_id: Mapped[int] = mapped_column(unchecked("deliveries.id"))
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
    estimate: Mapped[Decimal | None] = mapped_column(
        Numeric(12, 4)
    )  # kept back before the provider was asked
    asked_at: Mapped[datetime | None]  # when the provider was last asked what became of it


class Pace(Base):
    """A line that is closed for a while, and why; how fast it goes is kept in Redis (`gateway.pace`)."""

    __tablename__ = "paces"

    line: Mapped[str] = mapped_column(String(24), primary_key=True)
    closed_until: Mapped[datetime | None]
    closed_reason: Mapped[str | None] = mapped_column(String(48))


class Setting(Base):
    """What staff may change while it runs, a row each: the demo's marks, ceilings, the kill switch."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(48), primary_key=True)
    value: Mapped[JsonDict]
