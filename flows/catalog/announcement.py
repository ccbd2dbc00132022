"""A broadcast in the member's ear: who calls, the words, how to stop such calls (D7, D9, D13).

A campaign begins with the approved sound itself: what was certified is what is heard first (rules.md L3).
"""

from flows.catalog.shared import ORGANISATION
from flows.model import Branch, Do, End, Flow, From, Pause, Play, Say, has
from flows.steps import MarkHeard

ANNOUNCEMENT = Flow(
    "announcement",
    2,
    "hello",
    {
        "hello": Branch(((has("announcement.is_campaign"), "play"),), "greeting"),
        "greeting": Say("greeting.new", "play", ORGANISATION),
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
