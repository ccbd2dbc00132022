"""Fetching a recording whose address a stranger may have written: never from inside, never for ever.

A callback is unsigned, so its URL is only a claim. We look the host up once, refuse addresses that are not public,
and connect to the very address that was checked, with the host's name kept for TLS and Host. Hosts named by our
own settings (the emulator) are exempt. Source: reliability.md C8, africastalking.md A6. Called by workers.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from urllib3 import HTTPConnectionPool, Timeout
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from gateway.channels.addresses import is_public
from gateway.channels.transport import (
    PlainPool,
    SecurePool,
    TooLongError,
    read_capped,
    retry_after,
    tls_context,
)
from gateway.errors import ChannelError, ProviderUnreachable

MOST_BYTES = 20_000_000
MOST_SECONDS = 30.0
CONNECT_SECONDS = 3.0
MOST_REDIRECTS = 3
PORTS = {"http": 80, "https": 443}
REDIRECTS = (301, 302, 303, 307, 308)
NOT_YET = (403, 404, 409, 423, 425)  # stores answer 403 for what is not there yet
HEADERS = {"Accept": "audio/*, */*;q=0.5", "Accept-Encoding": "identity", "User-Agent": "memberline"}

Resolve = Callable[[str, int], list[str]]


class RecordingNotYet(ProviderUnreachable):
    """The provider announced it but does not have it yet; ask again later (africastalking.md A6)."""

    code = "recording-not-yet"


class RecordingRefused(ChannelError):  # noqa: N818 named as its siblings in gateway.errors
    """We never fetch this: its address is not public, it is too long, or the provider says it is gone."""

    code = "recording-refused"


@dataclass(frozen=True)
class Recording:
    """What was fetched; `content_type` is the server's word for it, not to be trusted."""

    content: bytes
    content_type: str


@dataclass(frozen=True)
class _Target:
    scheme: str
    host: str
    port: int
    path: str
    address: str


def resolve(host: str, port: int) -> list[str]:
    """Look up all addresses of a host, as text."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def fetch_recording(
    url: str,
    allowed_hosts: Collection[str] = (),
    *,
    resolve: Resolve = resolve,
    most_bytes: int = MOST_BYTES,
    most_seconds: float = MOST_SECONDS,
) -> Recording:
    """Fetch one recording, at most `most_bytes` and `most_seconds` in all.

    `allowed_hosts` ("host:port") may lie on loopback or inside; every other host must be public, each redirect
    again. Raises RecordingRefused (never), RecordingNotYet and ProviderUnreachable (both retryable). Errors never
    hold the URL.
    """
    deadline = time.monotonic() + most_seconds
    for _ in range(MOST_REDIRECTS + 1):
        target = _check(url, allowed_hosts, resolve)
        with _pool_for(target) as pool:
            response = _request(pool, target, deadline)
            if response.status not in REDIRECTS:
                return _read(response, most_bytes)
            url = urljoin(url, response.headers.get("Location", ""))
            response.close()
    raise RecordingRefused("the recording's address leads in circles")


def _check(url: str, allowed_hosts: Collection[str], resolve: Resolve) -> _Target:
    parts, port = _split(url)
    host = str(parts.hostname)
    addresses = _look_up(host, port, resolve)
    if f"{host}:{port}" not in allowed_hosts and not all(is_public(address) for address in addresses):
        raise RecordingRefused("the recording's address is not public")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    # IPv4 first: many of our machines have IPv6 addresses for others but no way there.
    return _Target(parts.scheme, host, port, path, min(addresses, key=lambda address: ":" in address))


def _split(url: str) -> tuple[SplitResult, int]:
    refusal = RecordingRefused("the recording's address is no plain http or https address")
    # Parsers disagree about backslashes, blanks and letters that merely look like digits: none of them here.
    if not re.fullmatch(r"https?://[!-\[\]-~]{1,4096}", url, re.IGNORECASE):
        raise refusal
    try:
        parts, port = urlsplit(url), urlsplit(url).port
    except ValueError as error:
        raise refusal from error
    if not parts.hostname or "@" in parts.netloc or not re.fullmatch(r"[a-z0-9._:-]+", parts.hostname):
        raise refusal
    port = PORTS[parts.scheme] if port is None else port
    if port not in PORTS.values() and port < 1024:
        raise RecordingRefused("recordings do not come from that port")
    return parts, port


def _look_up(host: str, port: int, resolve: Resolve) -> list[str]:
    try:
        addresses = resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise ProviderUnreachable("the recording's host is not found") from error
    if not addresses:
        raise ProviderUnreachable("the recording's host is not found")
    return addresses


def _pool_for(target: _Target) -> HTTPConnectionPool:
    if target.scheme == "http":
        return PlainPool(target.address, target.port)
    return SecurePool(
        target.address,
        target.port,
        ssl_context=tls_context(),
        server_hostname=target.host,
        assert_hostname=target.host,
    )


def _request(pool: HTTPConnectionPool, target: _Target, deadline: float) -> BaseHTTPResponse:
    left = deadline - time.monotonic()
    if left <= 0:
        raise ProviderUnreachable("fetching the recording took too long")
    host = f"[{target.host}]" if ":" in target.host else target.host
    shown = host if target.port == PORTS[target.scheme] else f"{host}:{target.port}"
    try:
        return pool.urlopen(
            "GET",
            target.path,
            headers={**HEADERS, "Host": shown},
            timeout=Timeout(connect=min(CONNECT_SECONDS, left), total=left),
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
    except (HTTPError, OSError) as error:
        raise ProviderUnreachable(f"the recording did not come: {type(error).__name__}") from error


def _read(response: BaseHTTPResponse, most_bytes: int) -> Recording:
    status = response.status
    if status != 200:
        response.close()
        raise _error_for(response)
    try:
        content = read_capped(response, most_bytes)
    except TooLongError as error:
        raise RecordingRefused("the recording is too long") from error
    except (HTTPError, OSError) as error:
        raise ProviderUnreachable(f"the recording broke off: {type(error).__name__}") from error
    if not content:
        raise RecordingNotYet("the recording is empty so far")
    return Recording(content, response.headers.get("Content-Type", ""))


def _error_for(response: BaseHTTPResponse) -> ChannelError:
    status, wait = response.status, retry_after(response.headers)
    if status in NOT_YET:
        return RecordingNotYet(f"the recording's host answered {status}", wait)
    if status >= 500 or status in (408, 429):
        return ProviderUnreachable(f"the recording's host answered {status}", wait)
    return RecordingRefused(f"the recording's host answered {status}")
