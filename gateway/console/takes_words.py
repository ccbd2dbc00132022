"""Words about readings: what is wrong with one and what to do, whose voice is heard, how a reading came."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from audio.errors import ClipError
from audio.judging import Fault
from gateway import takes
from gateway.console.words import StateWord
from gateway.models import Take

FAULTS: dict[str, Any] = {
    Fault.CLIPPED: _(
        "It is overdriven: it crackles. Hold the phone or microphone further away and read again."
    ),
    Fault.QUIET: _("It is very quiet. Come closer, or go where it is still, and read again."),
    Fault.LONG: _(
        "It is much longer than these words take. Was something else read, or did the recording run on?"
    ),
    Fault.SHORT: _("It is much shorter than these words take. Was all of it read?"),
    Fault.GAP: _(
        "Nothing is said for more than three seconds in the middle; people hang up then. Read again in one go."
    ),
    Fault.NOISY: _("No clear voice can be made out over the noise. Go where it is still and read again."),
}
REFUSED: dict[str, Any] = {
    "silent": _("Nothing can be heard on this recording. Please record it again."),
    "empty": _("The file is empty. Choose another one, or record it here."),
    "too-large": _("The file is larger than 20 MB. A minute of WAV takes about 5 MB; choose a shorter one."),
    "too-long": _("This is longer than ten minutes. Choose only the part that is to be heard."),
    "needs-uploads": _(
        "This kind of file (M4A, WEBM, AMR) cannot be read here. Save it as WAV, MP3, OGG or FLAC."
    ),
    "unreadable": _("This is not a sound we can play. WAV, MP3, OGG and FLAC work."),
}
VOICES = {
    takes.HUMAN: StateWord(_("A person’s voice"), "tick", "quiet"),
    takes.MACHINE: StateWord(_("A good computer’s voice"), "half", "open"),
    takes.DRAFT: StateWord(_("A computer’s voice, draft quality"), "dots", "open"),
    takes.NONE: StateWord(_("No sound yet"), "triangle-open", "danger"),
}
VIA = {
    takes.UPLOAD: _("uploaded"),
    takes.BROWSER: _("recorded in the browser"),
    takes.PHONE: _("recorded by phone"),
}


def faults_of(take: Take) -> list[str]:
    """Say in a sentence each what is wrong with a take, and what to do."""
    return [str(FAULTS[each]) for each in take.faults if each in FAULTS]


def refusal(error: ClipError) -> str:
    """Say why a file was not taken."""
    return str(REFUSED.get(error.code, REFUSED["unreadable"]))
