"""How often somebody may be wrong: a growing wait, no lock, and nobody waits for another's mistakes (reliability.md C11).

A browser that this person signed in with before is counted by itself. A stranger is counted per account and network, and
per network over all accounts; so a hundred strangers who try Asha's name keep out a hundred strangers, not Asha.
"""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from gateway.errors import MemberlineError
from gateway.runtime import Runtime
from gateway.store import sign_ins, staff

WINDOW, MOST, FREE = timedelta(minutes=15), 10, 3
ADDRESS_WINDOW, ADDRESS_MOST = timedelta(hours=1), 100


class WaitFirst(MemberlineError):
    """Too many failures: the next try is heard after `seconds`."""

    code = "wait-first"

    def __init__(self, seconds: int) -> None:
        super().__init__("too many failed sign-ins")
        self.seconds = seconds


@dataclass(frozen=True)
class Bucket:
    """Where a failure counts; without an address it counts for no network."""

    key: bytes
    address: str = ""


def of_known_browser(rt: Runtime, token_hash: bytes) -> Bucket:
    return Bucket(_keyed(rt, b"browser", token_hash))


def of_stranger(rt: Runtime, email: str, address: str) -> Bucket:
    place = network_of(address)
    return Bucket(_keyed(rt, b"account", staff.plain_email(email).encode(), place.encode()), place)


def of_code(rt: Runtime, staff_id: int, where: Bucket) -> Bucket:
    """Codes of the second factor count for themselves; the same browser or network as its password."""
    return Bucket(_keyed(rt, b"code", str(staff_id).encode(), where.key), where.address)


def of_own_password(rt: Runtime, staff_id: int) -> Bucket:
    """Who is signed in and is asked for the password again."""
    return Bucket(_keyed(rt, b"own", str(staff_id).encode()))


def of_phone(rt: Runtime, staff_id: int) -> Bucket:
    """Who keys a phone code: from whatever phone, because a caller's number proves nothing (reliability.md C15)."""
    return Bucket(_keyed(rt, b"phone", str(staff_id).encode()))


def begin_try(db: Session, bucket: Bucket, now: datetime) -> int:
    """Count a try before it is looked at, so that tries made at the same moment count too; returns what to forget.

    Raises WaitFirst where there were too many; then nothing is looked at.
    """
    sign_ins.lock_account(db, bucket.key)
    wait = wait_after(sign_ins.failures_of_account(db, bucket.key, now - WINDOW), now)
    if bucket.address:
        wait = max(wait, _wait_of_address(db, bucket.address, now))
    if wait > timedelta(0):
        raise WaitFirst(int(wait.total_seconds()) + 1)
    return sign_ins.add_failure(db, bucket.key, bucket.address, now)


def wait_after(failures: list[datetime], now: datetime) -> timedelta:
    """Return how long one must wait after these failures of the last 15 minutes, oldest first.

    Three are free, then 2, 4, 8 … seconds; with ten in 15 minutes it waits until the first of them is old.
    """
    if len(failures) <= FREE:
        return timedelta(0)
    if len(failures) >= MOST:
        return failures[-MOST] + WINDOW - now
    return failures[-1] + timedelta(seconds=2 ** (len(failures) - FREE)) - now


def network_of(address: str) -> str:
    """Return what counts as one place: an IPv4 address, or the 64 bits of IPv6 that one customer is given."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)


def _wait_of_address(db: Session, address: str, now: datetime) -> timedelta:
    failures = sign_ins.failures_of_address(db, address, now - ADDRESS_WINDOW)
    is_full = len(failures) >= ADDRESS_MOST
    return failures[-ADDRESS_MOST] + ADDRESS_WINDOW - now if is_full else timedelta(0)


def _keyed(rt: Runtime, kind: bytes, *parts: bytes) -> bytes:
    return hmac.digest(rt.settings.secret_key.encode(), b"\0".join((kind, *parts)), "sha256")
