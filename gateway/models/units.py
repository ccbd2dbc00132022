"""What the tree of units does not say itself: overlays across it, and what became of its nodes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, JsonDict, Key, Public, new_public_id


class Overlay(Base):
    """A second way to divide the organisation: a parliamentary constituency over units, or a wing of members.

    `unit_id` is the unit it belongs to: who sees that unit or one above it may see and change the overlay.
    """

    __tablename__ = "overlays"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(24))  # constituency (of units), wing (of members)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class OverlayUnit(Base):
    """This unit, with everything under it, lies in the overlay."""

    __tablename__ = "overlay_units"

    overlay_id: Mapped[int] = mapped_column(ForeignKey("overlays.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)


class OverlayMember(Base):
    """This member is of the overlay, wherever they live."""

    __tablename__ = "overlay_members"

    overlay_id: Mapped[int] = mapped_column(ForeignKey("overlays.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, index=True)


class UnitChange(Base):
    """One line of a unit's history: added, renamed, moved, merged, closed, opened; append-only."""

    __tablename__ = "unit_changes"

    id: Mapped[Key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    action: Mapped[str] = mapped_column(String(12))
    details: Mapped[JsonDict] = mapped_column(default=dict)


class UnitCount(Base):
    """How many open units (itself too) and members lie at or below a unit, as of the last time it was summed up."""

    __tablename__ = "unit_counts"

    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id", ondelete="CASCADE"), primary_key=True)
    units: Mapped[int] = mapped_column(default=0)
    members: Mapped[int] = mapped_column(default=0)


class UnitCountChange(Base):
    """What came to a unit or left it since then. Triggers write it (migration 0002), `store.unit_counts` sums it up.

    A row each and never an update: two who write members at once do not wait for each other at the root.
    """

    __tablename__ = "unit_count_changes"

    id: Mapped[Key]
    unit_id: Mapped[int]
    units: Mapped[int] = mapped_column(default=0)
    members: Mapped[int] = mapped_column(default=0)
