"""Our own style sheet, script and drawings, under addresses that name their content, so that browsers keep them for ever."""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, request, url_for
from flask.typing import ResponseReturnValue

from gateway.access import public

blueprint = Blueprint("assets", __name__)

FOLDER = Path(__file__).with_name("static")
TYPES = {
    "broadcast.css": "text/css; charset=utf-8",
    "flows.css": "text/css; charset=utf-8",
    "inbox.css": "text/css; charset=utf-8",
    "inbox.js": "text/javascript; charset=utf-8",
    "memberline.css": "text/css; charset=utf-8",
    "memberline.js": "text/javascript; charset=utf-8",
    "recorder.js": "text/javascript; charset=utf-8",
    "report.css": "text/css; charset=utf-8",
    "report.js": "text/javascript; charset=utf-8",
    "control.css": "text/css; charset=utf-8",
    "control.js": "text/javascript; charset=utf-8",
    "compose.js": "text/javascript; charset=utf-8",
    "rollup.css": "text/css; charset=utf-8",
    "sounds.css": "text/css; charset=utf-8",
    "wall.css": "text/css; charset=utf-8",
    "wall.js": "text/javascript; charset=utf-8",
    "mark.svg": "image/svg+xml",
}
FOR_EVER, SHORTLY = "public, max-age=31536000, immutable", "public, max-age=60"


@blueprint.get("/static/<digest>/<name>")
@public
def asset(digest: str, name: str) -> ResponseReturnValue:
    """Send one file; an outdated address gets today's content, for a minute only."""
    if name not in TYPES:
        abort(404)
    is_small = request.accept_encodings.best_match(["gzip"]) is not None
    changed = (FOLDER / name).stat().st_mtime_ns
    answer = Response(_packed(name, changed) if is_small else _plain(name), content_type=TYPES[name])
    answer.headers["Vary"] = "Accept-Encoding"
    if is_small:
        answer.headers["Content-Encoding"] = "gzip"
    answer.headers["Cache-Control"] = FOR_EVER if digest == _digest(name) else SHORTLY
    return answer


def asset_url(name: str) -> str:
    """Return the address of a file of `static/`."""
    return url_for("assets.asset", digest=_digest(name), name=name)


def _plain(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


@lru_cache(maxsize=32)
def _packed(name: str, changed: int) -> bytes:
    return gzip.compress(_plain(name), mtime=0)


@lru_cache(maxsize=32)
def _digest_at(name: str, changed: int) -> str:
    return hashlib.sha256(_plain(name)).hexdigest()[:12]


def _digest(name: str) -> str:
    path = FOLDER / name
    return _digest_at(name, path.stat().st_mtime_ns) if path.is_file() else "none"
