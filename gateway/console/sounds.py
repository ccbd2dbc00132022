"""A sound per language that comes with a form (answers, broadcasts, news): recorded or uploaded now, or kept."""

from __future__ import annotations

from flask import Request
from flask_babel import gettext

from audio.convert import to_telephone
from audio.errors import ClipError
from gateway.runtime import Runtime

LONGEST_SECONDS = 120  # voice_design.md D7; from 60 s on the check page warns


def read_sound(
    rt: Runtime, request: Request, language: str, sounds: dict[str, str], errors: dict[str, str]
) -> None:
    """Put the sound of one language into `sounds` by its key, or a sentence into `errors`."""
    name = f"sound-{language}"
    upload = request.files.get(name)
    raw = upload.read() if upload else b""
    if not raw:
        kept = request.form.get(f"kept-{language}", "")
        if kept and not request.form.get(f"drop-{language}") and _is_kept(rt, kept):
            sounds[language] = kept
        return
    try:
        take = to_telephone(raw)
        if take.is_blank:
            errors[name] = gettext("Nothing can be heard on this recording. Please record it again.")
        elif take.seconds > LONGEST_SECONDS:
            errors[name] = gettext("This is longer than two minutes. The best ones take 30 to 60 seconds.")
        else:
            sounds[language] = rt.clips.store_take(raw, take).key
    except ClipError:
        errors[name] = gettext("This is not a sound we can play. WAV, MP3, OGG and FLAC work.")


def _is_kept(rt: Runtime, key: str) -> bool:
    try:
        return rt.clips.clip_of(key) is not None
    except ClipError:
        return False
