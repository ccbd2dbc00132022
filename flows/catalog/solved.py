"""Solved? 1 yes, 2 no, 3 partly: the last word is the reporter's own (journeys.md F12).

Partly is taken at its key and what is missing is added when it was said: neither is lost where the line breaks.
"""

from __future__ import annotations

from flows.model import Choice, Do, From, Menu, Nodes, Record, Say
from flows.steps import AddToReport, AnswerReport

BY_EAR = ("solved.say_rest", "solved.say_rest_again")
IN_WRITING = ("sms_solved.rest", "sms_solved.rest")


def ask_solved(otherwise: str) -> Menu:
    """The question as it is heard."""
    return Menu(
        (
            Choice("1", "yes", "solved.is_yes"),
            Choice("2", "no", "solved.is_no"),
            Choice("3", "partly", "solved.is_partly"),
        ),
        otherwise=otherwise,
    )


def take_solved(report: str, then: str, rest: tuple[str, str] = BY_EAR) -> Nodes:
    """What follows each key, for the report at this path; afterwards the conversation goes on at `then`."""
    said = {"report": From(report)}
    words = {"note": From("slot.note"), "text": From("slot.text")}
    return {
        "yes": Do(AnswerReport, "thanks", {**said, "said": "yes"}),
        "thanks": Say("solved.yes", then),
        "no": Do(AnswerReport, "reopened", {**said, "said": "no"}),
        "reopened": Say("solved.no", then),
        "partly": Do(AnswerReport, "rest", {**said, "said": "partly"}),
        "rest": Record(*rest, "note", "add_rest", "rest_kept", text_slot="text"),
        "add_rest": Do(AddToReport, "rest_kept", {**said, "kind": "partly", **words}),
        "rest_kept": Say("solved.partly", then),
    }
