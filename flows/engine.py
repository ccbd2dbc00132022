"""Walks a flow: `start` and `resume` turn facts and what was heard into the next steps and the next wait.

Pure: no clock, no chance, no logging. The shell performs the steps, stores the state and comes back. Universal
keys, silence and wrong keys are handled here once (voice_design.md D10 to D13), never in a flow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from flows.errors import FlowError
from flows.facts import Facts
from flows.listening import hear, listen
from flows.model import (
    Ask,
    Branch,
    Do,
    End,
    Flow,
    From,
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
    Waiting,
    Walk,
)
from flows.run import Run
from flows.scope import next_item
from flows.state import State, Turn
from flows.steps import (
    AddToReport,
    AnswerQuestion,
    ChooseMember,
    ClaimNumber,
    Heard,
    MarkHeard,
    OpenReport,
    Remember,
    SayWrong,
    Speak,
    Tell,
    VoiceNote,
)

__all__ = ["MAX_STEPS", "MAX_TURNS", "State", "Turn", "hung_up", "resume", "start", "waits_for_words"]

MAX_STEPS = 50
MAX_TURNS = 200
MAX_HOPS = 500  # nodes passed in one turn; only a loop without a question comes near it
UNDONE_BY_ASKING_AGAIN = (Remember, ChooseMember, MarkHeard, AnswerQuestion)
WAITING = (Menu, Ask, Pick, Poll, Keys, Pause, Record)  # a tuple: a union is built anew at every look
SAID_ALREADY = ("greeting.", "problem.kept")  # where a conversation is taken up, by the line of recap
SAID_OR_WRITTEN = (
    OpenReport,
    AddToReport,
    ClaimNumber,
    SayWrong,
)  # a note or words: one of them is not there


def start(flow: Flow, facts: Facts, flows: Mapping[str, Flow] | None = None) -> Turn:
    """Begin a conversation. `flows` is needed where the flow may leave for another before its first question."""
    run = Run(dict(flows or {}) | {flow.name: flow}, facts, flow, flow.start, flow.name)
    return _guarded(run)


def resume(flows: Mapping[str, Flow], state: State, heard: Heard, facts: Facts) -> Turn:
    """Go on after an input; silence is one. A flow that changed meanwhile starts again with one line of apology."""
    flow = flows.get(state.flow)
    if flow is None or flow.version != state.version or not _is_waiting(flow, state.node):
        return _restart(flows, state, facts)
    run = _run(flows, flow, state, facts)
    if run.turns > MAX_TURNS:
        return _apology(run, f"more than {MAX_TURNS} turns")
    return _guarded(run, heard)


def hung_up(flows: Mapping[str, Flow], state: State, heard: Heard | None, facts: Facts) -> Turn:
    """Keep what was said when the caller hung up: effects only, nothing is spoken and nothing is waited for.

    A note counts however short it is (D22). At any other place nothing follows; the state comes back unchanged.
    """
    flow = flows.get(state.flow)
    node = flow.nodes.get(state.node) if flow else None
    if flow is None or not isinstance(node, Record):
        return Turn((), None, state)
    if isinstance(heard, VoiceNote):
        state = replace(state, slots={**state.slots, node.slot: heard.ref})
    if not state.slots.get(node.slot):
        return Turn((), None, state)
    run = _run(flows, flow, state, facts)
    run.answered(node.then)
    turn = _guarded(run)
    return Turn(
        tuple(step for step in turn.steps if not isinstance(step, Speak | Tell)), None, turn.state, turn.error
    )


def waits_for_words(flows: Mapping[str, Flow], state: State) -> bool:
    """Tell whether a written answer of any words is wanted here."""
    flow = flows.get(state.flow)
    node = flow.nodes.get(state.node) if flow else None
    return isinstance(node, Record) and node.text_slot is not None


def _is_waiting(flow: Flow, node: str) -> bool:
    return isinstance(flow.nodes.get(node), WAITING)


def _run(flows: Mapping[str, Flow], flow: Flow, state: State, facts: Facts) -> Run:
    return Run(
        flows,
        facts,
        flow,
        state.node,
        state.home or flow.name,
        dict(state.slots),
        list(state.trail),
        state.since,
        state.silences,
        state.wrong_keys,
        state.turns + 1,
    )


def _restart(flows: Mapping[str, Flow], state: State, facts: Facts) -> Turn:
    flow = flows.get(state.home) or flows.get("main_menu")
    kept = {name: value for name, value in state.slots.items() if name in ("language", "member")}
    if flow is None:
        speak = Speak("apology.sorry", kept.get("language") or facts.get("language", ""))
        return Turn((speak,), None, None, f"no flow {state.flow}")
    run = Run(flows, facts, flow, flow.start, flow.name, kept, turns=state.turns + 1)
    run.steps.append(run.speak("apology.restart"))
    return _guarded(run)


def _guarded(run: Run, heard: Heard | None = None) -> Turn:
    try:
        turn = hear(run, heard) if heard is not None else None
        return turn or _pass_on(run)
    except FlowError as error:
        return _apology(run, str(error))


def _apology(run: Run, error: str) -> Turn:
    done = [step for step in run.steps if not isinstance(step, Speak | Tell)]
    return Turn(
        (*done[:MAX_STEPS], run.speak("apology.sorry")), None, None, f"{run.place}: {error}", run.fared
    )


def _pass_on(run: Run) -> Turn:
    for _ in range(MAX_HOPS):
        node = run.here
        passed = PASSED.get(type(node))
        if passed is None:
            return _stop(run, node)
        run.node = passed(run, node)
        if len(run.steps) > MAX_STEPS:
            break
    raise FlowError("too much without a question", "endless")


def _stop(run: Run, node: Node) -> Turn:
    if isinstance(node, End):
        return Turn(tuple(run.steps), None, None, None, run.fared, run.manner)
    return _checked(run, listen(run, cast(Waiting, node)))


def _checked(run: Run, turn: Turn) -> Turn:
    if len(turn.steps) > MAX_STEPS:
        raise FlowError(f"more than {MAX_STEPS} steps", "endless")
    return turn


def _say(run: Run, node: Say) -> str:
    if run.holds(node.when):
        run.begin_speech()
        run.steps.append(run.speak(node.prompt, node.values))
    return node.then


def _play(run: Run, node: Play) -> str:
    step = run.tell(node.path, node.is_personal)
    if step is not None:
        run.begin_speech()
        run.steps.append(step)
    return node.then


def _branch(run: Run, node: Branch) -> str:
    for condition, then in node.cases:
        if run.holds(condition):
            return then
    return node.otherwise


def _put(run: Run, node: Put) -> str:
    found = run.look(node.value.path) if isinstance(node.value, From) else node.value
    if found is not None:
        run.slots[node.slot] = str(found)
    return node.then


def _do(run: Run, node: Do) -> str:
    step = node.effect(**{name: _given(run, node, value) for name, value in node.given.items()})
    run.steps.append(step)
    # what is done is not said again by 9 and not undone by *; a language or a name may be chosen anew
    run.since = ""
    if not isinstance(step, UNDONE_BY_ASKING_AGAIN):
        run.trail = []
    return node.then


def _given(run: Run, node: Do, value: object) -> object:
    if not isinstance(value, From):
        return value
    found = run.look(value.path)
    if found is None and node.effect not in SAID_OR_WRITTEN:
        raise FlowError(f"{value.path} is not among the facts", "no-fact")
    return found


def _goto(run: Run, node: Goto) -> str:
    run.move(node.flow, node.node)
    return run.node


def _take_up(run: Run, node: TakeUp) -> str:
    """Say again what was said last, as key 9 does, but not what the recap says."""
    stored = run.look(node.path)
    state = State.from_json(stored) if isinstance(stored, Mapping) else None
    flow = run.flows.get(state.flow) if state else None
    run.home, run.since = node.home, ""
    if state is None or flow is None:
        run.move(node.home, run.flows[node.home].home)
    elif flow.version != state.version or not _is_waiting(flow, state.node):
        run.steps.append(run.speak("apology.restart"))
        run.move(flow.name)
    else:
        run.slots = {**state.slots, **run.slots}
        run.trail = list(state.trail)
        run.flow, run.node = flow, state.node
        if state.since:
            run.return_to(state.since)
        while isinstance(run.here, Say) and run.here.prompt.startswith(SAID_ALREADY):
            run.node = run.here.then
    return run.node


def _walk(run: Run, node: Walk) -> str:
    if run.slots.get("items") != node.items:
        run.slots.pop("item", None)
    found = next_item(node.items, run.facts, run.slots)
    if found is None:
        run.slots.pop("items", None)
        run.slots.pop("item", None)
        return node.then
    run.slots["items"], run.slots["item"] = node.items, found
    return node.each


# How a node that asks nothing is passed, and which node is next; every other kind waits or ends (`tests/flows/test_engine.py`).
PASSED: Mapping[type[Node], Callable[[Run, Any], str]] = {
    Say: _say,
    Play: _play,
    Branch: _branch,
    Put: _put,
    Do: _do,
    Goto: _goto,
    Walk: _walk,
    TakeUp: _take_up,
}
