"""How often one address may try to sign in at all; who fails is counted in SQL (`gateway.access.sign_in`)."""

from __future__ import annotations

from collections.abc import Callable

from limits import RateLimitItemPerMinute
from limits.errors import StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

SIGN_INS = RateLimitItemPerMinute(30, namespace="sign-in")


def sign_in_limit(redis_url: str) -> Callable[[str], bool]:
    """Return a function that counts one try from an address and says whether it may go on.

    Counted in Redis, for all processes; while Redis is away in this process, so that the door stays open and guarded.
    """
    shared = FixedWindowRateLimiter(
        storage_from_string(redis_url.replace("unix:", "redis+unix:", 1), wrap_exceptions=True)
    )
    own = FixedWindowRateLimiter(MemoryStorage())

    def may_go_on(address: str) -> bool:
        try:
            return shared.hit(SIGN_INS, address)
        except StorageError:
            return own.hit(SIGN_INS, address)

    return may_go_on
