"""Staff's answer in the member's own ear, then: solved? 1 yes, 2 no, 3 partly (journeys.md F12).

On a shared phone nothing is told before the reporter has said that it is they (D26).
"""

from flows.catalog.shared import ORGANISATION, ask_who
from flows.catalog.solved import ask_solved, take_solved
from flows.model import Branch, Do, End, Flow, From, Pause, Play, Say, has
from flows.steps import MarkHeard

ANSWER = Flow(
    "answer",
    2,
    "hello",
    {
        "hello": Say("greeting.new", "shared", ORGANISATION),
        **ask_who("answer", "about"),
        "about": Branch(((has("answer.category"), "about_category"),), "about_any"),
        "about_category": Say("answer.about", "play", {"category": "answer.category"}),
        "about_any": Say("answer.about_any", "play"),
        "play": Play("answer", "solved", is_personal=True),
        "solved": ask_solved(otherwise="unsure"),
        **take_solved("answer.report", "stop"),
        "unsure": Do(MarkHeard, "unsure_words", {"kind": "answer", "item": From("answer.report")}),
        "unsure_words": Say("answer.unsure", "stop"),
        "stop": Pause("end", ("leaving.hint",)),
        "end": End(),
    },
)
