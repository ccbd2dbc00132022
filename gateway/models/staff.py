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
    sealed_totp: Mapped[bytes | None]  # the shared secret of the second factor
    totp_since: Mapped[datetime | None]  # confirmed by a first right code
    totp_step: Mapped[int | None]  # the last time step that was used: a code works once
    must_change_password: Mapped[bool] = mapped_column(default=False, server_default="false")
    languages: Mapped[list[str]] = mapped_column(
        default=list, server_default="[]"
    )  # understood: reports find them
    has_keys_off: Mapped[bool] = mapped_column(
        default=False, server_default="false"
    )  # no single-key shortcuts
    brief: Mapped[str] = mapped_column(
        String(8), default="", server_default=""
    )  # the roll-up by sms, voice, both
    phone_code_hash: Mapped[str | None] = mapped_column(String(200))  # keyed on the phone to pause and stop


class SignIn(Base):
    """One signed-in browser; only the hash of its token is kept (reliability.md C12)."""

    __tablename__ = "sign_ins"

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    browser: Mapped[str] = mapped_column(String(80), default="", server_default="")  # "Firefox on Android"
    second_factor_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignInFailure(Base):
    """One failed sign-in, counted per account and per address (reliability.md C11)."""

    __tablename__ = "sign_in_failures"

    id: Mapped[Key]
    account_hash: Mapped[bytes] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class KnownBrowser(Base):
    """A browser that this person signed in with before: its failures are counted apart, so that nobody else's tries
    can keep them out (issue 3, 7)."""

    __tablename__ = "known_browsers"

    id: Mapped[Key]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    at: Mapped[datetime]


class RecoveryCode(Base):
    """A code on paper for the day the phone is lost; used once."""

    __tablename__ = "recovery_codes"

    id: Mapped[Key]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    code_hash: Mapped[bytes]
    used_at: Mapped[datetime | None]


class Invitation(Base):
    """A link that lets one person choose a password: a new colleague's, or one who forgot theirs."""

    __tablename__ = "invitations"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)  # who is invited
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class AuditSeal(Base):
    """A link of the chain of hashes over the audit log up to an entry: what was altered later shows (reliability.md C24)."""

    __tablename__ = "audit_seals"

    id: Mapped[Key]
    last_entry_id: Mapped[int]
    marks: Mapped[bytes]  # of each entry since the seal before: its id and what its fields come to
    digest: Mapped[bytes]
    at: Mapped[datetime]


class AuditEntry(Base):
    """Append-only: who did or saw what, when. Never a number, a name or a member's words."""

    __tablename__ = "audit_entries"

    id: Mapped[Key]
    at: Mapped[datetime] = mapped_column(index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    action: Mapped[str] = mapped_column(String(48))
    subject: Mapped[str] = mapped_column(String(48), default="")
    subject_id: Mapped[int | None]
    unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("units.id"), index=True
    )  # where the subject belongs
    details: Mapped[JsonDict] = mapped_column(default=dict)
