"""Signing in and staying signed in: rows on the server, a token in the browser, its hash with us (reliability.md C12).

A new token at each sign-in; it ends after 12 idle hours, after seven days, or when it is revoked. Failures are counted
in SQL per account and per address (C11): a growing wait, no lock, the same answer whether or not the account exists.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from datetime import datetime, timedelta

from flask import Response, g, request
from sqlalchemy.orm import Session

from gateway.access.passwords import is_password
from gateway.access.permissions import Role
from gateway.access.viewer import Viewer
from gateway.db import unit_of_work
from gateway.errors import MemberlineError
from gateway.models import SignIn, Staff, Unit
from gateway.runtime import Runtime
from gateway.store import staff

logger = logging.getLogger(__name__)

IDLE, ABSOLUTE = timedelta(hours=12), timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
ACCOUNT_WINDOW, ACCOUNT_FAILURES, FREE_FAILURES = timedelta(minutes=15), 10, 3
ADDRESS_WINDOW, ADDRESS_FAILURES = timedelta(hours=1), 100


class WaitFirst(MemberlineError):
    """Too many failures: the next try is heard after `seconds`."""

    code = "wait-first"

    def __init__(self, seconds: int) -> None:
        super().__init__("too many failed sign-ins")
        self.seconds = seconds


def sign_in(rt: Runtime, email: str, password: str, address: str) -> str | None:
    """Return a new token, or None where e-mail and password do not belong together.

    Raises WaitFirst where this account or address has failed too often; then no password is looked at.
    """
    now, account = rt.clock(), _account_hash(rt, email)
    with unit_of_work(rt.engine) as unit:
        staff.lock_account(unit.db, account)
        wait = _wait(unit.db, account, address, now)
        if wait > timedelta(0):
            raise WaitFirst(int(wait.total_seconds()) + 1)
        # Counted before the password is looked at, so that tries made at the same moment count too.
        failure_id = staff.add_failure(unit.db, account, address, now)
        person = staff.find_by_email(unit.db, email)
        kept = person.password_hash if person and person.disabled_at is None else None
    # Outside the unit of work: a tenth of a second of hashing should hold no connection.
    is_right = is_password(kept, password)
    with unit_of_work(rt.engine) as unit:
        if not is_right or person is None:
            staff.add_audit(unit.db, None, "sign-in-failed", now)
            logger.info("sign-in failed")
            return None
        staff.forget_failure(unit.db, failure_id)
        token = secrets.token_urlsafe(32)
        staff.add_sign_in(unit.db, person.id, _token_hash(token), now)
        staff.add_audit(unit.db, person.id, "sign-in", now)
    return token


def sign_out(rt: Runtime, viewer: Viewer, everywhere: bool = False) -> None:
    """End this sign-in, or all of this person's."""
    with unit_of_work(rt.engine) as unit:
        only = None if everywhere else viewer.sign_in_id
        staff.revoke_sign_ins(unit.db, viewer.staff_id, rt.clock(), only)
        staff.add_audit(
            unit.db, viewer.staff_id, "sign-out-everywhere" if everywhere else "sign-out", rt.clock()
        )


def viewer_of_request(rt: Runtime) -> Viewer | None:
    """Return who sent this request; looked up once a request."""
    if "viewer" not in g:
        token = request.cookies.get(cookie_name(rt))
        g.viewer = viewer_of_token(rt, token) if token else None
    found: Viewer | None = g.viewer
    return found


def viewer_of_token(rt: Runtime, token: str) -> Viewer | None:
    """Return whose token this is, while it is good; notes that it was used, at most once a minute."""
    now = rt.clock()
    with unit_of_work(rt.engine) as unit:
        found = staff.find_sign_in(
            unit.db, _token_hash(token), created_after=now - ABSOLUTE, seen_after=now - IDLE
        )
        if found is None:
            return None
        kept, person, place = found
        if now - kept.seen_at > SEEN_EVERY:
            kept.seen_at = now
    return _viewer(kept, person, place)


def set_cookie(rt: Runtime, response: Response, token: str) -> None:
    """Give the browser its token."""
    response.set_cookie(
        cookie_name(rt),
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        secure=is_https(rt),
        httponly=True,
        samesite="Lax",
    )


def clear_cookie(rt: Runtime, response: Response) -> None:
    response.delete_cookie(cookie_name(rt), path="/", secure=is_https(rt), httponly=True, samesite="Lax")


def is_https(rt: Runtime) -> bool:
    return rt.settings.public_url.startswith("https:")


def cookie_name(rt: Runtime) -> str:
    """`__Host-` binds a cookie to exactly this host; browsers take it only over https."""
    return "__Host-memberline" if is_https(rt) else "memberline"


def _viewer(kept: SignIn, person: Staff, place: Unit) -> Viewer:
    return Viewer(
        staff_id=person.id,
        name=person.name,
        role=Role(person.role),
        unit_id=place.id,
        unit_path=place.path,
        locale=person.locale,
        unit_name=place.name,
        sign_in_id=kept.id,
    )


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _account_hash(rt: Runtime, email: str) -> bytes:
    return hmac.digest(
        rt.settings.secret_key.encode(), b"account " + staff.plain_email(email).encode(), "sha256"
    )


def _wait(db: Session, account: bytes, address: str, now: datetime) -> timedelta:
    of_account = staff.failures_of_account(db, account, now - ACCOUNT_WINDOW)
    of_address = staff.failures_of_address(db, address, now - ADDRESS_WINDOW)
    return max(
        wait_after(of_account, now),
        of_address[-ADDRESS_FAILURES] + ADDRESS_WINDOW - now
        if len(of_address) >= ADDRESS_FAILURES
        else timedelta(0),
    )


def wait_after(failures: list[datetime], now: datetime) -> timedelta:
    """Return how long an account must wait after these failures of the last 15 minutes, oldest first.

    Three are free, then 2, 4, 8 … seconds; with ten in 15 minutes it waits until the first of them is old.
    """
    if len(failures) <= FREE_FAILURES:
        return timedelta(0)
    if len(failures) >= ACCOUNT_FAILURES:
        return failures[-ACCOUNT_FAILURES] + ACCOUNT_WINDOW - now
    return failures[-1] + timedelta(seconds=2 ** (len(failures) - FREE_FAILURES)) - now
