"""Serving the emulator: one process, since the phones live in memory, and a thread per request. Loopback only.

Run by `memberline emulator` and by `memberline up`.
"""

import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from gateway.emulator.app import create_emulator
from gateway.emulator.config import EmulatorConfig
from gateway.emulator.network import utc_now

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class QuietHandler(WSGIRequestHandler):
    """Keeps connections open and logs no request: paths carry phone numbers."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def build_server(
    config: EmulatorConfig, host: str, port: int, clock: Callable[[], datetime] = utc_now
) -> BaseWSGIServer:
    """A bound server, not yet serving; `server.app.extensions["network"].stop()` ends its threads.

    Raises ValueError for a host that is not loopback, OSError where the port is taken.
    """
    if host not in LOOPBACK:
        raise ValueError("the emulator listens on loopback only")
    server = make_server(host, port, Flask("not yet"), threaded=True, request_handler=QuietHandler)
    config = replace(config, own_url=f"http://{host}:{server.server_port}")
    server.app = create_emulator(config, clock)
    return server


def run(config: EmulatorConfig, host: str, port: int, clock: Callable[[], datetime] = utc_now) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    server = build_server(config, host, port, clock)
    serving = threading.Thread(target=server.serve_forever, name="emulator-web", daemon=True)
    stopped = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopped.set())
    serving.start()
    stopped.wait()
    server.shutdown()
    server.server_close()
    server.app.extensions["network"].stop()  # type: ignore[attr-defined]
