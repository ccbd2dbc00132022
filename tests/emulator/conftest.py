"""A small gateway on loopback and an emulator that posts to it; both real servers on free ports."""

import io
import threading
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic, sleep
from typing import Any

import pytest
import urllib3
from flask import Flask, Response, request
from werkzeug.serving import BaseWSGIServer, make_server

from gateway.emulator.config import EmulatorConfig
from gateway.emulator.serve import QuietHandler, build_server

SECRET = "a-long-secret-of-the-callback"
LINE = "+918000000001"
RAMESH = "+917000000001"
SITA = "+917000000002"


def tone(seconds: float) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\x00\x10" * round(seconds * 8000))
    return out.getvalue()


class FakeGateway:
    """Answers each voice post by `voice`, each step on a screen by `ussd`, keeps all posts, serves `/clips/<seconds>.wav`."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, str]]] = []
        self.voice: Callable[[dict[str, str]], str | tuple[str, int]] = lambda form: ""
        self.ussd: Callable[[dict[str, str]], str] = lambda form: ""
        self.app = Flask(__name__)
        self.app.add_url_rule(
            "/callbacks/africastalking/<secret>/<kind>", "post", self._post, methods=["POST"]
        )
        self.app.add_url_rule("/clips/<seconds>.wav", "clip", self._clip)
        self.server = make_server("127.0.0.1", 0, self.app, threaded=True, request_handler=QuietHandler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.callback = f"{self.url}/callbacks/africastalking/{SECRET}"

    def _post(self, secret: str, kind: str) -> Response:
        form = request.form.to_dict()
        self.posts.append((kind, form))
        if kind == "ussd":
            return Response("" if "status" in form else self.ussd(form), 200, content_type="text/plain")
        if kind != "voice" or form["isActive"] == "0":
            return Response("", 200)
        reply = self.voice(form)
        body, status = reply if isinstance(reply, tuple) else (reply, 200)
        return Response(body, status, content_type="application/xml")

    def _clip(self, seconds: str) -> Response:
        if seconds == "missing":
            return Response("", 404)
        return Response(tone(float(seconds)), content_type="audio/wav", headers={"X-Caption": "%E0%A4%A8"})

    def play(self, seconds: float) -> str:
        return f'<Play url="{self.url}/clips/{seconds}.wav"/>'

    def voice_posts(self) -> list[dict[str, str]]:
        return [form for kind, form in self.posts if kind == "voice"]

    def final(self, seconds: float = 5.0) -> dict[str, str]:
        return until(lambda: next((f for f in self.voice_posts() if f["isActive"] == "0"), None), seconds)


def response(*elements: str) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?><Response>' + "".join(elements) + "</Response>"


def until(ready: Callable[[], Any], seconds: float = 5.0, pause: float = 0.01) -> Any:
    """Wait until `ready` gives something; fail where it never does."""
    end = monotonic() + seconds
    while monotonic() < end:
        if found := ready():
            return found
        sleep(pause)
    raise AssertionError("it did not happen in time")


class Desk:
    """A tester's hands on the emulator's HTTP."""

    def __init__(self, server: BaseWSGIServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.network = server.app.extensions["network"]  # type: ignore[attr-defined]
        self.http = urllib3.PoolManager(retries=False)

    def get(self, path: str) -> Any:
        return self.http.request("GET", f"{self.url}/control/{path}").json()

    def post(self, path: str, **body: Any) -> Any:
        answer = self.http.request("POST", f"{self.url}/control/{path}", json=body)
        assert answer.status == 200, answer.data
        return answer.json()

    def phone(self, number: str, verb: str, **body: Any) -> Any:
        return self.post(f"phones/{number}/{verb}", **body)

    def api(self, path: str, key: str = "emulator", **fields: str) -> urllib3.BaseHTTPResponse:
        return self.http.request(
            "POST", self.url + path, fields={"username": "memberline", **fields},
            encode_multipart=False, headers={"apikey": key, "Accept": "application/json"},
        )  # fmt: skip

    def call(self, number: str) -> str:
        return str(self.api("/call", **{"from": LINE, "to": number}).json()["entries"][0]["sessionId"])


@contextmanager
def serving(server: BaseWSGIServer) -> Iterator[BaseWSGIServer]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


@pytest.fixture
def gateway() -> Iterator[FakeGateway]:
    fake = FakeGateway()
    with serving(fake.server):
        yield fake


@pytest.fixture
def start(gateway: FakeGateway) -> Iterator[Callable[..., Desk]]:
    """Start an emulator with changes to the plain configuration."""
    plain = EmulatorConfig(gateway.callback, speed=40.0, profile="everybody")
    running: list[Any] = []

    def build(**changes: Any) -> Desk:
        server = build_server(replace(plain, **changes), "127.0.0.1", 0)
        holder = serving(server)
        running.append((server, holder))
        holder.__enter__()
        return Desk(server)

    yield build
    for server, holder in running:
        holder.__exit__(None, None, None)
        server.app.extensions["network"].stop()


@pytest.fixture
def desk(start: Callable[..., Desk]) -> Desk:
    return start()
