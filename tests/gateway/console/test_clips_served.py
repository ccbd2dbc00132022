"""Clips to the provider over real HTTP: immutable under the name of their content, in ranges, by HEAD, of the right type."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.serving import make_server

from gateway.app import create_app
from gateway.runtime import Runtime
from tests.gateway.console.seats import a_sound


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(
            method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def test_clip_is_whole_in_pieces_and_by_its_head(port: int, rt: Runtime) -> None:
    clip = rt.clips.store_take(a_sound())
    path, content = f"/clips/{clip.key}.wav", clip.content()
    whole, body = ask(port, path)
    assert (whole.status, whole.headers["Content-Type"], body) == (200, "audio/wav", content)
    assert whole.headers["Content-Length"] == str(len(content)) and whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in whole.headers
    head, nothing = ask(port, path, "HEAD")
    assert (head.status, head.headers["Content-Length"], nothing) == (200, str(len(content)), b"")
    part, middle = ask(port, path, Range="bytes=100-199")
    assert (part.status, middle) == (206, content[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(content)}"
    end, last = ask(port, path, Range="bytes=-50")
    assert (end.status, last) == (206, content[-50:])
    assert ask(port, path, Range=f"bytes={len(content)}-")[0].status == 416
    assert ask(port, path, If_None_Match=whole.headers["ETag"])[0].status == 304


@pytest.mark.parametrize("how", ["x-accel=/kept/clips/", "x-sendfile"])
def test_clip_is_named_to_the_web_server_in_front(rt: Runtime, how: str) -> None:
    settings = replace(rt.settings, clips_by=how)
    client = create_app(settings, replace(rt, settings=settings)).test_client()
    clip = rt.clips.store_take(a_sound())
    answer = client.get(f"/clips/{clip.key}.wav")
    assert (answer.status_code, answer.data, answer.content_type) == (200, b"", "audio/wav")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers.get("X-Accel-Redirect") == (f"/kept/clips/{clip.key}.wav" if "=" in how else None)
    assert answer.headers.get("X-Sendfile") == (None if "=" in how else str(clip.path))
    assert client.get(f"/clips/{'0' * 32}.wav").status_code == 404
