"""How fast we ask the provider: a token bucket per line that all senders share, in Redis and by Redis' own clock.

One token is one call, or one request for texts. Who takes tokens and does not use them gives them back. A bucket that is
not there, because Redis was emptied or is new, begins empty; where Redis is away nobody gets a token: what is due waits as
rows and goes when Redis is back. So there is never a burst beyond one second's pace, and nothing is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Protocol

from redis import Redis
from redis.exceptions import RedisError

from gateway.rules.pacing import Bucket, fill, take

logger = logging.getLogger(__name__)

PREFIX = "memberline:pace:"
FORGOTTEN_AFTER_MS = 3_600_000  # an idle hour; it begins empty again, and waits one token's time
_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local rate, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(kept[1]) or 0, tonumber(kept[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
local granted = math.max(0, math.min(wanted, math.floor(tokens)))
redis.call('HSET', KEYS[1], 'tokens', string.format('%.9f', tokens - granted), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return granted
"""
_GIVE_BACK = """
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HINCRBYFLOAT', KEYS[1], 'tokens', ARGV[1]) end
return 0
"""


class Pace(Protocol):
    """Grants tokens of a line: `rate` a second, and never more at once than one second's worth, at least one."""

    def take(self, line: str, rate: float, wanted: int) -> int: ...

    def give_back(self, line: str, unused: int) -> None: ...


class RedisPace:
    """The bucket of the house. Its clock is Redis' own, so that senders need not agree on the time."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._take, self._give_back = redis.register_script(_TAKE), redis.register_script(_GIVE_BACK)

    def take(self, line: str, rate: float, wanted: int) -> int:
        """Return how many of the wanted tokens are granted now; none where Redis cannot be asked."""
        try:
            arguments = (rate, max(1.0, rate), wanted, FORGOTTEN_AFTER_MS)
            return int(self._take(keys=[PREFIX + line], args=arguments))
        except RedisError as error:
            logger.warning("no pace, nothing is sent until Redis is back error=%s", type(error).__name__)
            return 0

    def give_back(self, line: str, unused: int) -> None:
        """Return what was not used; where Redis is away it is lost, and we are a little slower."""
        if unused == 0:
            return
        try:
            self._give_back(keys=[PREFIX + line], args=[unused])
        except RedisError as error:
            logger.warning("tokens were not given back error=%s", type(error).__name__)


class MemoryPace:
    """The same for one process, by a clock that it is given: for tests and simulation. Buckets begin full."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._lock = Lock()

    def take(self, line: str, rate: float, wanted: int) -> int:
        burst, now = max(1.0, rate), self._clock()
        with self._lock:
            bucket = self._buckets.get(line, Bucket(burst, now))
            granted, self._buckets[line] = take(bucket, now, rate, burst, wanted)
            return granted

    def give_back(self, line: str, unused: int) -> None:
        with self._lock:
            if line in self._buckets:
                self._buckets[line] = fill(self._buckets[line], unused)

    def empty(self) -> None:
        """Forget every bucket, as a Redis that was emptied does: they begin empty."""
        with self._lock:
            self._buckets = {line: Bucket(0.0, self._clock()) for line in self._buckets}
