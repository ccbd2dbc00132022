"""Golden conversations: given who speaks and what is heard, what is said and done. Each turn is stored in between."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from flows.catalog import FLOWS
from flows.model import Node
from flows.simulate import lines
from flows.steps import Speak, Tell
from flows.words import Words
from tests.flows.golden import Conversation, conversations

ALL = conversations()


class Noting(dict[str, Node]):
    """A flow's nodes that note which of them were used."""

    def __init__(self, nodes: dict[str, Node]) -> None:
        super().__init__(nodes)
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> Node:
        self.used.add(name)
        return super().__getitem__(name)


@pytest.mark.parametrize("conversation", ALL, ids=lambda one: f"{one.file.parent.name}/{one.file.stem}")
def test_conversation_goes_as_written(conversation: Conversation):
    language = conversation.facts["language"]
    heard = [(one.hears, lines(one.turn, language)) for one in conversation.play()]
    assert heard == [(turn["hears"], turn["expect"]) for turn in conversation.turns]


def test_every_node_is_visited_by_some_conversation():
    noting = {name: Noting(dict(flow.nodes)) for name, flow in FLOWS.items()}
    flows = {name: replace(flow, nodes=noting[name]) for name, flow in FLOWS.items()}
    for conversation in ALL:
        conversation.play(flows)
    unused = {f"{name}.{node}" for name in FLOWS for node in set(FLOWS[name].nodes) - noting[name].used}
    assert unused == set()


def test_everything_said_in_a_conversation_has_words_and_pieces(words: Words):
    for step in _spoken():
        if isinstance(step, Speak) and step.language not in words.languages:
            continue  # languages of the cast that have no words here
        assert words.text(step).strip() or (isinstance(step, Tell) and step.sound)
        assert all(
            (piece.text.strip() or piece.sound) and "{" not in piece.text for piece in words.speech(step)
        )


def _spoken() -> Iterator[Speak | Tell]:
    for conversation in ALL:
        for exchange in conversation.play():
            yield from (step for step in exchange.turn.steps if isinstance(step, Speak | Tell))
