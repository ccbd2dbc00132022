"""How one's own reports stand, each with its answer; an answered one asks whether it is solved (F12).

After those that we know to be theirs, or without any, the number of a report may be keyed: who stayed unnamed is
known by nothing else.
"""

from flows.catalog.codes import CODES, LONGEST_CODE
from flows.catalog.shared import choose_member
from flows.catalog.solved import ask_solved, take_solved
from flows.model import (
    Branch,
    Choice,
    Do,
    Flow,
    From,
    Goto,
    Keys,
    Nodes,
    Pause,
    Pick,
    Play,
    Put,
    Say,
    Walk,
    equals,
    has,
)
from flows.steps import LookUpReport

WHO: Nodes = {
    "start": Branch(((has("member"), "any"), (has("is_shared"), "whose")), "any"),
    "whose": Pick(
        "members",
        "member.pick",
        "member",
        "chosen",
        ("my_reports.whose",),
        (Choice("5", "nobody", "my_reports.unnamed"),),
        otherwise="back",
    ),
    "chosen": choose_member("any"),
    "nobody": Put("member", "", "number"),
}

WALK: Nodes = {
    "any": Branch(((has("own.reports"), "walk"),), "none"),
    "none": Say("my_reports.none", "number"),
    "walk": Walk("reports", "state", "finished"),
    "state": Say("my_reports.state", "play", {"reference": "item.reference", "state": "item.state"}),
    "play": Play("item.answer", "answered", is_personal=True),
    "answered": Branch(((equals("item.state", "answered"), "about"),), "pause"),
    "about": Put("about", From("item.id"), "solved"),
    "pause": Pause("walk"),
    "finished": Say("my_reports.finished", "number"),
}

FOUND = {"reference": "found_report.reference", "state": "found_report.state"}

BY_NUMBER: Nodes = {
    "number": Keys("my_reports.number", LONGEST_CODE, CODES, "reference", "look", "back", seconds=5),
    "look": Do(LookUpReport, "looking", {"reference": From("slot.reference")}),
    "looking": Pause("looked", ("codes.moment",), seconds=1),
    "looked": Branch(
        ((has("found_report.is_known"), "found"), (has("found_report.is_last"), "too_often")), "unknown"
    ),
    "unknown": Say("my_reports.unknown", "number"),
    "too_often": Say("my_reports.too_often", "back"),
    "found": Say("my_reports.state", "found_play", FOUND),
    "found_play": Play("found_report.answer", "found_own", is_personal=True),
    "found_own": Branch(((has("found_report.is_own"), "found_answered"),), "found_pause"),
    "found_answered": Branch(((equals("found_report.state", "answered"), "found_about"),), "found_pause"),
    "found_about": Put("about", From("found_report.id"), "solved"),
    "found_pause": Pause("back"),
    "back": Goto("main_menu", "more"),
}

SOLVED: Nodes = {
    "solved": ask_solved(otherwise="next"),
    **take_solved("about", "next"),
    "next": Branch(((has("item.id"), "walk"),), "back"),
}

MY_REPORTS = Flow("my_reports", 2, "start", {**WHO, **WALK, **BY_NUMBER, **SOLVED})
