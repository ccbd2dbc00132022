"""Draws a flow as an indented tree with its words, for people who do not read code."""

from __future__ import annotations

from collections.abc import Iterator

from flows.edges import edges
from flows.model import Ask, Branch, Condition, Do, End, Flow, From, Goto, Menu, Node, Pick, Poll, Put
from flows.said import said
from flows.words import Words


def tree(flow: Flow, words: Words, language: str) -> Iterator[str]:
    """Yield the lines of a flow from its start; a node met again is only named."""
    seen: set[str] = set()
    yield from _branch(flow, flow.start, words, language, 0, seen)
    for door in (flow.home, flow.help, *flow.nodes):
        if door is not None and door not in seen:
            yield from _branch(flow, door, words, language, 0, seen)


def _branch(flow: Flow, name: str, words: Words, language: str, depth: int, seen: set[str]) -> Iterator[str]:
    indent = "  " * min(depth, 12)
    node = flow.nodes[name]
    if name in seen:
        yield f"{indent}-> {name}"
        return
    seen.add(name)
    yield f"{indent}{name}: {describe(node)}"
    for one in said(node):
        yield f"{indent}    “{words.find(one.prompt, language)[1]}”"
    followers = list(dict.fromkeys(edges(node)))
    for then in followers:
        yield from _branch(flow, then, words, language, depth + (len(followers) > 1), seen)


def describe(node: Node) -> str:
    """Say in a few words what a node does."""
    match node:
        case Menu(choices):
            return "menu " + ", ".join(f"{choice.key} {choice.then}" for choice in choices)
        case Ask(_, yes, no):
            return f"ask, 1 {yes}, 2 {no}"
        case Pick():
            return f"pick one of {node.items}"
        case Poll(path):
            return f"ask {path}, its own keys"
        case Do(effect, _, given):
            shown = (
                f"{name} {value.path if isinstance(value, From) else value}" for name, value in given.items()
            )
            return f"do {getattr(effect, '__name__', effect)} {', '.join(shown)}".rstrip()
        case Branch(cases):
            return "if " + ", ".join(f"{_when(condition)} {then}" for condition, then in cases)
        case Put(slot, value):
            return f"keep {slot} {value.path if isinstance(value, From) else value}"
        case Goto(flow, name):
            return f"go to {flow}" + (f" at {name}" if name else "")
        case End():
            return "the end"
        case _:
            return type(node).__name__.lower()


def _when(condition: Condition) -> str:
    match condition.wanted:
        case True:
            return condition.path
        case False:
            return f"no {condition.path}"
        case _:
            return f"{condition.path} is {condition.wanted}"
