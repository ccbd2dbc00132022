"""One problem, spoken: it is kept the moment it was said, then its urgency, then its number digit by digit.

Nobody has to be known for it. Trained members may key a two-digit code instead (demo_data.md 6.4) and say for how many
they speak (voice_design.md D34). Who told something yesterday may add to it.

To stay unnamed: 5 where a shared phone asks whose it is. On a phone of one's own 5 works at the urgency, is asked once more,
since it cannot be undone, and is read out after 7, to those who have somebody near to fear; nobody else's call gets longer.
Not by SMS: a text shows its number, and each answer to it stays with that number; so it is said, and a call offered.
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
    equals,
    has,
    lacks,
)
from flows.scope import UNNAMED
from flows.steps import AddToReport, OpenReport, PassLocalStaff, SetPeople, SetUrgency, StayUnnamed

CODES = frozenset(f"{group}{kind}" for group in "1234" for kind in "1234")
MOST_PEOPLE = 999
SAID = {"note": From("slot.note"), "text": From("slot.text")}
WHO_SPEAKS = {"is_unnamed": From("is_unnamed")}


def _record(question: str, seconds: int = 60) -> Record:
    return Record(question, "problem.beep_again", "note", "open", "keys", seconds, text_slot="text")


LEVELS = (
    Choice("1", "can_wait", "problem.can_wait"),
    Choice("2", "soon", "problem.soon"),
    Choice("3", "danger", "problem.is_danger"),  # also where no duty phone is near: it is looked at first
)


class People:
    """For how many somebody may speak: more than themselves."""

    def __contains__(self, keys: object) -> bool:
        return isinstance(keys, str) and keys.isdigit() and 1 < int(keys) <= MOST_PEOPLE


WHO: Nodes = {
    "start": Put("code", "", "who"),  # what was keyed for an earlier problem is no part of this one
    "who": Branch(((has("member"), "before"), (has("is_shared"), "whose")), "before"),
    "whose": Pick(
        "members",
        "member.pick",
        "member",
        "chosen",
        ("problem.whose",),
        (Choice("5", "unnamed_or_not", "member.unnamed", lacks("is_texted")),),
        otherwise="nobody",
    ),
    "chosen": choose_member("before"),
    "unnamed_or_not": Branch(((has("is_texted"), "name_by_text"),), "unnamed"),
    "name_by_text": Say("problem.name_by_text", "whose"),
    "unnamed": Put("member", UNNAMED, "record"),
    "nobody": Put("member", "", "record"),
}


def _ask_same(start: str, same: str, new: str) -> Nodes:
    """Is it what was told today or yesterday? 1 adds to that, anything else is a problem of its own."""
    about, any_ = f"{start}_about", f"{start}_any"
    values = {"when": "recent.told", "category": "recent.category"}
    return {
        start: Branch(((equals("recent.category", "44"), any_), (has("recent.category"), about)), any_),
        about: Ask("problem.told", same, new, values, otherwise=new),
        any_: Ask("problem.told_any", same, new, {"when": "recent.told"}, otherwise=new),
    }


SAME: Nodes = {  # what was keyed is asked about before it is kept, what was said after it (the beep comes within 20 s)
    **_ask_same("told", "more", "open_code"),
    "more": Record("problem.more", "problem.beep_again", "note", "add", "nothing", text_slot="text"),
    **_ask_same("said", "add", "urgency"),
    "add": Do(AddToReport, "added", {"report": From("recent.id"), "kind": "more", **SAID}),
    "added": Say("problem.added", "next", {"reference": "recent.reference"}),
}

TELL: Nodes = {
    "before": Branch(((has("member.is_trained"), "code"), (has("own.reports"), "record_again")), "record"),
    "code": Keys("problem.code", 2, CODES, "code", "coded", "record_shortly"),
    "coded": Branch(((has("recent"), "told"),), "open_code"),
    "open_code": Do(OpenReport, "code_kept", {"code": From("slot.code"), **WHO_SPEAKS}),
    "code_kept": Say("problem.code_kept", "urgency", {"category": "slot.code"}),
    "record_shortly": _record("problem.beep_shortly", seconds=120),
    "record_again": _record("problem.beep_shortly"),  # who told something before knows how
    "record": _record("problem.beep"),
    "open": Do(OpenReport, "kept", {**SAID, **WHO_SPEAKS}),
    "kept": Say("problem.kept", "same"),
    "same": Branch(((has("recent"), "said"),), "urgency"),
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
        (*LEVELS, Choice("7", "not_local", "problem.not_local"), Choice("5", "hide_or_not")),
        ("problem.how_urgent",),
        otherwise="soon",
    ),
    "not_local": Do(PassLocalStaff, "not_local_kept"),
    "not_local_kept": Say("problem.not_local_kept", "hides"),
    "hides": Branch(
        ((has("is_unnamed"), "urgency_again"), (has("is_texted"), "urgency_again")), "urgency_or_hide"
    ),
    "urgency_or_hide": Menu((*LEVELS, Choice("5", "hide_or_not", "problem.stay_unnamed")), otherwise="soon"),
    "hide_or_not": Branch(((has("is_texted"), "hide_by_text"),), "hide"),
    "hide_by_text": Say("problem.name_by_text", "urgency_again"),
    "hide": Ask("problem.hide", "stay_unnamed", "urgency_again", otherwise="urgency_again"),
    "stay_unnamed": Do(StayUnnamed, "unnamed_kept"),
    "unnamed_kept": Say("problem.unnamed_kept", "is_hidden"),
    "is_hidden": Put("member", UNNAMED, "urgency_again"),
    "urgency_again": Menu((*LEVELS, Choice("7", "not_local")), ("problem.how_urgent",), otherwise="soon"),
    "can_wait": Do(SetUrgency, "group", {"level": "can_wait"}),
    "soon": Do(SetUrgency, "group", {"level": "soon"}),
    "danger": Do(SetUrgency, "danger_words", {"level": "danger"}),
    "danger_words": Say("problem.danger", "danger_duty", {"emergency_number": "emergency_number"}),
    "danger_duty": Say("problem.danger_duty", "reference", when=has("has_duty")),
}

GROUP: Nodes = {
    "group": Branch(((has("member.is_trained"), "people"),), "reference"),
    "people": Keys("problem.people", 3, People(), "people", "set_people", "reference"),
    "set_people": Do(SetPeople, "people_kept", {"people": From("slot.people")}),
    "people_kept": Say("problem.people_kept", "reference", {"people": "slot.people"}),
}

CLOSE: Nodes = {
    "reference": Branch(
        ((has("is_unnamed"), "unnamed_number"), (has("report.reference"), "number")), "no_number"
    ),
    "unnamed_number": Say("problem.reference_unnamed", "again", {"reference": "report.reference"}),
    "number": Say("problem.reference", "next", {"reference": "report.reference"}),
    "no_number": Say("problem.no_number", "next"),
    "next": Branch(((has("member.is_joined"), "again"), (has("members"), "again")), "offer"),
    "again": Pause("bye", ("problem.hear_again",)),
    "offer": Ask("joining.offer", "join", "bye", otherwise="bye"),
    "join": Goto("joining", "notice"),
    "bye": Say("goodbye.member", "end"),
    "end": End(),
}

PROBLEM = Flow("problem", 3, "start", {**WHO, **SAME, **TELL, **KEYS_INSTEAD, **URGENCY, **GROUP, **CLOSE})
