"""Plays a flow as somebody types it: on a screen or in SMS, without any telephone. For `flow play --as` and for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from flows.catalog.renderings import BY_SCREEN, BY_TEXT, SMS_ONLY, USSD
from flows.engine import resume, start
from flows.facts import Facts
from flows.messages import Write, message
from flows.model import Flow
from flows.screens import Screens, heard_in
from flows.simulate import learn, stored
from flows.state import Turn
from flows.steps import Nothing, Speak, Step, Tell
from flows.words import Words

LEFT = "left"
Show = Callable[[tuple[Step, ...], str], list[str]]


@dataclass(frozen=True)
class Written:
    """What was typed, what is shown for it, screen by screen or SMS by SMS, and what was done."""

    typed: str
    shows: list[str]
    done: tuple[Step, ...]
    is_over: bool


@dataclass(frozen=True)
class Player:
    """One way of writing: how a turn is shown, which flows are written so, what is said of the others."""

    flows: Mapping[str, Flow]
    screens: Screens
    show: Show
    written: frozenset[str]

    def play(self, name: str, inputs: Iterable[str], facts: Facts) -> Iterator[Written]:
        """Yield what is shown at first and after each input, until the conversation is over."""
        turn = start(self.flows[name], facts, self.flows)
        steps, turn, facts = self._settled(turn, facts)
        yield self._written("", steps, turn, facts)
        for typed in inputs:
            if turn.state is None:
                return
            turn = resume(self.flows, stored(turn.state), heard_in(typed, turn.wait), facts)
            steps, turn, facts = self._settled(turn, facts)
            yield self._written(typed, steps, turn, facts)

    def _settled(self, turn: Turn, facts: Facts) -> tuple[tuple[Step, ...], Turn, Facts]:
        """Go on past every place where one only waits for what was heard to sink in."""
        steps, facts = turn.steps, learn(facts, turn.steps)
        while turn.state is not None and self.screens.passes_by(self.flows, turn.state):
            turn = resume(self.flows, stored(turn.state), Nothing(), facts)
            steps, facts = (*steps, *turn.steps), learn(facts, turn.steps)
        if turn.state is not None and turn.state.flow not in self.written:
            closed = Speak("screen.closed", str(facts.get("language", "")))
            return (closed,), Turn((closed,), None, None), facts
        return steps, turn, facts

    def _written(self, typed: str, steps: tuple[Step, ...], turn: Turn, facts: Facts) -> Written:
        language = turn.state.slots.get("language") if turn.state else None
        shows = self.show(steps, language or str(facts.get("language", "")))
        done = tuple(step for step in steps if not isinstance(step, Speak | Tell))
        return Written(typed, shows, done, turn.state is None)


def player(
    rendering: str,
    flow: str,
    flows: Mapping[str, Flow],
    words: Words,
    screens: Screens,
    write: Write | None = None,
) -> Player:
    """Return who plays this flow in this rendering; `write` are the words of a menu by SMS (`flows.texts`)."""
    if rendering == USSD:
        return Player(flows, screens, screens.pages, BY_SCREEN)
    if flow in SMS_ONLY:
        return Player(flows, screens, lambda steps, _: [message(words.text, steps)], BY_TEXT)
    return Player(
        flows, screens, lambda steps, _: [message(write or screens.text, steps, between="\n")], BY_TEXT
    )
