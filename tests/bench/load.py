"""A load generator of few instructions: raw sockets kept open, one request under way on each."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass
class Line:
    """One kept connection; `next_request` makes the bytes to send from the answer before (None at first)."""

    port: int
    next_request: Callable[[bytes | None], bytes]
    sent_at: float = 0.0
    socket: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, answer: bytes | None) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.next_request(answer))

    def receive(self) -> bytes:
        answer = self.socket.recv(65536)
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head[:60]
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self.socket.recv(65536)
        return body


def post(path: str, form: dict[str, str]) -> bytes:
    """Return a whole HTTP request."""
    body = urlencode(form).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run(lines: list[Line], seconds: float) -> tuple[float, list[float]]:
    """Drive all lines for some seconds; returns requests a second and each request's time in milliseconds.

    The first request of each line (a call that begins) is answered before the clock starts.
    """
    waiting = selectors.DefaultSelector()
    for line in lines:
        line.send(None)
        first = line.receive()
        waiting.register(line.socket, selectors.EVENT_READ, line)
        line.send(first)
    times: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        for key, _ in waiting.select(timeout=5):
            answer = key.data.receive()
            times.append((time.perf_counter() - key.data.sent_at) * 1000)
            key.data.send(answer)
    took = time.perf_counter() - began
    for line in lines:
        line.socket.close()
    return len(times) / took, times
