"""Days: what each unit said of its day, the roll-up of a day, and the days on which no deadline runs."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, JsonDict, Key, Public, new_public_id


class UnitDay(Base):
    """One unit's day: its lead is asked in the evening. Not answered is not the same as nothing wrong (journeys.md F13)."""

    __tablename__ = "unit_days"
    __table_args__ = (UniqueConstraint("unit_id", "day"), Index("ix_unit_days_day", "day"))

    id: Mapped[Key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    day: Mapped[date] = mapped_column(Date)
    member_id: Mapped[int | None] = mapped_column(
        ForeignKey("members.id"), index=True
    )  # the lead who is asked
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("deliveries.id"), index=True)
    asked_at: Mapped[datetime]
    said: Mapped[str | None] = mapped_column(String(12))  # nothing, something, could_not
    said_at: Mapped[datetime | None]
    streak: Mapped[int] = mapped_column(default=0)  # days in a row on which it answered, up to this one


class Rollup(Base):
    """A day as it stood when it was frozen. The next day's correction is a further version of the same day."""

    __tablename__ = "rollups"
    __table_args__ = (UniqueConstraint("day", "version"),)

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    day: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(default=1)
    since: Mapped[datetime]
    until: Mapped[datetime]
    frozen_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class RollupRow(Base):
    """A unit's own figures of a day, with everything under it. Units without any figure have no row.

    Counts of the day: received, danger, heard, answered, confirmed, reopened, unconfirmed (closed without the reporter's
    word), blank, calls, joined, left. As it stood at the end: waiting, overdue, oldest_at. Asked units: asked, nothing,
    something, could_not; silent is what is left of asked.
    """

    __tablename__ = "rollup_rows"

    rollup_id: Mapped[int] = mapped_column(ForeignKey("rollups.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    received: Mapped[int] = mapped_column(default=0)
    danger: Mapped[int] = mapped_column(default=0)
    heard: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    confirmed: Mapped[int] = mapped_column(default=0)
    reopened: Mapped[int] = mapped_column(default=0)
    unconfirmed: Mapped[int] = mapped_column(default=0)
    blank: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    overdue: Mapped[int] = mapped_column(default=0)
    oldest_at: Mapped[datetime | None]
    asked: Mapped[int] = mapped_column(default=0)
    nothing: Mapped[int] = mapped_column(default=0)
    something: Mapped[int] = mapped_column(default=0)
    could_not: Mapped[int] = mapped_column(default=0)
    calls: Mapped[int] = mapped_column(default=0)
    joined: Mapped[int] = mapped_column(default=0)
    left: Mapped[int] = mapped_column(default=0)
    categories: Mapped[JsonDict] = mapped_column(
        default=dict
    )  # received by two-digit code; "" where none was given


class Holiday(Base):
    """A day on which no deadline runs for this unit and all under it; danger knows no holidays."""

    __tablename__ = "holidays"
    __table_args__ = (UniqueConstraint("unit_id", "day"),)

    id: Mapped[Key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    day: Mapped[date] = mapped_column(Date)
    name: Mapped[str] = mapped_column(String(120))
