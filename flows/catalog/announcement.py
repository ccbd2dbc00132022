"""A broadcast in the member's ear: who calls, the words, how to stop such calls (D7, D9, D13)."""

from flows.catalog.shared import ORGANISATION
from flows.model import Do, End, Flow, From, Pause, Play, Say
from flows.steps import MarkHeard

ANNOUNCEMENT = Flow(
    "announcement",
    1,
    "hello",
    {
        "hello": Say("greeting.new", "play", ORGANISATION),
        "play": Play("announcement", "stop"),
        "stop": Pause("mark", ("announcement.again_or_stop",)),
        "mark": Do(MarkHeard, "bye", {"kind": "announcement", "item": From("announcement.id")}),
        "bye": Say("goodbye.member", "end"),
        "end": End(),
    },
)

TEST_CALL = Flow(
    "test_call",
    1,
    "hello",
    {
        "hello": Say("test_call.hello", "greeting"),
        "greeting": Say("greeting.new", "play", ORGANISATION),
        "play": Play("announcement", "stop"),
        "stop": Pause("mark", ("announcement.again_or_stop",)),
        "mark": Do(MarkHeard, "over", {"kind": "test", "item": From("announcement.id")}),
        "over": Say("test_call.over", "end"),
        "end": End(),
    },
)
