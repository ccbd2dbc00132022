"""The baseline: a Flask handler that reads three fields and answers as many bytes of XML, under the same server."""

from __future__ import annotations

import sys

from flask import Flask, Response, request
from granian import Granian
from granian.constants import Interfaces

from gateway.serve import BACKLOG, BLOCKING_THREADS

BODY = (
    '<?xml version="1.0" encoding="UTF-8"?><Response>'
    + '<Play url="http://127.0.0.1/clips/x.wav"/>' * 8
    + "</Response>"
)


def create() -> Flask:
    app = Flask("bare")

    @app.post("/bare")
    def bare() -> Response:
        assert request.form["sessionId"] and request.form["callerNumber"] and request.form["isActive"]
        return Response(BODY, content_type="application/xml")

    return app


if __name__ == "__main__":
    Granian(
        "tests.bench.bare:create",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        backlog=BACKLOG,
        websockets=False,
        factory=True,
        log_enabled=False,
    ).serve()
