"""We ring about a report that broke off, or on which no voice could be made out: say the rest, or say it again (journeys.md M2).

What was heard so far is played on the reporter's own word alone (D26).
"""

from flows.catalog.shared import ORGANISATION, ask_who
from flows.model import Branch, Do, End, Flow, From, Keys, Pause, Play, Record, Say, equals, has
from flows.steps import AddToReport

SAID = {"report": From("go_on.report"), "kind": "again", "note": From("slot.note")}

GO_ON = Flow(
    "go_on",
    1,
    "hello",
    {
        "hello": Say("greeting.new", "shared", ORGANISATION),
        **ask_who("go_on", "about"),
        "about": Branch(
            ((equals("go_on.mode", "blank"), "blank"), (equals("go_on.mode", "noisy"), "noisy")), "cut"
        ),
        "cut": Say("go_on.cut", "heard"),
        "heard": Say("go_on.heard", "play", when=has("go_on.sound")),
        "play": Play("go_on", "ask", is_personal=True),
        "ask": Keys("go_on.go_on", 1, frozenset("1"), "goes_on", "say", "later", seconds=7),
        "say": Record("go_on.say", "problem.beep_again", "note", "add", "later"),
        "blank": Say("go_on.blank", "say_again"),
        "noisy": Say("go_on.noisy", "say_again"),
        "say_again": Record("go_on.say_again", "problem.beep_again", "note", "add", "later"),
        "add": Do(AddToReport, "kept", SAID),
        "kept": Say("go_on.kept", "stop", {"reference": "go_on.reference"}),
        "later": Say("go_on.later", "stop"),
        "stop": Pause("end", ("leaving.hint",)),
        "end": End(),
    },
)
