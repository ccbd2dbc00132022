"""A trial at speed: thousands of scripted calls against a gateway that costs next to nothing."""

import socketserver
import threading
from collections.abc import Callable, Iterator

import pytest

from tests.emulator.conftest import LINE, Desk, response, until

FLYER = response("<Say>Come to the meeting on Sunday.</Say>").encode()


class Answering(socketserver.StreamRequestHandler):
    """Reads posts off a kept-alive connection and answers each with one sentence."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        while self.rfile.readline():
            length = 0
            while (header := self.rfile.readline().strip().lower()) != b"":
                if header.startswith(b"content-length:"):
                    length = int(header.partition(b":")[2])
            final = b"isActive=0" in self.rfile.read(length)
            self.server.finals.extend([1] * final)  # type: ignore[attr-defined]
            body = b"" if final else FLYER
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


class QuickGateway(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 100

    def __init__(self) -> None:
        self.finals: list[int] = []
        super().__init__(("127.0.0.1", 0), Answering)


@pytest.fixture
def quick_gateway() -> Iterator[QuickGateway]:
    server = QuickGateway()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def test_everybody_is_called_once_when_two_thousand_are_asked_for(
    quick_gateway: QuickGateway, start: Callable[..., Desk]
) -> None:
    port = quick_gateway.server_address[1]
    desk = start(
        callback_url=f"http://127.0.0.1:{port}/callbacks/africastalking/x", speed=300.0, profile="village"
    )
    numbers = [f"+9170000{index:05d}" for index in range(2000)]
    for at in range(0, 2000, 100):
        desk.api("/call", **{"from": LINE, "to": ",".join(numbers[at : at + 100])})
    until(lambda: len(quick_gateway.finals) == 2000, 60, 0.1)
    calls = desk.get("calls")
    assert sorted(taken["number"] for taken in calls["accepted"]) == numbers
    assert sorted(desk.get("accepted")["numbers"]) == numbers
    assert calls["running"] == 0
    assert 1000 < calls["outcomes"]["answered"] < 1500
