"""What the law asks for: notices, scrubs, erasures, purges, breaches (rules.md L5, L8, L12 to L14)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, JsonDict, Key, Public, new_public_id


class Notice(Base):
    """One version of the words a person agrees to, in one language, with the hash of the sound they heard."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("name", "language", "text_hash", "sound_hash"),)

    id: Mapped[Key]
    name: Mapped[str] = mapped_column(String(80))  # the prompt, e.g. join.notice
    language: Mapped[str] = mapped_column(String(8))
    text_hash: Mapped[str] = mapped_column(String(64))
    sound_hash: Mapped[str] = mapped_column(String(64), default="")  # "" where it was read, not heard
    text: Mapped[str] = mapped_column(String(4000))
    since: Mapped[datetime]


class Scrub(Base):
    """One round with the operator's do-not-disturb register: a file of numbers out, the listed ones back (L8)."""

    __tablename__ = "scrubs"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    broadcast_id: Mapped[int | None] = mapped_column(ForeignKey("broadcasts.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    asked: Mapped[int] = mapped_column(default=0)
    listed: Mapped[int | None]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]


class Erasure(Base):
    """A member who asked to be forgotten: sealed at once under a key of its own, purged when the floor is reached (L12)."""

    __tablename__ = "erasures"

    id: Mapped[Key]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), unique=True)
    how: Mapped[str] = mapped_column(String(24))  # key, sms, staff
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    sealed: Mapped[bytes | None]
    number_ids: Mapped[list[int]] = mapped_column(default=list, server_default="[]")  # still to be forgotten
    at: Mapped[datetime]
    purge_after: Mapped[datetime]
    purged_at: Mapped[datetime | None]


class RightsRequest(Base):
    """A member says that something we keep is wrong, or asks to be forgotten: staff, or a call of ours, settle it."""

    __tablename__ = "rights_requests"
    __table_args__ = (
        Index("ix_rights_requests_open", "number_id", postgresql_where=text("done_at IS NULL")),
    )

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    kind: Mapped[str] = mapped_column(String(12))  # correction, erasure
    how: Mapped[str] = mapped_column(String(12))  # key, sms, staff
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)  # None: not said who
    number_id: Mapped[int | None] = mapped_column(ForeignKey("numbers.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    voice_note_id: Mapped[int | None] = mapped_column(ForeignKey("voice_notes.id"))
    sealed_text: Mapped[bytes | None]
    at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(12))  # done, kept, erased
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class Purge(Base):
    """What one run of the retention job did away with, by kind (L13)."""

    __tablename__ = "purges"

    id: Mapped[Key]
    at: Mapped[datetime]
    profile: Mapped[str] = mapped_column(String(24))
    counts: Mapped[JsonDict] = mapped_column(default=dict)
    finished_at: Mapped[datetime | None]  # None: it goes on where it was cut off


class Breach(Base):
    """Personal data that got out: whom it is about, and the 72 hours in which the board is told (L14)."""

    __tablename__ = "breaches"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    title: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    what: Mapped[JsonDict] = mapped_column(default=dict)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    noticed_at: Mapped[datetime]
    board_told_at: Mapped[datetime | None]
    members_told_at: Mapped[datetime | None]
    broadcast_ids: Mapped[list[int]] = mapped_column(default=list, server_default="[]")
    closed_at: Mapped[datetime | None]


class BreachMember(Base):
    """A member whom a breach is about."""

    __tablename__ = "breach_members"

    breach_id: Mapped[int] = mapped_column(ForeignKey("breaches.id"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, index=True)


class VaultKey(Base):
    """A key that seals, itself sealed by the secret outside the database; rotation adds one and retires the last."""

    __tablename__ = "vault_keys"

    id: Mapped[Key]
    purpose: Mapped[str] = mapped_column(String(12))  # seal, index, erased, files
    wrapped: Mapped[bytes]
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
