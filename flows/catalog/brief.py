"""The day's roll-up in a leader's ear, within a minute: the figures, what worries, the two chief problems (F13).

What there was none of is not said; 9 says it all again.
"""

from flows.model import Branch, Do, End, Flow, From, Pause, Say, has
from flows.steps import MarkHeard

BRIEF = Flow(
    "brief",
    1,
    "hello",
    {
        "hello": Say(
            "brief.hello", "any", {"organisation": "sender", "unit": "brief.unit", "date": "brief.date"}
        ),
        "any": Branch(((has("brief.new"), "new"),), "none"),
        "none": Say("brief.none", "solved"),
        "new": Say("brief.new", "danger", {"new": "brief.new"}),
        "danger": Say("brief.danger", "first", {"danger": "brief.danger"}, has("brief.danger")),
        "first": Say("brief.first", "second", {"category": "brief.first"}, has("brief.first")),
        "second": Say("brief.second", "solved", {"category": "brief.second"}, has("brief.second")),
        "solved": Say("brief.solved", "overdue", {"solved": "brief.solved"}, has("brief.solved")),
        "overdue": Say("brief.overdue", "silent", {"overdue": "brief.overdue"}, has("brief.overdue")),
        "silent": Say("brief.silent", "corrected", {"silent": "brief.silent"}, has("brief.silent")),
        "corrected": Say("brief.corrected", "again", when=has("brief.is_corrected")),
        "again": Pause("heard", ("problem.hear_again",)),
        "heard": Do(MarkHeard, "bye", {"kind": "brief", "item": From("brief.rollup")}),
        "bye": Say("brief.bye", "end"),
        "end": End(),
    },
)
