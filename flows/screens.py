"""A turn on a phone's own screen (USSD): short words in plain letters, in pages of what one screen holds. Pure.

The words are those of `words/screens/`. The one fallback is made once, when they are put together (`screens_of`): a
language's own short words, else the English short ones, else what English writes or says. A language without short words is
shown in the first of its place that has, else in English, Urdu in the Hindi that is read the same in Latin letters (`Screens.language`); letters that a screen cannot show (a name in Devanagari) are written in
Latin ones, and what has none is left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.model import Flow, Pause
from flows.sms_text import BASIC
from flows.state import State
from flows.steps import Digits, Heard, Nothing, Speak, Step, Tell, Text, Wait, WaitDigits
from flows.typed import ascii_digits
from flows.words import Words, load

SCREEN = 182  # letters of a screen, `CON ` or `END ` before them included (africastalking.md D)
ROOM = SCREEN - len("CON ")
MOST_PAGES = 9
NEXT = "98"  # typed for the next page: no choice and no fixed key is 98, and no question is open before its last page
SHORTEST_WORD = 3  # letters, of what is all keys
BASE = "en"
READ_ALIKE = {"ur": "hi"}
KEYS = frozenset("0123456789*#")
SHOWN = str.maketrans(
    {"।": ".", "॥": ".", "’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "₹": "Rs "}
    | {"[": "(", "]": ")", "{": "(", "}": ")", "|": "/", "\\": "/", "~": "-", "^": "", "€": "EUR ", "\f": " "}
)


@dataclass(frozen=True)
class Screens:
    """What screens say; `latin` writes a text of any script in Latin letters."""

    words: Words
    latin: Callable[[str], str]
    own: Mapping[str, Mapping[str, str]]  # what each language has short words for

    def language(self, language: str, nearby: Sequence[str] = ()) -> str:
        """Return the language in which a screen speaks to somebody of this one; `nearby` are those of their place."""
        known = (READ_ALIKE.get(each, each) for each in (language, *nearby))
        return next((each for each in known if each in self.words.languages), BASE)

    def text(self, step: Speak | Tell, nearby: Sequence[str] = ()) -> str:
        """Write one step; empty where a screen leaves it out."""
        if isinstance(step, Speak):
            step = Speak(step.prompt, self.language(step.language, nearby), step.values)
        return plain(self.words.text(step), self.latin)

    def pages(self, steps: Iterable[Step], language: str, nearby: Sequence[str] = ()) -> list[str]:
        """Lay out what a turn says, a line a sentence; nothing where nothing of it is shown."""
        said = [self.text(step, nearby) for step in steps if isinstance(step, Speak | Tell)]
        lines = [line for text in said for line in text.splitlines() if line]
        return laid_out(lines, self.text(Speak("screen.more", language), nearby))

    def passes_by(self, flows: Mapping[str, Flow], state: State | None) -> bool:
        """Tell whether a conversation waits here only to leave time for hearing: in writing it goes on at once."""
        flow = flows.get(state.flow) if state else None
        node = flow.nodes.get(state.node) if flow and state else None
        if not isinstance(node, Pause):
            return False
        return not any(self.text(Speak(prompt, BASE)) for prompt in node.says)


def screens_of(words: Words, folder: Path, latin: Callable[[str], str]) -> Screens:
    """Put together what screens say in each language that has short words. Raises FlowError where a file is broken."""
    short = load(folder, (BASE,)).texts
    english = words.texts[BASE]
    written = {
        name: english.get(f"{name}.sms", text) for name, text in english.items() if not name.endswith(".sms")
    }
    texts = {language: {**written, **short[BASE], **own} for language, own in short.items()}
    return Screens(Words(texts, (BASE,)), latin, short)


def plain(text: str, latin: Callable[[str], str]) -> str:
    """Write a text in the letters that every phone shows, each as long as one."""
    composed = unicodedata.normalize("NFC", text).translate(SHOWN)
    letters = latin(ascii_digits(composed))
    known = "".join(letter if letter in BASIC else _bare(letter) for letter in letters)
    return "\n".join(" ".join(line.split()) for line in known.splitlines()).strip()


def _bare(letter: str) -> str:
    first = unicodedata.normalize("NFKD", letter)[:1]
    return first if first in BASIC else " " if letter.isspace() else ""


def laid_out(lines: Sequence[str], more: str) -> list[str]:
    """Lay lines out on screens. The last holds as many lines as fit, so that a question stays with its choices.

    Every other one ends with the line `more`. What is longer than all of them ends in three dots.
    """
    whole = "\n".join(lines)
    if len(whole) <= ROOM:
        return [whole] if whole else []
    room = ROOM - len(more) - 1
    rest = [piece for line in lines for piece in _pieces(line, room)]
    last = _taken_from_end(rest)
    before = _filled(rest[: len(rest) - len(last)], room)
    if len(before) >= MOST_PAGES:
        before = before[: MOST_PAGES - 1]
        before[-1] = f"{before[-1][: room - 3].rstrip()}..."
    return [*(f"{page}\n{more}" for page in before), "\n".join(last)]


def _pieces(line: str, room: int) -> list[str]:
    """Cut a line that is longer than a screen after a sentence, else between words, else between letters."""
    found, left = [], line
    while len(left) > room:
        ends = (left.rfind(". ", room // 2, room) + 1, left.rfind(" ", 1, room + 1), room)
        end = next(end for end in ends if end > 0)
        found.append(left[:end].rstrip())
        left = left[end:].lstrip()
    return [*found, left] if left else found


def _taken_from_end(rest: Sequence[str]) -> list[str]:
    last: list[str] = []
    for line in reversed(rest):
        if last and len("\n".join([line, *last])) > ROOM:
            break
        last.insert(0, line)
    return last


def _filled(rest: Sequence[str], room: int) -> list[str]:
    found: list[str] = []
    for line in rest:
        if found and len(found[-1]) + 1 + len(line) <= room:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return found


def heard_in(typed: str, wait: Wait | None) -> Heard:
    """Say what was typed: nothing, keys, or words. Where words are wanted a key or two are none, but a longer number is."""
    typed = typed.strip()
    if not typed:
        return Nothing()
    keyed = ascii_digits(typed)
    if set(keyed) <= KEYS and (isinstance(wait, WaitDigits) or len(keyed) < SHORTEST_WORD):
        return Digits(keyed)
    return Text(typed)
