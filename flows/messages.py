"""A turn as one SMS: its sentences in a row, each choice on a line of its own, cut at a word to what may be sent. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from flows.sms_text import cut
from flows.steps import Speak, Step, Tell

MOST_PARTS = 6  # a turn longer than this is cut; it is paid by the part
CHOICE = re.compile(r"\d ")  # how a written choice begins


Write = Callable[[Speak | Tell], str]  # the words of SMS, or those of screens where a menu is walked


def message(write: Write, steps: Iterable[Step], at_most: int = MOST_PARTS, between: str = " ") -> str:
    """Write what a turn says, with this between its sentences; empty where it says nothing."""
    text = ""
    for step in steps:
        written = write(step) if isinstance(step, Speak | Tell) else ""
        is_choice = isinstance(step, Speak) and bool(CHOICE.match(written))
        text += ("\n" if is_choice else between) + written if text and written else written
    return cut(text, at_most)
