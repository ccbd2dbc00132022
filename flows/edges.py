"""Which nodes a node leads to: read by the checker and by whoever draws a flow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flows.model import (
    Ask,
    Branch,
    Do,
    Flow,
    Goto,
    Keys,
    Menu,
    Node,
    Pause,
    Pick,
    Play,
    Poll,
    Put,
    Record,
    Say,
    TakeUp,
    Walk,
)


def edges(node: Node) -> Iterator[str]:
    """Yield the names of the followers inside the flow."""
    match node:
        case Say() | Play() | Do() | Put() | Pause():
            yield node.then
        case Menu() | Ask() | Pick():
            yield from _answers(node)
            if node.otherwise is not None:
                yield node.otherwise
        case Keys() | Poll():
            yield from (node.then, node.otherwise)
        case Record():
            yield from (node.then, node.blank)
        case Branch(cases, otherwise):
            yield from (*(then for _, then in cases), otherwise)
        case Walk():
            yield from (node.each, node.then)
        case _:  # Goto, TakeUp and End
            return


def cross_edges(flow: Flow) -> Iterator[tuple[str, str, str | None]]:
    """Yield (node here, flow there, node there) for each way out of the flow."""
    for name, node in flow.nodes.items():
        if isinstance(node, Goto):
            yield name, node.flow, node.node
        elif isinstance(node, TakeUp):
            yield name, node.home, None


def menu_depths(flow: Flow, doors: Iterable[str]) -> dict[str, int]:
    """Return how many menus lie before each node on the shortest way in; what cannot be reached is left out."""
    depths = dict.fromkeys(doors, 0)
    waiting = list(depths)
    while waiting:
        name = waiting.pop(0)
        node = flow.nodes[name]
        depth = depths[name] + isinstance(node, Menu | Pick)
        for then in edges(node):
            if depth < depths.get(then, depth + 1):
                depths[then] = depth
                waiting.append(then)
    return depths


def _answers(node: Menu | Ask | Pick) -> tuple[str, ...]:
    match node:
        case Menu(choices):
            return tuple(choice.then for choice in choices)
        case Ask(_, yes, no):
            return (yes, no)
        case _:
            return (node.then, *(choice.then for choice in node.others))
