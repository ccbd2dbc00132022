"""One step of a conversation of twenty questions: 0.10 ms of CPU at most, its state to JSON and back included (issue's aim;
performance.md B: the Python engine of the best-known peer takes 1.9 ms a step on such a machine).

The conversation is as real ones are: a sentence before each question, four choices, an effect, a branch, an answer kept in a
slot. The baseline is the trip of the same state through JSON alone, in the same run.
"""

from __future__ import annotations

import time
from statistics import median

from flows.engine import resume, start
from flows.model import Branch, Choice, Do, End, Flow, From, Menu, Node, Put, Say, has
from flows.state import State
from flows.steps import Digits, Remember
from gateway import jsons

QUESTIONS, RUNS, ROUNDS = 20, 200, 7
GOAL_MS = 0.10
FACTS = {
    "language": "hi",
    "member": {"id": 1, "name": "Sita", "is_joined": True},
    "organisation": "Gram Sabha",
}


def main() -> None:
    flow = twenty_questions()
    states = _walk(flow)
    steps = [_step_ms(flow) for _ in range(ROUNDS)]
    trips = [_trip_ms(states) for _ in range(ROUNDS)]
    found, bare = median(steps), median(trips)
    print(f"one step of {QUESTIONS} questions: {found:.4f} ms of CPU ({min(steps):.4f} to {max(steps):.4f})")
    print(f"its state to JSON and back alone: {bare:.4f} ms; ratio {found / bare:.1f}")
    if found > GOAL_MS:
        raise SystemExit(f"more than {GOAL_MS} ms a step")


def twenty_questions() -> Flow:
    nodes: dict[str, Node] = {}
    for nth in range(QUESTIONS):
        then = f"say_{nth + 1}" if nth + 1 < QUESTIONS else "end"
        choices = tuple(Choice(str(key), f"keep_{nth}", f"problem.choice_{key}") for key in range(1, 5))
        nodes |= {
            f"say_{nth}": Say("problem.kept", f"ask_{nth}", {"name": "member.name"}),
            f"ask_{nth}": Menu(choices, ("problem.how_urgent",)),
            f"keep_{nth}": Put(f"answer_{nth}", "1", f"branch_{nth}"),
            f"branch_{nth}": Branch(((has("member.is_joined"), f"do_{nth}"),), then),
            f"do_{nth}": Do(Remember, then, {"field": "name", "value": From(f"slot.answer_{nth}")}),
        }
    return Flow("bench", 1, "say_0", {**nodes, "end": End()})


def _walk(flow: Flow) -> list[State]:
    """Every state that one conversation is stored in."""
    turn = start(flow, FACTS)
    states = []
    while turn.state is not None:
        states.append(turn.state)
        turn = resume({flow.name: flow}, turn.state, Digits("1"), FACTS)
        assert turn.error is None, turn.error
    assert len(states) == QUESTIONS
    return states


def _step_ms(flow: Flow) -> float:
    flows, heard, steps = {flow.name: flow}, Digits("1"), 0
    began = time.process_time()
    for _ in range(RUNS):
        turn = start(flow, FACTS)
        while turn.state is not None:
            stored = jsons.dumps(turn.state.to_json())
            turn = resume(flows, State.from_json(jsons.loads(stored)), heard, FACTS)
            steps += 1
    return (time.process_time() - began) * 1000 / steps


def _trip_ms(states: list[State]) -> float:
    began = time.process_time()
    for _ in range(RUNS):
        for state in states:
            State.from_json(jsons.loads(jsons.dumps(state.to_json())))
    return (time.process_time() - began) * 1000 / (RUNS * len(states))


if __name__ == "__main__":
    main()
