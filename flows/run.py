"""One turn in the making: the place, the slots and the steps gathered so far. Only the engine uses it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.errors import FlowError
from flows.facts import Facts
from flows.model import NO_VALUES, Condition, Flow, Node
from flows.scope import Slots, holds, language_of, look
from flows.state import Fared, Manner, State, Turn
from flows.steps import Speak, Step, Tell, Wait

TRAIL = 12  # turns that * can go back


@dataclass
class Run:
    """Mutable while a turn is made, thrown away after it."""

    flows: Mapping[str, Flow]
    facts: Facts
    flow: Flow
    node: str
    home: str
    slots: dict[str, str] = field(default_factory=dict)
    trail: list[str] = field(default_factory=list)
    since: str = ""
    silences: int = 0
    wrong_keys: int = 0
    turns: int = 0
    fared: Fared | None = None  # how the question of the turn before did
    manner: Manner = Manner.PLAIN
    steps: list[Step] = field(default_factory=list)

    @property
    def here(self) -> Node:
        """The node at the present place."""
        try:
            return self.flow.nodes[self.node]
        except KeyError:
            raise FlowError(f"{self.flow.name} has no node {self.node}", "no-node") from None

    @property
    def language(self) -> str:
        """The language spoken now; "" where none is known."""
        return language_of(self.facts, self.slots) or ""

    @property
    def place(self) -> str:
        """The present place as the state writes it."""
        return "/".join((self.flow.name, self.node, self.slots.get("items", ""), self.slots.get("item", "")))

    def look(self, path: str) -> object:
        """Return what is at the path now."""
        return look(path, self.facts, self.slots)

    def holds(self, condition: Condition | None) -> bool:
        """Tell whether the condition is true now."""
        return holds(condition, self.facts, self.slots)

    def speak(self, prompt: str, values: Slots | None = None, language: str | None = None) -> Speak:
        """Make a Speak of a prompt whose values are paths."""
        filled = {name: _written(self.look(path)) for name, path in values.items()} if values else NO_VALUES
        return Speak(prompt, language or self.language, filled)

    def tell(self, path: str, is_personal: bool = False, part: str = "text") -> Tell | None:
        """Make a Tell of the item at a path; nothing where it has neither words nor a sound."""
        item = self.look(path)
        if not isinstance(item, Mapping) or not (item.get(part) or item.get("sound")):
            return None
        language = str(item.get("language") or self.language)
        return Tell(str(item.get(part) or ""), language, item.get("sound"), is_personal)

    def begin_speech(self) -> None:
        """Remember where the speech of this turn began, for key 9."""
        self.since = self.since or self.place

    def move(self, flow: str, node: str | None = None) -> None:
        """Go to a node of another flow; what was walked in the old one is left behind."""
        if flow not in self.flows:
            raise FlowError(f"There is no flow {flow}", "no-flow")
        if flow != self.flow.name:
            self.slots.pop("items", None)
            self.slots.pop("item", None)
        self.flow = self.flows[flow]
        self.node = node or self.flow.start

    def return_to(self, place: str) -> None:
        """Go back to a place that was written down earlier."""
        flow, node, items, item = place.split("/", 3)
        self.move(flow, node)
        for name, value in (("items", items), ("item", item)):
            self.slots.pop(name, None)
            if value:
                self.slots[name] = value

    def answered(self, then: str) -> None:
        """Go on after a good answer: the counts start anew and * may come back here."""
        self.trail = [*self.trail, self.since][-TRAIL:]
        self.leave(then)

    def leave(self, then: str) -> None:
        """Go on from a question without a way back to it."""
        self.node, self.since, self.silences, self.wrong_keys = then, "", 0, 0

    def wait(self, wait: Wait) -> Turn:
        """End the turn listening."""
        return Turn(tuple(self.steps), wait, self._state(), None, self.fared, self.manner)

    def _state(self) -> State:
        return State(
            self.flow.name,
            self.flow.version,
            self.node,
            dict(self.slots),
            self.silences,
            self.wrong_keys,
            self.turns,
            self.home,
            self.since,
            tuple(self.trail),
        )


def _written(value: object) -> str:
    return "" if value is None else str(value)
