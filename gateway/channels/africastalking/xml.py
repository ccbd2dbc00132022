"""What the phone is told to do, in the provider's XML. Pure; documented elements and attributes only.

The provider ignores a misspelt attribute silently and hangs up where nothing is left to do, so names are exact and
every question is followed by a way back to us (africastalking.md A5, 0.4). Nothing that people wrote can become an
element: every value goes through `_escape` (reliability.md C4).
"""

from __future__ import annotations

import re
from typing import assert_never

from flows.steps import Wait, WaitDigits, WaitVoiceNote
from gateway.channels.base import Reply, Speech

CONTENT_TYPE = "application/xml"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
# XML 1.0 section 2.2 has no place for these, not even escaped.
NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)


def render(speech: Speech | None, wait: Wait | None, callback_url: str) -> Reply:
    """Speak, then listen; without a wait the call ends after the speech.

    Silence falls through to the Redirect and comes back to `callback_url` without digits. A clip is played, else
    the text is said. Source: africastalking.md A5, "pattern that works".
    """
    said = "" if speech is None else _speak(speech)
    match wait:
        case None:
            return _reply(said)
        case WaitDigits():
            return _reply(_get_digits(said, wait, callback_url) + _way_back(callback_url))
        case WaitVoiceNote():
            return _reply(_record(said, wait, callback_url) + _way_back(callback_url))
        case _:
            assert_never(wait)


def decline() -> Reply:
    """Refuse a ringing call, free of charge; alone in its answer (africastalking.md A5)."""
    return _reply(_element("Reject", {}))


def _speak(speech: Speech) -> str:
    if speech.clip_url:
        return _element("Play", {"url": speech.clip_url})
    return _element("Say", {}, _escape(speech.text))


def _get_digits(said: str, wait: WaitDigits, callback_url: str) -> str:
    # Without numDigits or finishOnKey the first key may be sent at once (A5).
    finish = {"finishOnKey": "#"} if wait.count > 1 else {}
    attributes = {"numDigits": str(wait.count), "timeout": str(wait.seconds), **finish}
    return _element("GetDigits", {**attributes, "callbackUrl": callback_url}, said)


def _record(said: str, wait: WaitVoiceNote, callback_url: str) -> str:
    attributes = {
        "finishOnKey": "#",
        "maxLength": str(wait.max_seconds),
        "timeout": str(wait.silence_seconds),
        "trimSilence": "false",  # a quiet voice is not silence
        "playBeep": "true",
        "callbackUrl": callback_url,
    }
    return _element("Record", attributes, said)


def _way_back(callback_url: str) -> str:
    return _element("Redirect", {}, _escape(callback_url))


def _element(name: str, attributes: dict[str, str], body: str = "") -> str:
    start = name + "".join(f' {key}="{_escape(value)}"' for key, value in attributes.items())
    return f"<{start}>{body}</{name}>" if body else f"<{start}/>"


def _escape(text: str) -> str:
    return NO_CHARACTER.sub("", text).translate(ESCAPES)


def _reply(body: str) -> Reply:
    return Reply(f"{HEAD}<Response>{body}</Response>", CONTENT_TYPE)
