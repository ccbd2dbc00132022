"""Passwords: argon2id, at most four at once, because each takes 64 MiB (console.md 4, reliability.md C11)."""

from __future__ import annotations

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from gateway.access.password_rules import SHORTEST as SHORTEST

_AT_ONCE = BoundedSemaphore(4)
_HASHER = PasswordHasher()
# Of a random word nobody kept, made with the same parameters: an unknown account takes as long as a known one.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$/ga95qcvO83QPqlrjj7FUQ$q2p1fpXOrpt4oqAz5OGxPlJPbvcvxGHogqYAHLh21i4"


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    with _AT_ONCE:
        return _HASHER.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Say whether this is the password; takes the same time where there is no account."""
    with _AT_ONCE:
        try:
            return _HASHER.verify(kept or NOBODY, password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def new_password() -> str:
    """Make a password that can be read out: four groups of four, 75 bits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
