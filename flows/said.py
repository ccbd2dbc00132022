"""Which prompts a node may speak, with the values that it gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flows.model import Ask, Flow, Keys, Menu, Node, Pause, Pick, Record, Say


@dataclass(frozen=True)
class Said:
    """A prompt and the placeholders that are filled for it."""

    prompt: str
    values: frozenset[str] = frozenset()


def said(node: Node) -> Iterator[Said]:
    """Yield every prompt that this node may speak."""
    match node:
        case Say(prompt, _, values):
            yield Said(prompt, frozenset(values))
        case Menu(choices, says, values):
            yield from (Said(prompt, frozenset(values)) for prompt in says)
            yield from (Said(choice.prompt) for choice in choices if choice.prompt)
        case Ask(question, _, _, values):
            yield Said(question, frozenset(values))
        case Pick():
            yield from (Said(prompt) for prompt in node.says)
            yield Said(node.prompt, frozenset({"key"} if node.is_own_tongue else {"key", "name"}))
            yield from (Said(choice.prompt) for choice in node.others if choice.prompt)
        case Keys(question) | Record(question):
            yield Said(question)
            if isinstance(node, Record):
                yield Said(node.again)
        case Pause(_, says):
            yield from (Said(prompt) for prompt in says)
        case _:
            return


def put_again(flows: Iterable[Flow]) -> frozenset[str]:
    """Return the prompts that are heard a second time, slower, where nobody answered (voice_design.md D10)."""
    questions = (
        node for flow in flows for node in flow.nodes.values() if isinstance(node, Menu | Ask | Pick)
    )
    return frozenset(each.prompt for node in questions for each in said(node))
