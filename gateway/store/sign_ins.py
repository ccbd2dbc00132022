"""Signed-in browsers, browsers that are known, and failed tries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, case, delete, func, or_, select, update
from sqlalchemy.orm import Session

from gateway.models import KnownBrowser, SignIn, SignInFailure, Staff, Unit

MOST_KNOWN = 20  # browsers of one person that are remembered


@dataclass(frozen=True)
class Alive:
    """Since when a sign-in must have been made and used; administrators' end sooner when nobody uses them."""

    created_after: datetime
    seen_after: datetime
    administrator_seen_after: datetime


def add_sign_in(
    db: Session,
    staff_id: int,
    token_hash: bytes,
    now: datetime,
    browser: str = "",
    second_factor_at: datetime | None = None,
) -> None:
    db.add(
        SignIn(
            token_hash=token_hash,
            staff_id=staff_id,
            created_at=now,
            seen_at=now,
            browser=browser,
            second_factor_at=second_factor_at,
        )
    )


def find_sign_in(db: Session, token_hash: bytes, alive: Alive) -> tuple[SignIn, Staff, Unit] | None:
    """Return the sign-in of this token with its person and their unit, while all three are good.

    One that still lacks the second factor is not good.
    """
    is_whole = or_(Staff.totp_since.is_(None), SignIn.second_factor_at.is_not(None))
    row = db.execute(_of_token(token_hash).where(is_whole, *_alive(alive))).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def find_half(db: Session, token_hash: bytes, created_after: datetime) -> tuple[SignIn, Staff] | None:
    """Return a sign-in that waits for its second factor."""
    row = db.execute(
        _of_token(token_hash)
        .where(Staff.totp_since.is_not(None), SignIn.second_factor_at.is_(None))
        .where(SignIn.created_at > created_after)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def list_open(db: Session, staff_id: int, alive: Alive) -> Sequence[SignIn]:
    """List the browsers in which this person is signed in, the last used first."""
    query = select(SignIn).join(Staff, Staff.id == SignIn.staff_id).where(SignIn.staff_id == staff_id)
    query = query.where(SignIn.revoked_at.is_(None), *_alive(alive))
    return db.scalars(query.order_by(SignIn.seen_at.desc())).all()


def revoke_sign_ins(db: Session, staff_id: int, now: datetime, only_id: int | None = None) -> int:
    """End one sign-in of this person, or all of them; returns how many ended."""
    query = update(SignIn).where(SignIn.staff_id == staff_id, SignIn.revoked_at.is_(None))
    if only_id is not None:
        query = query.where(SignIn.id == only_id)
    return len(db.scalars(query.values(revoked_at=now).returning(SignIn.id)).all())


def revoke_other_sign_ins(db: Session, staff_id: int, kept_id: int | None, now: datetime) -> None:
    """End every sign-in of this person but this one."""
    query = update(SignIn).where(
        SignIn.staff_id == staff_id, SignIn.revoked_at.is_(None), SignIn.id != kept_id
    )
    db.execute(query.values(revoked_at=now))


def find_known(db: Session, token_hashes: Sequence[bytes], staff_id: int) -> bytes | None:
    """Return which of these tokens says that this person signed in with the browser before."""
    query = select(KnownBrowser.token_hash).where(KnownBrowser.token_hash.in_(token_hashes))
    return db.scalar(query.where(KnownBrowser.staff_id == staff_id).limit(1))


def is_any_known(db: Session, token_hashes: Sequence[bytes]) -> bool:
    """Whether one of these tokens is of a browser that somebody signed in with."""
    query = select(KnownBrowser.id).where(KnownBrowser.token_hash.in_(token_hashes))
    return db.scalar(query.limit(1)) is not None


def remember_browser(db: Session, staff_id: int, token_hash: bytes, now: datetime) -> None:
    """Know this browser from now on; of very many the oldest are forgotten."""
    db.add(KnownBrowser(token_hash=token_hash, staff_id=staff_id, at=now))
    db.flush()
    newest = select(KnownBrowser.id).where(KnownBrowser.staff_id == staff_id)
    newest = newest.order_by(KnownBrowser.at.desc(), KnownBrowser.id.desc()).limit(MOST_KNOWN)
    db.execute(delete(KnownBrowser).where(KnownBrowser.staff_id == staff_id, KnownBrowser.id.not_in(newest)))


def forget_browsers(db: Session, staff_id: int) -> None:
    db.execute(delete(KnownBrowser).where(KnownBrowser.staff_id == staff_id))


def lock_account(db: Session, key: bytes) -> None:
    """Let tries that count together pass one after the other until the end of this transaction."""
    db.execute(select(func.pg_advisory_xact_lock(int.from_bytes(key[:8], signed=True))))


def add_failure(db: Session, key: bytes, address: str, now: datetime) -> int:
    failure = SignInFailure(account_hash=key, address=address, at=now)
    db.add(failure)
    db.flush()
    return failure.id


def forget_failure(db: Session, failure_id: int) -> None:
    db.execute(delete(SignInFailure).where(SignInFailure.id == failure_id))


def failures_of_account(db: Session, key: bytes, after: datetime) -> list[datetime]:
    query = select(SignInFailure.at).where(SignInFailure.account_hash == key, SignInFailure.at > after)
    return list(db.scalars(query.order_by(SignInFailure.at)))


def failures_of_address(db: Session, address: str, after: datetime) -> list[datetime]:
    query = select(SignInFailure.at).where(SignInFailure.address == address, SignInFailure.at > after)
    return list(db.scalars(query.order_by(SignInFailure.at)))


def _of_token(token_hash: bytes) -> Select[SignIn, Staff, Unit]:
    return (
        select(SignIn, Staff, Unit)
        .join(Staff, Staff.id == SignIn.staff_id)
        .join(Unit, Unit.id == Staff.unit_id)
        .where(SignIn.token_hash == token_hash, SignIn.revoked_at.is_(None), Staff.disabled_at.is_(None))
    )


def _alive(alive: Alive) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    is_administrator = Staff.role == "administrator"
    seen_after = case((is_administrator, alive.administrator_seen_after), else_=alive.seen_after)
    return SignIn.created_at > alive.created_after, SignIn.seen_at > seen_after
