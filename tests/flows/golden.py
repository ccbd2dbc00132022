"""Golden conversations: reading, playing and rewriting the files of `conversations/`.

`python -m tests.flows.golden` writes anew what each conversation expects; look at the difference before you keep it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.catalog import FLOWS
from flows.model import Flow
from flows.simulate import ANSWERED, Exchange, lines, play, toml

FOLDER = Path(__file__).parent / "conversations"
CAST = tomllib.loads((FOLDER / "facts.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Conversation:
    """One file: who speaks in which flow, what is heard turn by turn, what should follow."""

    file: Path
    about: str
    who: str
    flow: str
    changes: dict[str, Any]
    turns: list[dict[str, Any]]

    @property
    def facts(self) -> dict[str, Any]:
        return CAST[self.who] | self.changes

    def play(self, flows: Mapping[str, Flow] = FLOWS) -> list[Exchange]:
        inputs = [turn["hears"] for turn in self.turns if turn["hears"] != ANSWERED]
        return list(play(flows, self.flow, inputs, self.facts))


def conversations() -> list[Conversation]:
    """Read all of them."""
    return [_read(file) for file in sorted(FOLDER.glob("*/*.toml"))]


def rewrite(conversation: Conversation) -> None:
    """Write a conversation with what its flow does now."""
    head = {"about": conversation.about, "who": conversation.who, "flow": conversation.flow}
    parts = [f"{key} = {toml(value)}" for key, value in head.items()]
    if conversation.changes:
        parts += ["", "[facts]", *(f"{key} = {toml(value)}" for key, value in conversation.changes.items())]
    for exchange in conversation.play():
        expected = [f"    {toml(line)}," for line in lines(exchange.turn, conversation.facts["language"])]
        parts += ["", "[[turn]]", f"hears = {toml(exchange.hears)}", "expect = [", *expected, "]"]
    conversation.file.write_text("\n".join(parts) + "\n", encoding="utf-8")


def _read(file: Path) -> Conversation:
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    return Conversation(
        file, found["about"], found["who"], found["flow"], found.get("facts", {}), found["turn"]
    )


if __name__ == "__main__":
    for one in conversations():
        rewrite(one)
