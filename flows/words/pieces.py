"""Cutting one sentence at its placeholders into pieces that can be recorded, made ahead or only made on the day."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

PLACEHOLDER = re.compile(r"\{(\w+)\}")
CONSTANT = ("organisation", "emergency_number")  # the same for all members: spoken inside the sentence
PERSONAL = ("name", "coordinator")
RECORDED = "sound:"  # before the content key of a name that was only ever spoken
AFTER_PROMPT, AFTER_SENTENCE, AFTER_DIGIT, INSIDE = 600, 400, 250, 60  # milliseconds; D4
LEFT_OVER = "।.,:;!?-۔،؟ "  # what a value leaves at the front of the next part
ENDS = "।.!?۔؟"  # of a sentence
GROUP = 3  # digits heard in one breath


@dataclass(frozen=True)
class Piece:
    """One stretch of speech and the silence after it.

    `recorded_as` names the human recording that beats any synthesis; None where the words differ each time.
    `is_personal` text never leaves the house. `sound` is the content key of what somebody recorded. `mark` is what the
    sentence has after it: for a voice that reads the whole, a clip is made without.
    """

    text: str
    language: str
    recorded_as: str | None
    is_personal: bool
    pause_ms: int
    sound: str | None = None
    mark: str = ""

    def marked(self, mark: str) -> Piece:
        """The same before this mark: after the end of a sentence comes a breath."""
        return replace(self, mark=mark, pause_ms=max(self.pause_ms, AFTER_SENTENCE if mark in ENDS else 0))


@dataclass(frozen=True)
class Value:
    """A placeholder while its sentence is cut, and the mark that follows it."""

    name: str
    mark: str = ""


def placeholders(template: str) -> tuple[str, ...]:
    """List the names between braces, in order."""
    return tuple(PLACEHOLDER.findall(template))


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put values in and leave the other placeholders standing."""
    return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)


def cut(template: str) -> Iterator[str | Value]:
    """Yield the fixed parts that can be heard and the names of the values between them."""
    parts = PLACEHOLDER.split(template)
    for number, part in enumerate(parts):
        if number % 2:
            following = parts[number + 1].strip()[:1]
            yield Value(part, following if following in LEFT_OVER else "")
        elif any(letter.isalnum() for letter in part):
            yield part.strip().lstrip(LEFT_OVER)


def names(prompt: str, key: str, count: int) -> list[str]:
    """Name the recordings of a sentence's fixed parts: the prompt itself, or numbered where it is cut.

    A sentence that names a key is recorded once per key: `pick.member.2.key3`.
    """
    ending = f".key{key}" if key else ""
    if count == 1:
        return [prompt + ending]
    return [f"{prompt}.{number}{ending}" for number in range(1, count + 1)]
