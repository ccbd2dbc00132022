"""Our own style sheet, script and drawings, under addresses that name their content, so that browsers keep them for ever."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, send_from_directory, url_for
from flask.typing import ResponseReturnValue

from gateway.access import public

blueprint = Blueprint("assets", __name__)

FOLDER = Path(__file__).with_name("static")
FOR_EVER, SHORTLY = "public, max-age=31536000, immutable", "public, max-age=60"


@blueprint.get("/static/<digest>/<name>")
@public
def asset(digest: str, name: str) -> ResponseReturnValue:
    """Send one file; an outdated address gets today's content, for a minute only."""
    answer = send_from_directory(FOLDER, name)
    answer.headers["Cache-Control"] = FOR_EVER if digest == _digest(name) else SHORTLY
    return answer


def asset_url(name: str) -> str:
    """Return the address of a file of `static/`."""
    return url_for("assets.asset", digest=_digest(name), name=name)


@lru_cache(maxsize=32)
def _digest_at(name: str, changed: int) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]


def _digest(name: str) -> str:
    path = FOLDER / name
    return _digest_at(name, path.stat().st_mtime_ns) if path.is_file() else "none"
