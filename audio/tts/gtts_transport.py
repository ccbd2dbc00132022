"""The wire to Google's voice: TLS verified, time limits on everything, no redirects, and only audio accepted.

Knows nothing of texts or pauses between requests; `gtts.py` calls this. Tests give it the address of a local
stand-in, otherwise the address is the one that gTTS wrote into the request.
"""

import base64
import binascii
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Thread
from urllib.parse import urlsplit

import certifi
import urllib3

from audio.errors import ClipError, VoiceUnavailable

HOUR = 3600.0
TEN_MINUTES = 600.0
PROBE_SECONDS = 2.0
_MAX_ANSWER = 4 * 2**20
_MARK = b"jQ1olc"
_AUDIO = re.compile(rb'jQ1olc","\[\\"([A-Za-z0-9+/=_-]*)\\"')


@dataclass(frozen=True)
class Post:
    """One prepared request."""

    url: str
    body: bytes
    headers: Mapping[str, str]


class Transport:
    """Sends prepared requests; `base_url` replaces scheme and host, plain HTTP being allowed on loopback only."""

    def __init__(
        self, base_url: str | None = None, connect: float = 5, read: float = 20, whole: float = 30
    ) -> None:
        base = urlsplit(base_url or "https:")
        if base.scheme != "https" and base.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ClipError("Speech is asked for by https only.")
        self._base_url, self._whole = base_url, whole
        self._timeout = urllib3.Timeout(connect=connect, read=read)
        self._pool = urllib3.PoolManager(cert_reqs="CERT_REQUIRED", ca_certs=certifi.where())

    def is_reachable(self, url: str) -> bool:
        """Try to connect, name look-up included, for at most two seconds."""
        address = urlsplit(self._address(url))
        port = address.port or (443 if address.scheme == "https" else 80)
        connected: list[bool] = []
        # A thread, because a name look-up obeys no time limit; it is left behind where it hangs.
        attempt = Thread(target=_connect, args=(address.hostname or "", port, connected), daemon=True)
        attempt.start()
        attempt.join(PROBE_SECONDS)
        return bool(connected)

    def audio(self, post: Post) -> bytes:
        """Return the MP3 of one piece; raises VoiceUnavailable, or ClipError where only this text has no sound."""
        try:
            answer = self._pool.request(
                "POST",
                self._address(post.url),
                body=post.body,
                headers=post.headers,
                timeout=self._timeout,
                retries=False,
                redirect=False,
                preload_content=False,
            )
            with answer:
                status, content = answer.status, _limited(answer, self._whole)
        except urllib3.exceptions.HTTPError as error:
            raise VoiceUnavailable("Google's voice does not answer.", HOUR) from error
        _check_status(status)
        return _sound_in(content)

    def close(self) -> None:
        """Drop idle connections."""
        self._pool.clear()

    def _address(self, url: str) -> str:
        if not self._base_url:
            return url
        return self._base_url.rstrip("/") + urlsplit(url).path


def _connect(host: str, port: int, connected: list[bool]) -> None:
    try:
        socket.create_connection((host, port), timeout=PROBE_SECONDS).close()
    except OSError:
        return
    connected.append(True)


def _limited(answer: urllib3.BaseHTTPResponse, seconds: float) -> bytes:
    content, deadline = bytearray(), time.monotonic() + seconds
    while part := answer.read1(65536):
        content += part
        if len(content) > _MAX_ANSWER or time.monotonic() > deadline:  # each drop is in time, the sum is not
            raise VoiceUnavailable("Google's voice sends without end.", HOUR)
    return bytes(content)


def _check_status(status: int) -> None:
    if status == 200:
        return
    rest = TEN_MINUTES if status >= 500 else HOUR
    raise VoiceUnavailable(f"Google's voice refuses with status {status}.", rest)


def _sound_in(content: bytes) -> bytes:
    if _MARK not in content:  # a captcha or consent page comes with status 200
        raise VoiceUnavailable("Google's voice answered with a page instead of speech.", HOUR)
    found = _AUDIO.search(content)
    try:
        sound = base64.b64decode(found.group(1)) if found else b""
    except binascii.Error as error:
        raise ClipError("Google's voice sent a sound that cannot be read.") from error
    if not (len(sound) > 200 and re.match(rb"ID3|\xff[\xe2-\xff]", sound)):
        raise ClipError("Google's voice made no sound of this text.")
    return sound
