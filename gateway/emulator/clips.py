"""The gateway's sounds as the emulator fetches them: length, caption, bytes. Cached by address.

The provider caches what it played once (africastalking.md A6), so we do; a missing clip is asked for again.
Called by driver.py for each Play and by the page's `/media`.
"""

import io
import struct
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import urllib3

from gateway.emulator.timeline import log_failure

MOST_BYTES = 48_000_000
GUESSED_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Clip:
    """`problem` is empty where the sound can be played; then `seconds` is its length."""

    url: str
    seconds: float = 0.0
    caption: str = ""
    content_type: str = ""
    sound: bytes = b""
    problem: str = ""


class Clips:
    def __init__(self, pool: ThreadPoolExecutor, may_reach: Callable[[str], bool]) -> None:
        self._pool = pool
        self._may_reach = may_reach
        self._http = urllib3.PoolManager(maxsize=8, retries=False, timeout=urllib3.Timeout(5, read=15))
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Clip] = OrderedDict()
        self._bytes = 0
        self._waiting: dict[str, list[Callable[[Clip], None]]] = {}

    def kept(self, url: str) -> Clip | None:
        with self._lock:
            return self._kept.get(url)

    def fetch(self, url: str, then: Callable[[Clip], None]) -> None:
        """Fetch in the pool, once however many wait for it; `then` runs in a pool thread."""
        with self._lock:
            waiting = self._waiting.setdefault(url, [])
            waiting.append(then)
            if len(waiting) > 1:
                return
        self._pool.submit(self._fetch_for_all, url).add_done_callback(log_failure)

    def _fetch_for_all(self, url: str) -> None:
        clip = self.get(url)
        with self._lock:
            waiting = self._waiting.pop(url, [])
        for then in waiting:
            then(clip)

    def get(self, url: str) -> Clip:
        """The clip from the shelf or the gateway, waiting for it."""
        if (clip := self.kept(url)) is not None:
            return clip
        clip = self._ask(url)
        if not clip.problem:
            self._keep(clip)
        return clip

    def _ask(self, url: str) -> Clip:
        if not self._may_reach(url):
            return Clip(url, problem="this host is not allowed")
        try:
            answer = self._http.request("GET", url, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            return Clip(url, problem=f"no answer ({type(error).__name__})")
        if answer.status != 200:
            return Clip(url, problem=f"HTTP {answer.status}")
        seconds = length_of(answer.data)
        caption = unquote(answer.headers.get("X-Caption", "")) or name_of(url)
        if seconds is None:
            return Clip(url, problem="not a sound that a phone can play", caption=caption)
        return Clip(url, seconds, caption, answer.headers.get("Content-Type", ""), answer.data)

    def _keep(self, clip: Clip) -> None:
        with self._lock:
            self._kept[clip.url] = clip
            self._bytes += len(clip.sound)
            while self._bytes > MOST_BYTES and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1].sound)


def name_of(url: str) -> str:
    """The last part of an address, for want of a caption."""
    return urlsplit(url).path.rpartition("/")[2]


def length_of(sound: bytes) -> float | None:
    """Seconds of a WAV (any coding) or another format that soundfile reads; None for anything else."""
    if sound[:4] == b"RIFF" and sound[8:12] == b"WAVE":
        return _length_of_wav(sound)
    import soundfile  # here because only other formats than WAV need it

    try:
        return float(soundfile.info(io.BytesIO(sound)).duration)
    except soundfile.LibsndfileError:
        return None


def _length_of_wav(sound: bytes) -> float | None:
    at, bytes_per_second = 12, 0
    while at + 8 <= len(sound):
        name, size = sound[at : at + 4], struct.unpack("<I", sound[at + 4 : at + 8])[0]
        if name == b"fmt " and at + 20 <= len(sound):
            bytes_per_second = struct.unpack("<I", sound[at + 16 : at + 20])[0]
        if name == b"data" and bytes_per_second:
            return float(min(size, len(sound) - at - 8) / bytes_per_second)
        at += 8 + size + (size & 1)
    return None
