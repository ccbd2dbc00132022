"""Runs the web server: granian with one process, on loopback unless told otherwise.

Few blocking threads cannot stand slow clients: whoever opens this to the internet puts a buffering proxy
before it (console.md 7). Called by `memberline web` only; the app itself depends on no server.
"""

from functools import partial
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces

from gateway import logs
from gateway.settings import Settings

if TYPE_CHECKING:
    from flask import Flask

BLOCKING_THREADS = 16  # most wait for the database; steps that wait together share a commit
BACKLOG = 1024
GRACE_SECONDS = 4


def run_web(settings: Settings, host: str, port: int) -> None:
    """Serve the app until SIGTERM or SIGINT; requests being answered get a few seconds to end."""
    server = Granian(
        "gateway.app:create_app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=BLOCKING_THREADS,
        backlog=BACKLOG,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        workers_kill_timeout=GRACE_SECONDS,
        log_dictconfig={"handlers": {}, "formatters": {}, "loggers": {"_granian": {"propagate": True}}},
    )
    server.serve(target_loader=partial(_app, settings), wrap_loader=False)


def _app(settings: Settings) -> "Flask":
    # In the server's own worker process: the parent stays small, and no connection is shared with it.
    from gateway.app import create_app

    logs.configure(settings.log_format, settings.secrets())
    return create_app(settings)
