"""A broadcast in the member's ear: who calls, the words, its questions, how to stop such calls (D7, D9, D13).

A campaign begins with the approved sound itself: what was certified is what is heard first (rules.md L3). Whoever answers
or lets the first question pass has heard the message. On a phone that several share, who answers says first that it is
they; a child or a neighbour says so by 2 and the question comes another time (journeys.md M4).
"""

from flows.catalog.shared import ORGANISATION, choose_member
from flows.model import (
    Ask,
    Branch,
    Do,
    End,
    Flow,
    From,
    Nodes,
    Pause,
    Play,
    Poll,
    Record,
    Say,
    Walk,
    equals,
    has,
    lacks,
)
from flows.steps import AnswerQuestion, CallLater, MarkHeard


def _ask(kind: str, then: str, first: str = "questions") -> Nodes:
    """Ask the questions one after the other; an answer is kept at once, silence goes on kindly."""
    question = {"question": From("item.id")}
    return {
        "has_questions": Branch(((has("questions"), first),), "stop"),
        "questions": Walk("questions", "question", then),
        "question": Branch(((equals("item.answer", "voice"), "tell"),), "poll"),
        "poll": Poll("item", "answer", "answered", "asked"),
        "answered": Do(AnswerQuestion, "asked", question | {"key": From("slot.answer")}),
        "tell": Play("item", "speak"),
        "speak": Record("announcement.speak", "announcement.speak_again", "note", "spoken", "asked"),
        "spoken": Do(AnswerQuestion, "asked", question | {"note": From("slot.note")}),
        "asked": Do(MarkHeard, "questions", {"kind": kind, "item": From("announcement.id")}),
    }


HOUSEHOLD: Nodes = {
    "household": Branch(((lacks("is_shared"), "questions"), (lacks("member.name"), "questions")), "who"),
    "who": Ask("answer.who", "chosen", "not_here", {"name": "member.name"}, otherwise="not_here"),
    "chosen": choose_member("questions"),
    "not_here": Do(CallLater, "later"),
    "later": Say("answer.other", "end"),
}

ANNOUNCEMENT = Flow(
    "announcement",
    4,
    "hello",
    {
        "hello": Branch(((has("announcement.is_campaign"), "play"),), "greeting"),
        "greeting": Say("greeting.new", "play", ORGANISATION),
        "play": Play("announcement", "has_questions"),
        **_ask("announcement", "hint", first="household"),
        **HOUSEHOLD,
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
