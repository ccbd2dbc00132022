"""People who work at the console, their sign-ins, and the log of what they looked at and changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, JsonDict, Key, Public, new_public_id


class Staff(Base):
    """A person with a login, bound to a unit and everything under it."""

    __tablename__ = "staff"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(
        String(24)
    )  # administrator, coordinator, approver, staff, listener, auditor
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    number_id: Mapped[int | None] = mapped_column(ForeignKey("numbers.id"))  # for test calls
    locale: Mapped[str] = mapped_column(String(8), default="en")
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class SignIn(Base):
    """One signed-in browser; only the hash of its token is kept (reliability.md C12)."""

    __tablename__ = "sign_ins"

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class SignInFailure(Base):
    """One failed sign-in, counted per account and per address (reliability.md C11)."""

    __tablename__ = "sign_in_failures"

    id: Mapped[Key]
    account_hash: Mapped[bytes] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class AuditEntry(Base):
    """Append-only: who did or saw what, when. Never a number, a name or a member's words."""

    __tablename__ = "audit_entries"

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    action: Mapped[str] = mapped_column(String(48))
    subject: Mapped[str] = mapped_column(String(48), default="")
    subject_id: Mapped[int | None]
    details: Mapped[JsonDict] = mapped_column(default=dict)
