"""Posting to the gateway: a small pool of threads, kept-alive connections, shuffled fields, faults on demand.

Every post leaves an exchange on the wire. Nothing is sent to a host that the configuration does not name.
"""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Condition
from time import perf_counter
from urllib.parse import urlencode, urlsplit

import urllib3

from gateway.emulator.config import EmulatorConfig, Switches
from gateway.emulator.faults import Faults
from gateway.emulator.timeline import Timeline, log_failure
from gateway.emulator.wire import Exchange, Wire

CONNECT_SECONDS = 10.0
FORM = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "at-voice-api/1.0"}
USSD_FORM = {
    "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
    "User-Agent": "at-ussd-api/1.0",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """The gateway's answer; status 0 means that none came."""

    status: int
    body: bytes = b""
    exchange: Exchange | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """One post: `kind` is voice, final, sms, receipt, opt-out, ussd or ussd-end (faults may name it)."""

    url: str
    form: dict[str, str]
    number: str
    kind: str
    provider_id: str = ""


class Poster:
    def __init__(
        self,
        config: EmulatorConfig,
        pool: ThreadPoolExecutor,
        lock: Condition,
        wire: Wire,
        faults: Faults,
        switches: Callable[[], Switches],
    ) -> None:
        self._config, self._pool, self._lock = config, pool, lock
        self._wire, self._faults, self._switches = wire, faults, switches
        self._http = urllib3.PoolManager(maxsize=32, retries=False)

    def post(self, letter: Letter, timeline: Timeline, then: Callable[[Reply], None] | None = None) -> None:
        """Send in the pool; `then` gets the reply in a pool thread. Faults may delay, repeat or lose it."""
        if letter.kind == "final" and self._faults.strike("lost_final", letter.number, letter.kind):
            self._note(letter, "lost: never sent")
            return
        if letter.kind == "receipt" and self._faults.strike("lost_receipt", letter.number, letter.kind):
            self._note(letter, "lost: never sent")
            return
        late = self._faults.strike("late", letter.number, letter.kind)
        if late is None and letter.kind == "receipt":
            late = self._faults.strike("late_receipt", letter.number, letter.kind)
        if late is None:
            self._submit(letter, then, "")
        else:
            timeline.after(late.seconds or 5.0, lambda: self._submit(letter, then, "late"))

    def replay(self, exchange: Exchange) -> None:
        """Post the same form to the same address once more."""
        letter = Letter(exchange.url, dict(exchange.form), exchange.number, "replay", exchange.provider_id)
        self._submit(letter, None, f"replay of {exchange.id}")

    def _submit(self, letter: Letter, then: Callable[[Reply], None] | None, note: str) -> None:
        self._pool.submit(self._deliver, letter, then, note).add_done_callback(log_failure)

    def _deliver(self, letter: Letter, then: Callable[[Reply], None] | None, note: str) -> None:
        reply = self._send(letter, note)
        for attempt in range(2, self._switches().attempts + 1):
            if reply.status == 200:
                break
            reply = self._send(letter, f"attempt {attempt}")
        if then is not None:
            then(reply)
        if self._faults.strike("duplicate", letter.number, letter.kind):
            self._send(letter, "duplicate")

    def _send(self, letter: Letter, note: str) -> Reply:
        exchange = self._open(letter, note)
        if not self._config.may_reach(letter.url):
            exchange.problems.append("this host is not allowed: nothing was sent")
            return Reply(0, exchange=exchange)
        fields = list(letter.form.items())
        random.shuffle(fields)
        started = perf_counter()
        try:
            answer = self._http.request(
                "POST", letter.url, body=urlencode(fields), redirect=False,
                headers=USSD_FORM if letter.kind.startswith("ussd") else FORM,
                timeout=urllib3.Timeout(CONNECT_SECONDS, read=self._switches().time_limit_seconds),
            )  # fmt: skip
        except urllib3.exceptions.HTTPError as error:
            exchange.problems.append(f"no answer: {type(error).__name__}")
            return self._closed(exchange, started, 0, b"")
        return self._closed(exchange, started, answer.status, answer.data)

    def _closed(self, exchange: Exchange, started: float, status: int, body: bytes) -> Reply:
        with self._lock:
            exchange.status, exchange.body = status, body.decode("utf-8", "replace")
            exchange.ms = (perf_counter() - started) * 1000
            if status not in (0, 200):
                exchange.problems.append(f"the gateway answered {status}")
            self._lock.notify_all()
        return Reply(status, body, exchange)

    def _open(self, letter: Letter, note: str) -> Exchange:
        with self._lock:
            path = urlsplit(letter.url)
            shown = path.path + (f"?{path.query}" if path.query else "")
            exchange = self._wire.open("to_gateway", "POST", shown, letter.form)
            exchange.url, exchange.number, exchange.note = letter.url, letter.number, note
            exchange.provider_id = letter.provider_id
            return exchange

    def _note(self, letter: Letter, note: str) -> None:
        self._open(letter, note).problems.append(note)
