"""A provider on a real socket that does exactly what a test tells it: answers, hangs, resets, drips, talks rubbish."""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

STUBBORN_SECONDS, PATIENT_SECONDS = 10.0, 5.0  # far apart: a busy machine is no reason to fail


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body, keep_blank_values=True).items()}


Answer = Callable[[socket.socket, Request], None]


@dataclass
class StandIn:
    url: str
    answers: list[Answer] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")


def answer(
    status: int, body: str | bytes = "", content_type: str = "application/json", headers: str = ""
) -> Answer:
    content = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status} So\r\nContent-Type: {content_type}\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
    return lambda sock, request: sock.sendall(head.encode() + content)


def hang(sock: socket.socket, request: Request) -> None:
    time.sleep(STUBBORN_SECONDS)


def reset(sock: socket.socket, request: Request) -> None:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def close(sock: socket.socket, request: Request) -> None:
    sock.close()


def break_off(sock: socket.socket, request: Request) -> None:
    sock.sendall(b'HTTP/1.1 200 So\r\nContent-Length: 500\r\n\r\n{"entries": [')
    sock.close()


def drip(sock: socket.socket, request: Request) -> None:
    end = time.monotonic() + STUBBORN_SECONDS
    sock.sendall(b"HTTP/1.1 200 So\r\nX-A: ")
    while time.monotonic() < end:
        sock.sendall(b"a")
        time.sleep(0.02)


@contextmanager
def stand_in(*answers: Answer, tls: ssl.SSLContext | None = None) -> Iterator[StandIn]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = StandIn(f"http://127.0.0.1:{listener.getsockname()[1]}", list(answers))
    threading.Thread(target=_accept, args=(listener, server, tls), daemon=True).start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _accept(listener: socket.socket, server: StandIn, tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            sock, _ = listener.accept()
        except OSError:
            return
        server.connections += 1
        threading.Thread(target=_serve, args=(sock, server, tls), daemon=True).start()


def _serve(sock: socket.socket, server: StandIn, tls: ssl.SSLContext | None) -> None:
    try:
        sock = tls.wrap_socket(sock, server_side=True) if tls else sock
    except OSError:
        sock.close()
        return
    with sock:
        while request := _read(sock):
            server.requests.append(request)
            try:
                server.answers.pop(0)(sock, request)
            except (OSError, IndexError):
                return


def _read(sock: socket.socket) -> Request | None:
    received = b""
    try:
        while b"\r\n\r\n" not in received:
            received += (part := sock.recv(65_536))
            if not part:
                return None
        head, _, body = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += sock.recv(65_536)
    except OSError:
        return None
    method, path, _ = first.split(" ")
    return Request(method, path, headers, body.decode())
