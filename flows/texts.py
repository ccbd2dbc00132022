"""What a menu says by SMS: in the letters that somebody writes, their own or Latin ones. Pure.

Latin letters are the words of a phone's own screen (`flows.screens`), since one SMS holds 160 of them and 70 of any other;
whoever writes in their own script reads it, and can show it. The words are those of `words/texts/`, which say what is
different from a screen: under `latin` in Latin letters, else in a language's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flows.messages import Write
from flows.screens import BASE, Screens
from flows.steps import Speak, Tell
from flows.words import Words, load

LATIN = "latin."
OWN, PLAIN = "own", "latin"
LAST_LATIN = "\u024f"


@dataclass(frozen=True)
class Texts:
    """`latin` writes in Latin letters; `own` are the words of the languages that have letters of their own."""

    latin: Screens
    own: Words

    def writer(self, is_own: bool) -> Write:
        """Return who writes a step, in the letters that its reader writes."""
        return self._in_own if is_own else self.latin.text

    def _in_own(self, step: Speak | Tell) -> str:
        if isinstance(step, Tell):
            return step.text.strip()
        return self.own.text(step) if step.language in self.own.texts else self.latin.text(step)


def texts_of(screens: Screens, folder: Path) -> Texts:
    """Put together what menus by SMS say. Raises FlowError where a file is broken."""
    there = load(folder, (BASE,)).texts
    plain, own = {}, {}
    for language, found in there.items():
        latin = {name.removeprefix(LATIN): text for name, text in found.items() if name.startswith(LATIN)}
        lettered = {name: text for name, text in found.items() if not name.startswith(LATIN)}
        is_latin = all(letters(text) != OWN for text in lettered.values())
        before = screens.words.texts.get(language, {})
        if language in screens.words.texts:
            plain[language] = {**before, **latin, **(lettered if is_latin else {})}
        if not is_latin:
            silent = {name: "" for name, text in screens.words.texts[BASE].items() if not text}
            own[language] = {**silent, **lettered}
    kept = {name: texts for name, texts in screens.words.texts.items() if name not in plain}
    return Texts(Screens(Words({**kept, **plain}, (BASE,)), screens.latin, screens.own), Words(own, ()))


def letters(text: str) -> str:
    """Say in which letters a text is written, by its first one: its own script, Latin, or none that tells."""
    first = next((letter for letter in text if letter.isalpha()), "")
    return "" if not first else PLAIN if first <= LAST_LATIN else OWN
