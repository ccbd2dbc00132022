"""Sounds over HTTP: clips by content key for everybody who knows the key, voice notes for staff who may hear them.

Both answer ranges and HEAD. A clip never changes under its key, so it may be kept for ever, and a web server in front may
send it (MEMBERLINE_CLIPS_BY); a voice note is private and sealed, and each listening is noted (reliability.md C13).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from flask import Blueprint, Response, abort, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from audio.errors import ClipError
from audio.library import ClipLibrary
from audio.private import PrivateClip
from gateway.access import Viewer, may, public, runtime
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.models import VoiceNote
from gateway.settings_values import is_loopback
from gateway.store import audit, report_page, staff

blueprint = Blueprint("media", __name__)

ONE_LISTENING = timedelta(minutes=10)
FOR_EVER = "public, max-age=31536000, immutable"
TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg"}


@blueprint.get("/clips/<key>.<ending>")
@public
def clip(key: str, ending: str) -> ResponseReturnValue:
    """Send a clip; the emulator on this machine also learns its words, for captions.

    One in which a member's own words are played lies sealed, is kept for a day, and nobody on the way may keep it.
    """
    if ending == "wav" and (private := runtime().notes.joined_of(key)):
        answer = _private(private, key)
        _show_words(answer, runtime().notes.caption(key))
        return answer
    path = _path_of(runtime().clips, key)
    if path is None or ending not in TYPES or path.suffix != f".{ending}":
        abort(404)
    handed = runtime().settings.clips_by
    answer = _handed_over(handed, path, ending) if handed else _sound(path.read_bytes(), TYPES[ending], key)
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # the handset's page plays them
    words = path.with_suffix(".txt")
    _show_words(answer, words.read_text(encoding="utf-8") if words.is_file() else None)
    return answer


def _handed_over(how: str, path: Path, ending: str) -> Response:
    """Name the file to the web server in front, which sends it: ranges, HEAD and what is known already are its work."""
    answer = Response(mimetype=TYPES[ending])
    kind, _, prefix = how.partition("=")
    name = "X-Accel-Redirect" if kind == "x-accel" else "X-Sendfile"
    answer.headers[name] = prefix + path.name if prefix else str(path)
    return answer


def _show_words(answer: Response, words: str | None) -> None:
    if words and runtime().settings.is_emulated and _is_local():
        answer.headers["X-Caption"] = quote(words.strip()[:2000])


@blueprint.get("/voice-notes/<public_id>.wav")
@may("hear_reports")
def voice_note(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Send what a member recorded, first or later, to staff who may know of its report."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        note, report_id = _visible_note(unit.db, viewer, public_id)
        _note_access(unit.db, viewer, report_id)
    recording = rt.notes.clip_of(note.clip_key or "")
    if recording is None:
        raise NotFound("this recording has not been fetched yet")
    return _private(recording, public_id)


def _private(clip: PrivateClip, etag: str) -> Response:
    answer = _sound(clip.content(), TYPES["wav"], etag)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _visible_note(db: Session, viewer: Viewer, public_id: str) -> tuple[VoiceNote, int]:
    note = db.scalar(select(VoiceNote).where(VoiceNote.public_id == public_id))
    report = report_page.find_report_of_note(db, viewer.sight, note.id) if note else None
    if note is None or report is None or note.withheld_at is not None:
        raise NotFound("there is no such recording")
    return note, report.id


def _path_of(library: ClipLibrary, key: str) -> Path | None:
    try:
        found = library.clip_of(key)
    except ClipError:
        return None
    return found.path if found else None


def _sound(whole: bytes, mimetype: str, etag: str) -> Response:
    """At most a few hundred kilobytes: eight thousand samples a second."""
    answer = Response(whole, mimetype=mimetype)
    answer.set_etag(etag)
    answer.make_conditional(request, accept_ranges=True, complete_length=len(whole))
    return answer


def _note_access(db: Session, viewer: Viewer, report_id: int) -> None:
    """A browser asks for one sound in many ranges: one listening is one line, and no piece goes unnoticed."""
    if request.method != "GET":
        return
    now, action = runtime().clock(), "voice-note-played" if _is_for_listening() else "voice-note-downloaded"
    wanted = request.range
    is_first = wanted is None or not wanted.ranges or wanted.ranges[0][0] == 0
    before = audit.is_noted(db, action, viewer.staff_id, "report", report_id, now - ONE_LISTENING)
    if is_first or not before:
        staff.add_audit(db, viewer.staff_id, action, now, "report", report_id)


def _is_for_listening() -> bool:
    """A browser that opens or saves the address itself, and not in a player, says so; old ones say nothing."""
    return request.headers.get("Sec-Fetch-Dest", "audio") not in ("document", "iframe", "object", "embed")


def _is_local() -> bool:
    return is_loopback(f"http://{request.remote_addr or ''}")
