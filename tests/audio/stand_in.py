"""A stand-in of the endpoint that gTTS asks, on loopback; each request takes the next scripted answer."""

import base64
import json
import threading
import time
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from tests.audio.sounds import file_of, tone


def mp3(hertz: float = 500) -> bytes:
    return file_of(tone(hertz, 1.0, 24000), 24000, form="MP3")


def spoken(sound: bytes) -> bytes:
    inner = json.dumps([base64.b64encode(sound).decode()], separators=(",", ":"))
    line = json.dumps([["wrb.fr", "jQ1olc", inner, None, None, None, "generic"]], separators=(",", ":"))
    return b")]}'\n\n" + str(len(line)).encode() + b"\n" + line.encode() + b"\n25\n[]\n"


def drip(wire, content: bytes) -> None:
    with suppress(OSError):
        for byte in content:
            wire.write(bytes([byte]))
            time.sleep(0.02)


class StandIn:
    def __init__(self, url: str) -> None:
        self.url = url
        self.script: list[tuple[int, bytes]] = []
        self.texts: list[str] = []
        self.languages: list[str] = []
        self.release = threading.Event()

    def answer(self, body: bytes) -> tuple[int, bytes]:
        text, language, *_ = json.loads(json.loads(parse_qs(body.decode())["f.req"][0])[0][0][1])
        self.texts.append(text)
        self.languages.append(language)
        status, content = self.script.pop(0) if self.script else (200, spoken(mp3()))
        if status == 0:
            self.release.wait(10)
        return status or 200, content


@contextmanager
def stand_in():
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802 (the name that http.server calls)
            assert self.path == "/_/TranslateWebserverUi/data/batchexecute"
            status, content = place.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if status == 202:
                drip(self.wfile, content)
            else:
                self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.block_on_close = False
    place = StandIn(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield place
    finally:
        place.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
