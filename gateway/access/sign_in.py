"""Signing in and staying signed in: rows on the server, a token in the browser, its hash with us (reliability.md C12).

A new token at each sign-in and at each change of what it may; it ends after 12 idle hours (administrators: 30 minutes),
after seven days, or when it is revoked. Failures are counted by `gateway.access.rates`; the answer and its time are the
same whether or not the account exists (C11).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import g, request

from gateway.access import duties, rates, tokens
from gateway.access.passwords import is_password
from gateway.access.permissions import Role
from gateway.access.rates import WaitFirst, wait_after
from gateway.access.tokens import ABSOLUTE, clear_cookie, is_https, set_cookie
from gateway.access.viewer import Viewer
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import SignIn, Staff, Unit
from gateway.runtime import Runtime
from gateway.store import audit, sign_ins, staff

__all__ = [
    "Entered",
    "WaitFirst",
    "clear_cookie",
    "is_https",
    "set_cookie",
    "sign_in",
    "sign_out",
    "wait_after",
]

logger = logging.getLogger(__name__)

IDLE, ADMINISTRATOR_IDLE, HALF = timedelta(hours=12), timedelta(minutes=30), timedelta(minutes=10)
SEEN_EVERY = timedelta(minutes=1)
ATTACK, ATTACK_WINDOW = 30, timedelta(hours=1)


@dataclass(frozen=True)
class Entered:
    """A new sign-in. `known` is for a browser that was not known before; `needs_code` opens only the page for the code."""

    token: str
    known: str | None = None
    needs_code: bool = False


def sign_in(
    rt: Runtime, email: str, password: str, address: str, known: Sequence[str] = (), browser: str = ""
) -> Entered | None:
    """Return a new sign-in, or None where e-mail and password do not belong together.

    `known` are the tokens of a browser that was here before. Raises WaitFirst where this browser, or the stranger's
    network, has failed too often; then no password is looked at.
    """
    now = rt.clock()
    with unit_of_work(rt.engine) as unit:
        person = staff.find_by_email(unit.db, email)
        known_hash = find_known(unit, person, known)
        bucket = bucket_of(rt, known_hash, email, address)
        failure_id = rates.begin_try(unit.db, bucket, now)
        kept = person.password_hash if person and person.disabled_at is None else None
    # Outside the unit of work: a tenth of a second of hashing should hold no connection.
    is_right = is_password(kept, password)
    with unit_of_work(rt.engine) as unit:
        if not is_right or person is None:
            _note_failure(unit, person, now)
            return None
        sign_ins.forget_failure(unit.db, failure_id)
        if person.totp_since is not None:
            return Entered(_add(unit, person, now, browser), needs_code=True)
        return enter(unit, person, now, browser, known_hash is not None)


def enter(
    unit: UnitOfWork,
    person: Staff,
    now: datetime,
    browser: str,
    is_known: bool,
    second_factor_at: datetime | None = None,
) -> Entered:
    """Sign this person in, whoever has made sure that it is they; their browser is known from now on."""
    token = _add(unit, person, now, browser, second_factor_at)
    new = None if is_known else tokens.new_token()
    if new is not None:
        sign_ins.remember_browser(unit.db, person.id, tokens.hash_of(new), now)
    staff.add_audit(unit.db, person.id, "sign-in", now, is_known=is_known)
    return Entered(token, new)


def is_own_password(rt: Runtime, viewer: Viewer, password: str) -> bool:
    """Ask a signed-in person once more, before a deed that a browser left open must not do. Raises WaitFirst."""
    with unit_of_work(rt.engine) as unit:
        kept = staff.get_staff(unit.db, viewer.staff_id).password_hash
        failure_id = rates.begin_try(unit.db, rates.of_own_password(rt, viewer.staff_id), rt.clock())
    if not is_password(kept, password):
        return False
    with unit_of_work(rt.engine) as unit:
        sign_ins.forget_failure(unit.db, failure_id)
    return True


def sign_out(rt: Runtime, viewer: Viewer, everywhere: bool = False) -> None:
    """End this sign-in, or all of this person's."""
    with unit_of_work(rt.engine) as unit:
        only = None if everywhere else viewer.sign_in_id
        sign_ins.revoke_sign_ins(unit.db, viewer.staff_id, rt.clock(), only)
        if everywhere:
            sign_ins.forget_browsers(unit.db, viewer.staff_id)
        staff.add_audit(
            unit.db, viewer.staff_id, "sign-out-everywhere" if everywhere else "sign-out", rt.clock()
        )


