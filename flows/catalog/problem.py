"""One problem, spoken: it is kept the moment it was said, then its urgency, then its number digit by digit.

Nobody has to be known for it. Trained members may key a two-digit code instead (demo_data.md 6.4).
"""

from flows.catalog.shared import choose_member
from flows.model import (
    Ask,
    Branch,
    Choice,
    Do,
    End,
    Flow,
    From,
    Goto,
    Keys,
    Menu,
    Nodes,
    Pause,
    Pick,
    Put,
    Record,
    Say,
    has,
)
from flows.steps import OpenReport, PassLocalStaff, SetUrgency

CODES = frozenset(f"{group}{kind}" for group in "1234" for kind in "1234")

LEVELS = (
    Choice("1", "can_wait", "problem.can_wait"),
    Choice("2", "soon", "problem.soon"),
    Choice("3", "danger", "problem.is_danger", has("has_duty")),
)

WHO: Nodes = {
    "start": Branch(((has("member"), "code_or_voice"), (has("is_shared"), "whose")), "code_or_voice"),
    "whose": Pick(
        "members",
        "member.pick",
        "member",
        "chosen",
        ("problem.whose",),
        (Choice("5", "unnamed", "member.unnamed"),),
        otherwise="unnamed",
    ),
    "chosen": choose_member("code_or_voice"),
    "unnamed": Put("member", "", "code_or_voice"),
}

TELL: Nodes = {
    "code_or_voice": Branch(((has("member.is_trained"), "code"),), "record"),
    "code": Keys("problem.code", 2, CODES, "code", "open_code", "record_shortly"),
    "open_code": Do(OpenReport, "code_kept", {"code": From("slot.code")}),
    "code_kept": Say("problem.code_kept", "urgency", {"category": "slot.code"}),
    "record_shortly": Record(
        "problem.beep_shortly", "problem.beep_again", "note", "open", "keys", seconds=120, text_slot="text"
    ),
    "record": Record(
        "problem.beep",
        "problem.beep_again",
        "note",
        "open",
        "keys",
        text_slot="text",
    ),
    "open": Do(OpenReport, "kept", {"note": From("slot.note"), "text": From("slot.text")}),
    "kept": Say("problem.kept", "urgency"),
}

KEYS_INSTEAD: Nodes = {
    "keys": Menu(
        (
            Choice("1", "water", "problem.water"),
            Choice("2", "ration", "problem.ration"),
            Choice("3", "work", "problem.work"),
            Choice("4", "other", "problem.other"),
        ),
        ("problem.keys",),
        otherwise="nothing",
    ),
    "water": Put("code", "21", "open_code"),
    "ration": Put("code", "11", "open_code"),
    "work": Put("code", "12", "open_code"),
    "other": Put("code", "44", "open_code"),
    "nothing": Say("problem.nothing", "end"),
}

URGENCY: Nodes = {
    "urgency": Menu(
        (*LEVELS, Choice("7", "not_local", "problem.not_local")), ("problem.how_urgent",), otherwise="soon"
    ),
    "not_local": Do(PassLocalStaff, "not_local_kept"),
    "not_local_kept": Say("problem.not_local_kept", "urgency_again"),
    "urgency_again": Menu(LEVELS, ("problem.how_urgent",), otherwise="soon"),
    "can_wait": Do(SetUrgency, "reference", {"level": "can_wait"}),
    "soon": Do(SetUrgency, "reference", {"level": "soon"}),
    "danger": Do(SetUrgency, "danger_words", {"level": "danger"}),
    "danger_words": Say("problem.danger", "danger_duty", {"emergency_number": "emergency_number"}),
    "danger_duty": Say("problem.danger_duty", "reference", when=has("has_duty")),
}

CLOSE: Nodes = {
    "reference": Branch(((has("report.reference"), "number"),), "no_number"),
    "number": Say("problem.reference", "next", {"reference": "report.reference"}),
    "no_number": Say("problem.no_number", "next"),
    "next": Branch(((has("member.is_joined"), "again"), (has("members"), "again")), "offer"),
    "again": Pause("bye", ("problem.hear_again",)),
    "offer": Ask("joining.offer", "join", "bye", otherwise="bye"),
    "join": Goto("joining", "notice"),
    "bye": Say("goodbye.member", "end"),
    "end": End(),
}

PROBLEM = Flow("problem", 1, "start", {**WHO, **TELL, **KEYS_INSTEAD, **URGENCY, **CLOSE})
