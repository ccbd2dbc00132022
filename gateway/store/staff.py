"""Staff, their sign-ins and failures, and the log of what they did and looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from gateway.errors import Conflict, NotFound
from gateway.models import AuditEntry, SignIn, SignInFailure, Staff, Unit
from gateway.rules.escalation import ancestors
from gateway.store.units import is_under


def plain_email(email: str) -> str:
    """Return the form in which an address is kept and compared."""
    return email.strip().casefold()


def find_by_email(db: Session, email: str) -> Staff | None:
    return db.scalar(select(Staff).where(Staff.email == plain_email(email)))


def get_by_email(db: Session, email: str) -> Staff:
    found = find_by_email(db, email)
    if found is None:
        raise NotFound("nobody of staff has this e-mail address")
    return found


def get_staff(db: Session, staff_id: int) -> Staff:
    found = db.get(Staff, staff_id)
    if found is None:
        raise NotFound("there is no such person of staff")
    return found


def add_staff(
    db: Session, email: str, name: str, role: str, unit_id: int, password_hash: str | None, now: datetime
) -> Staff:
    """Add a person of staff; raises Conflict where the address is taken."""
    if find_by_email(db, email) is not None:
        raise Conflict("somebody of staff has this e-mail address already")
    person = Staff(
        email=plain_email(email),
        name=name,
        role=role,
        unit_id=unit_id,
        password_hash=password_hash,
        created_at=now,
    )
    db.add(person)
    db.flush()
    return person


def list_staff(db: Session, path: str) -> Sequence[Staff]:
    """List who works at or below this path and has not been disabled, by name."""
    query = select(Staff).join(Unit, Unit.id == Staff.unit_id).where(is_under(Unit.path, path))
    return db.scalars(query.where(Staff.disabled_at.is_(None)).order_by(Staff.name)).all()


def names_of(db: Session, staff_ids: Sequence[int]) -> dict[int, str]:
    """Return the names of these people by id, also of those who have left."""
    rows = db.execute(select(Staff.id, Staff.name).where(Staff.id.in_(set(staff_ids))))
    return {row.id: row.name for row in rows}


def set_locale(db: Session, staff_id: int, locale: str) -> None:
    db.execute(update(Staff).where(Staff.id == staff_id).values(locale=locale))


def set_password(db: Session, staff_id: int, password_hash: str) -> None:
    db.execute(update(Staff).where(Staff.id == staff_id).values(password_hash=password_hash))


def add_sign_in(db: Session, staff_id: int, token_hash: bytes, now: datetime) -> None:
    db.add(SignIn(token_hash=token_hash, staff_id=staff_id, created_at=now, seen_at=now))


def find_sign_in(
    db: Session, token_hash: bytes, created_after: datetime, seen_after: datetime
) -> tuple[SignIn, Staff, Unit] | None:
    """Return the sign-in of this token with its person and their unit, while all three are good."""
    row = db.execute(
        select(SignIn, Staff, Unit)
        .join(Staff, Staff.id == SignIn.staff_id)
        .join(Unit, Unit.id == Staff.unit_id)
        .where(SignIn.token_hash == token_hash, SignIn.revoked_at.is_(None), Staff.disabled_at.is_(None))
        .where(SignIn.created_at > created_after, SignIn.seen_at > seen_after)
    ).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def revoke_sign_ins(db: Session, staff_id: int, now: datetime, only_id: int | None = None) -> None:
    """End one sign-in of this person, or all of them."""
    query = update(SignIn).where(SignIn.staff_id == staff_id, SignIn.revoked_at.is_(None))
    if only_id is not None:
        query = query.where(SignIn.id == only_id)
    db.execute(query.values(revoked_at=now))


def lock_account(db: Session, account_hash: bytes) -> None:
    """Let tries at one account pass one after the other until the end of this transaction."""
    key = int.from_bytes(account_hash[:8], signed=True)
    db.execute(select(func.pg_advisory_xact_lock(key)))


def add_failure(db: Session, account_hash: bytes, address: str, now: datetime) -> int:
    failure = SignInFailure(account_hash=account_hash, address=address, at=now)
    db.add(failure)
    db.flush()
    return failure.id


def forget_failure(db: Session, failure_id: int) -> None:
    db.execute(delete(SignInFailure).where(SignInFailure.id == failure_id))


def failures_of_account(db: Session, account_hash: bytes, after: datetime) -> list[datetime]:
    query = select(SignInFailure.at).where(
        SignInFailure.account_hash == account_hash, SignInFailure.at > after
    )
    return list(db.scalars(query.order_by(SignInFailure.at)))


def failures_of_address(db: Session, address: str, after: datetime) -> list[datetime]:
    query = select(SignInFailure.at).where(SignInFailure.address == address, SignInFailure.at > after)
    return list(db.scalars(query.order_by(SignInFailure.at)))


def add_audit(
    db: Session,
    staff_id: int | None,
    action: str,
    now: datetime,
    subject: str = "",
    subject_id: int | None = None,
    unit_id: int | None = None,
    **details: Any,
) -> None:
    """Note who did or saw what; never a number, a name or a member's words.

    `unit_id` is where the subject belongs: an auditor of that unit sees the line. Without it the line belongs to the
    unit of who did it.
    """
    db.add(
        AuditEntry(
            at=now,
            staff_id=staff_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            unit_id=unit_id,
            details=details,
        )
    )


def revoke_other_sign_ins(db: Session, staff_id: int, kept_id: int | None, now: datetime) -> None:
    """End every sign-in of this person but this one."""
    query = update(SignIn).where(
        SignIn.staff_id == staff_id, SignIn.revoked_at.is_(None), SignIn.id != kept_id
    )
    db.execute(query.values(revoked_at=now))


def list_above(db: Session, path: str) -> Sequence[Staff]:
    """List who works at this unit or above it: those who may know of what happens here."""
    query = select(Staff).join(Unit, Unit.id == Staff.unit_id).where(Unit.path.in_([path, *ancestors(path)]))
    return db.scalars(query.where(Staff.disabled_at.is_(None)).order_by(Staff.name)).all()
