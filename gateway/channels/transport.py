"""Connections to the world outside: pooled, verified, and over when their time is over.

urllib3 with two habits of ours: whatever fails before a connection stands is a `NewConnectionError` (so that
"surely not sent" can be told from "perhaps"), and the time limit holds for the whole answer, not for each read
(a server that drips one byte at a time cannot hold a worker). No proxy from the environment, no redirects, no
retries. Used by the adapters' clients and by `fetch`; knows no provider.
"""

from __future__ import annotations

import functools
import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import certifi
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.response import BaseHTTPResponse

LONGEST_WAIT_SECONDS = 24 * 3600


class TooLongError(Exception):
    """The answer is longer than the caller takes."""


class _TimedReader(io.RawIOBase):
    def __init__(self, inner: io.RawIOBase, sock: socket.socket) -> None:
        self._inner = inner
        self._sock = sock
        seconds = sock.gettimeout()
        self._deadline = None if seconds is None else time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int | None:
        if self._deadline is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer took too long")
            self._sock.settimeout(left)
        return self._inner.readinto(buffer)  # type: ignore[arg-type]

    def close(self) -> None:
        self._inner.close()
        super().close()


class _TimedAnswer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: object, **kwargs: object) -> None:
        super().__init__(sock, *args, **kwargs)  # type: ignore[arg-type]
        self.fp.close()
        # makefile keeps the socket's count of readers, so that "Connection: close" answers can be read to the end.
        inner = sock.makefile("rb", buffering=0)
        self.fp = io.BufferedReader(_TimedReader(inner, sock))


class _Plain(HTTPConnection):
    response_class = _TimedAnswer


class _Secure(HTTPSConnection):
    response_class = _TimedAnswer

    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:  # handshake: refused certificate, reset, time-out
            raise NewConnectionError(self, type(error).__name__) from error


class PlainPool(HTTPConnectionPool):
    """Connections without TLS to one host."""

    ConnectionCls = _Plain


class SecurePool(HTTPSConnectionPool):
    """Connections with TLS to one host."""

    ConnectionCls = _Secure


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Return the one TLS context of this process; reading the certificates costs 20 ms (performance.md E)."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def new_pool(connections: int = 10) -> PoolManager:
    """Make the pool that a client keeps for its life; safe for threads."""
    pool = PoolManager(num_pools=8, maxsize=connections, ssl_context=tls_context())
    pool.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}
    return pool


def read_capped(response: BaseHTTPResponse, most: int) -> bytes:
    """Read the whole body, at most `most` bytes; raises TooLongError, or urllib3's errors when it breaks off."""
    parts, size = [], 0
    try:
        while part := response.read(min(65_536, most + 1 - size)):
            size += len(part)
            if size > most:
                raise TooLongError
            parts.append(part)
    except (TooLongError, HTTPError, OSError):
        response.close()
        raise
    response.release_conn()
    return b"".join(parts)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After in seconds, at most a day; a date counts from the answer's own Date (RFC 9110 10.2.3)."""
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(min(int(value), LONGEST_WAIT_SECONDS))
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return min(max(wait.total_seconds(), 0.0), float(LONGEST_WAIT_SECONDS))
