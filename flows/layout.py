"""A flow as a picture: its questions in rows, and the ways from one to the next. Pure; nothing here is used in a call.

What lies between two questions (words, effects, branches) is drawn as the way itself. A row holds the questions that are as
many questions away from the beginning; within it they stand below those that lead to them, so that few ways cross.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flows.edges import edges
from flows.engine import WAITING
from flows.model import Ask, Choice, End, Flow, Goto, Menu, Node, Pause, Pick, TakeUp

OVER = "over"  # where the ways end that lead to the end of the flow


@dataclass(frozen=True)
class Way:
    """From one question to the next, to another flow (`flow:name`) or to the end; `keys` that lead there, "" for others."""

    start: str
    end: str
    keys: str


@dataclass(frozen=True)
class Layout:
    """Rows of places, the first one where the flow begins; `ways` between them, none twice."""

    rows: tuple[tuple[str, ...], ...]
    ways: tuple[Way, ...]


def lay_out(flow: Flow) -> Layout:
    """Place the questions of a flow, the other flows that it leads to, and its end."""
    ways = _ways(flow)
    ranks = _ranks(_first_stops(flow, flow.start) + _doors(flow), ways)
    rows = _rows(ranks, ways)
    return Layout(rows, tuple(ways))


def order(flow: Flow) -> list[str]:
    """List the questions of a flow as a caller may come to them; pauses, which ask nothing, are left out."""
    placed = [name for row in lay_out(flow).rows for name in row]
    return [name for name in placed if name in flow.nodes and not isinstance(flow.nodes[name], Pause)]


def _doors(flow: Flow) -> list[str]:
    """Places that other flows or key 0 enter: what is found nowhere else begins there."""
    return [name for name, node in flow.nodes.items() if isinstance(node, WAITING)]


def _ways(flow: Flow) -> list[Way]:
    found: dict[tuple[str, str], str] = {}
    for name, node in flow.nodes.items():
        if not isinstance(node, WAITING):
            continue
        for then, key in _answers(node):
            for stop in _first_stops(flow, then):
                keys = found.get((name, stop), "")
                found[name, stop] = keys + key if key not in keys else keys
    return [Way(start, end, keys) for (start, end), keys in found.items() if start != end]


def _answers(node: Node) -> Iterator[tuple[str, str]]:
    """Yield where a question leads, with the key that leads there; "" where it is no single key."""
    choices: tuple[Choice, ...] = ()
    keyed: dict[str, str] = {}
    match node:
        case Menu():
            choices = node.choices
        case Pick():
            choices = node.others
        case Ask(_, yes, no):
            keyed = {"1": yes, "2": no}
    known = {choice.key: choice.then for choice in choices} | keyed
    yield from ((then, key) for key, then in known.items())
    yield from ((then, "") for then in edges(node) if then not in known.values())


def _first_stops(flow: Flow, name: str) -> list[str]:
    """Follow what asks nothing until a question, another flow or the end; each once, in the order in which they are met."""
    seen, found, waiting = {name}, [], [name]
    while waiting:
        here = waiting.pop(0)
        node = flow.nodes[here]
        match node:
            case End():
                found.append(OVER)
            case Goto(there, _) | TakeUp(_, there):
                found.append(f"flow:{there}")
            case _ if isinstance(node, WAITING):
                found.append(here)
            case _:
                further = [then for then in edges(node) if then not in seen]
                seen.update(further)
                waiting.extend(further)
    return list(dict.fromkeys(found))


def _ranks(doors: list[str], ways: list[Way]) -> dict[str, int]:
    """Say how many questions lie before each place at most, ways back not counted; the end stands below all others."""
    after: dict[str, list[str]] = {}
    for way in ways:
        after.setdefault(way.start, []).append(way.end)
    in_order = _forward(doors, after)
    ranks = dict.fromkeys(in_order, 0)
    place = {name: nth for nth, name in enumerate(in_order)}
    for name in in_order:
        for then in after.get(name, ()):
            if place[then] > place[name]:
                ranks[then] = max(ranks[then], ranks[name] + 1)
    if OVER in ranks:
        ranks[OVER] = max([rank for name, rank in ranks.items() if name != OVER], default=-1) + 1
    return ranks


def _forward(doors: list[str], after: Mapping[str, list[str]]) -> list[str]:
    """Order the places so that each stands before those it leads to, but for the ways back."""
    seen: set[str] = set()
    done: list[str] = []

    def visit(name: str) -> None:
        seen.add(name)
        for then in reversed(after.get(name, ())):
            if then not in seen:
                visit(then)
        done.append(name)

    for door in doors:
        if door not in seen:
            rest, done = done, []
            visit(door)
            done = [*done, *rest]
    return done[::-1]


def _rows(ranks: Mapping[str, int], ways: list[Way]) -> tuple[tuple[str, ...], ...]:
    rows: list[tuple[str, ...]] = []
    place: dict[str, float] = {}
    for rank in range(max(ranks.values(), default=-1) + 1):
        names = [name for name, at in ranks.items() if at == rank]
        above = {
            name: [place[way.start] for way in ways if way.end == name and way.start in place]
            for name in names
        }
        names.sort(key=lambda name: sum(above[name]) / len(above[name]) if above[name] else 0.0)
        place |= {name: (nth + 0.5) / len(names) for nth, name in enumerate(names)}
        rows.append(tuple(names))
    return tuple(row for row in rows if row)
