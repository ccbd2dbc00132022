"""Tries a password against what is kept of it once a run: that takes a quarter of a second, and the same ones come again."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError


def remember() -> None:
    """Keep what was found; it depends on nothing but the two, and parameters stay those of the house."""
    try_anew = PasswordHasher.verify
    kept: dict[tuple[str | bytes, str | bytes], VerificationError | None] = {}

    def remembered(hasher: PasswordHasher, hash: str | bytes, password: str | bytes) -> bool:
        if (hash, password) not in kept:
            try:
                try_anew(hasher, hash, password)
                kept[hash, password] = None
            except VerificationError as error:
                kept[hash, password] = error
        if (wrong := kept[hash, password]) is not None:
            raise wrong.with_traceback(None)
        return True

    PasswordHasher.verify = remembered  # type: ignore[method-assign, assignment]