def renew(rt: Runtime, viewer: Viewer, second_factor_at: datetime | None = None) -> str:
    """Give this browser a new token and end every other sign-in: what it may has changed (C12)."""
    now = rt.clock()
    with unit_of_work(rt.engine) as unit:
        kept = unit.db.get_one(SignIn, viewer.sign_in_id)
        token = tokens.new_token()
        kept.token_hash = tokens.hash_of(token)
        kept.second_factor_at = second_factor_at or kept.second_factor_at
        sign_ins.revoke_other_sign_ins(unit.db, viewer.staff_id, kept.id, now)
    return token


def alive(now: datetime) -> sign_ins.Alive:
    """Return since when a sign-in must have been made and used."""
    return sign_ins.Alive(now - ABSOLUTE, now - IDLE, now - ADMINISTRATOR_IDLE)


def viewer_of_request(rt: Runtime) -> Viewer | None:
    """Return who sent this request; looked up once a request. A page that asks for news by itself is not use."""
    if "viewer" not in g:
        token = request.cookies.get(tokens.cookie_name(rt))
        is_used = request.args.get("fragment") != "1"
        g.viewer = viewer_of_token(rt, token, is_used) if token else None
    found: Viewer | None = g.viewer
    return found


def viewer_of_token(rt: Runtime, token: str, is_used: bool = True) -> Viewer | None:
    """Return whose token this is, while it is good; notes that it was used, at most once a minute."""
    now = rt.clock()
    with unit_of_work(rt.engine) as unit:
        found = sign_ins.find_sign_in(unit.db, tokens.hash_of(token), alive(now))
        if found is None:
            return None
        kept, person, place = found
        if is_used and now - kept.seen_at > SEEN_EVERY:
            kept.seen_at = now
        return _viewer(kept, person, place, duties.of(unit.db, person, place, now))


def _viewer(kept: SignIn, person: Staff, place: Unit, duty: duties.Duty) -> Viewer:
    return Viewer(
        staff_id=person.id,
        name=person.name,
        role=Role(person.role),
        unit_id=place.id,
        unit_path=place.path,
        locale=person.locale,
        unit_name=place.name,
        sign_in_id=kept.id,
        has_keys_off=person.has_keys_off,
        must=duty.must,
        second_factor_by=duty.second_factor_by,
    )


def _add(
    unit: UnitOfWork, person: Staff, now: datetime, browser: str, second_factor_at: datetime | None = None
) -> str:
    token = tokens.new_token()
    sign_ins.add_sign_in(unit.db, person.id, tokens.hash_of(token), now, browser, second_factor_at)
    return token


def find_known(unit: UnitOfWork, person: Staff | None, known: Sequence[str]) -> bytes | None:
    """Return by which token this browser is known as this person's; the same query for an account that does not exist."""
    hashes = [tokens.hash_of(each) for each in known]
    return sign_ins.find_known(unit.db, hashes, person.id if person else 0)


def is_known_browser(rt: Runtime, known: Sequence[str]) -> bool:
    """Whether anybody signed in with this browser before: it is not held back with the strangers of its address."""
    hashes = [tokens.hash_of(each) for each in known]
    with unit_of_work(rt.engine) as unit:
        return sign_ins.is_any_known(unit.db, hashes)


def bucket_of(rt: Runtime, known_hash: bytes | None, email: str, address: str) -> rates.Bucket:
    """Return where a try counts: with a known browser by itself, else with the strangers of its network."""
    if known_hash is not None:
        return rates.of_known_browser(rt, known_hash)
    return rates.of_stranger(rt, email, address)


def _note_failure(unit: UnitOfWork, person: Staff | None, now: datetime) -> None:
    """Note it under the account, and once more when somebody tries one account very often from many places."""
    subject_id, place = (person.id, person.unit_id) if person else (0, None)
    about = {"subject": "staff", "subject_id": subject_id or None, "unit_id": place}
    staff.add_audit(unit.db, None, "sign-in-failed", now, **about)  # type: ignore[arg-type]
    unit.db.flush()
    if audit.count_about(unit.db, "sign-in-failed", "staff", subject_id, now - ATTACK_WINDOW) == ATTACK:
        staff.add_audit(unit.db, None, "sign-in-attack", now, **about)  # type: ignore[arg-type]
        logger.warning("somebody tries one account very often failures=%s", ATTACK)
    logger.info("sign-in failed")
