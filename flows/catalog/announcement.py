"""A broadcast in the member's ear: who calls, the words, its questions, how to stop such calls (D7, D9, D13).

A campaign begins with the approved sound itself: what was certified is what is heard first (rules.md L3). Whoever answers
or lets the first question pass has heard the message.
"""

from flows.catalog.shared import ORGANISATION
from flows.model import Branch, Do, End, Flow, From, Nodes, Pause, Play, Poll, Record, Say, Walk, equals, has
from flows.steps import AnswerQuestion, MarkHeard


def _ask(kind: str, then: str) -> Nodes:
    """Ask the questions one after the other; an answer is kept at once, silence goes on kindly."""
    question = {"question": From("item.id")}
    return {
        "has_questions": Branch(((has("questions"), "questions"),), "stop"),
        "questions": Walk("questions", "question", then),
        "question": Branch(((equals("item.answer", "voice"), "tell"),), "poll"),
        "poll": Poll("item", "answer", "answered", "asked"),
        "answered": Do(AnswerQuestion, "asked", question | {"key": From("slot.answer")}),
        "tell": Play("item", "speak"),
        "speak": Record("announcement.speak", "announcement.speak_again", "note", "spoken", "asked"),
        "spoken": Do(AnswerQuestion, "asked", question | {"note": From("slot.note")}),
        "asked": Do(MarkHeard, "questions", {"kind": kind, "item": From("announcement.id")}),
    }


ANNOUNCEMENT = Flow(
    "announcement",
    3,
    "hello",
    {
        "hello": Branch(((has("announcement.is_campaign"), "play"),), "greeting"),
        "greeting": Say("greeting.new", "play", ORGANISATION),
        "play": Play("announcement", "has_questions"),
        **_ask("announcement", "hint"),
        "hint": Pause("bye", ("leaving.hint",)),
        "stop": Pause("mark", ("announcement.again_or_stop",)),
        "mark": Do(MarkHeard, "bye", {"kind": "announcement", "item": From("announcement.id")}),
        "bye": Say("goodbye.member", "end"),
        "end": End(),
    },
)

TEST_CALL = Flow(
    "test_call",
    2,
    "hello",
    {
        "hello": Say("test_call.hello", "greeting"),
        "greeting": Say("greeting.new", "play", ORGANISATION),
        "play": Play("announcement", "has_questions"),
        **_ask("test", "hint"),
        "hint": Pause("over", ("leaving.hint",)),
        "stop": Pause("mark", ("announcement.again_or_stop",)),
        "mark": Do(MarkHeard, "over", {"kind": "test", "item": From("announcement.id")}),
        "over": Say("test_call.over", "end"),
        "end": End(),
    },
)
