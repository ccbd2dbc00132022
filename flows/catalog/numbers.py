"""A member has a new number: said on the new one, asked on the old one; a coordinator decides (journeys.md M6)."""

from flows.catalog.shared import ORGANISATION
from flows.model import Choice, Do, End, Flow, From, Menu, Record, Say
from flows.steps import AnswerNumberChange, ClaimNumber

CHANGE = From("number_change.id")

NEW_NUMBER = Flow(
    "new_number",
    1,
    "say",
    {
        "say": Record(
            "new_number.say", "new_number.again", "note", "claim", "nothing", seconds=15, text_slot="text"
        ),
        "claim": Do(ClaimNumber, "kept", {"note": From("slot.note"), "text": From("slot.text")}),
        "kept": Say("new_number.kept", "end"),
        "nothing": Say("goodbye.member", "end"),
        "end": End(),
    },
)

NUMBER_CHECK = Flow(
    "number_check",
    1,
    "hello",
    {
        "hello": Say("greeting.new", "ask", ORGANISATION),
        "ask": Menu(
            (
                Choice("1", "yes", "old_number.yes"),
                Choice("2", "no", "old_number.no"),
                Choice("3", "stranger", "old_number.stranger"),
            ),
            ("old_number.about",),
            {"name": "number_change.name"},
            otherwise="bye",
        ),
        "yes": Do(AnswerNumberChange, "moved", {"change": CHANGE, "said": "yes"}),
        "moved": Say("old_number.moved", "end"),
        "no": Do(AnswerNumberChange, "stays", {"change": CHANGE, "said": "no"}),
        "stays": Say("old_number.stays", "end"),
        "stranger": Do(AnswerNumberChange, "sorry", {"change": CHANGE, "said": "stranger"}),
        "sorry": Say("old_number.sorry", "end"),
        "bye": Say("goodbye.member", "end"),
        "end": End(),
    },
)
