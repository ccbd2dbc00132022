"""A duty person is rung about a danger: where, the member's own voice, and who takes it."""

from flows.model import Ask, Do, End, Flow, From, Play, Say
from flows.steps import MarkHeard, TakeDuty

REPORT = From("duty.report")

DUTY = Flow(
    "duty",
    1,
    "hello",
    {
        "hello": Say("duty.hello", "play", {"organisation": "sender", "unit": "duty.unit"}),
        "play": Play("duty", "ask", is_personal=True),
        "ask": Ask("duty.ask", "take", "heard", otherwise="heard"),
        "take": Do(TakeDuty, "taken", {"report": REPORT}),
        "taken": Say("duty.taken", "end", {"reference": "duty.reference"}),
        "heard": Do(MarkHeard, "passed", {"kind": "duty", "item": REPORT}),
        "passed": Say("duty.passed", "end"),
        "end": End(),
    },
)
