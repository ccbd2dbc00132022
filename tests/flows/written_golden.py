"""Golden conversations in writing: reading, playing and rewriting the files of `written/`, on a screen or by SMS.

`python -m tests.flows.written_golden` writes anew what each shows; look at the difference before you keep it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flows
from flows.catalog import FLOWS
from flows.catalog.renderings import SMS
from flows.play_written import Player, Written, player
from flows.screens import Screens, screens_of
from flows.simulate import line, toml
from flows.texts import texts_of
from flows.words import Words, load
from gateway.names_scripts import read_as_typed
from tests.flows.golden import CAST

FOLDER = Path(__file__).parent / "written"
WORDS = Path(flows.__file__).parent / "words"


@dataclass(frozen=True)
class Conversation:
    """One file: who writes in which flow and how, what is typed turn by turn, what should be shown and done."""

    file: Path
    about: str
    rendering: str
    who: str
    flow: str
    changes: dict[str, Any]
    turns: list[dict[str, Any]]

    @property
    def player(self) -> Player:
        """Who plays it, with the words as they are."""
        return by(self.rendering, self.flow, bool(self.changes.get("writes_own")))

    def play(self, by: Player) -> list[dict[str, Any]]:
        typed = [turn["types"] for turn in self.turns[1:]]
        facts = {
            **CAST[self.who],
            "is_written": True,
            "is_texted": self.rendering == SMS,
            "languages": ["bn", "en", "hi"],
            **self.changes,
        }
        return [_turn(each, str(facts["language"])) for each in by.play(self.flow, typed, facts)]


def _turn(each: Written, language: str) -> dict[str, Any]:
    done = {"does": [line(step, language).removeprefix("do ") for step in each.done]} if each.done else {}
    return {"types": each.typed, "shows": each.shows, **done, **({"over": True} if each.is_over else {})}


def conversations() -> list[Conversation]:
    """Read all of them."""
    return [_read(file) for file in sorted(FOLDER.glob("*.toml"))]


def by(rendering: str, flow: str, is_own: bool = False) -> Player:
    """Return who plays this rendering, with the words as they are."""
    words: Words = load(WORDS)
    screens: Screens = screens_of(words, WORDS / "screens", read_as_typed)
    return player(rendering, flow, FLOWS, words, screens, texts_of(screens, WORDS / "texts").writer(is_own))


def rewrite(conversation: Conversation) -> None:
    """Write a conversation with what is shown now."""
    names = ("about", "rendering", "who", "flow")
    parts = [f"{name} = {toml(getattr(conversation, name))}" for name in names]
    if conversation.changes:
        parts += ["", "[facts]", *(f"{key} = {toml(value)}" for key, value in conversation.changes.items())]
    for turn in conversation.play(conversation.player):
        parts += ["", "[[turn]]", *(_value(name, value) for name, value in turn.items())]
    conversation.file.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _value(name: str, value: Any) -> str:
    if name != "shows":
        return f"{name} = {toml(value) if value is not True else 'true'}"
    return "\n".join(["shows = [", *(f'"""\n{page}""",' for page in value), "]"])


def _read(file: Path) -> Conversation:
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    names = ("about", "rendering", "who", "flow")
    return Conversation(file, *(found[name] for name in names), found.get("facts", {}), found["turn"])


if __name__ == "__main__":
    for one in conversations():
        rewrite(one)
