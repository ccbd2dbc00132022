"""An unknown caller, one whose joining was cut short, or one who left: problem first if they like, then joining.

Language by ear, a key for practice, notice, consent, name by voice, adult, then the place by a trainer's code or by voice.
Silence is never consent; only what is missing is asked (journeys.md M1, rules.md L10, L11). In writing there is no key to
practise, and name and place are written. Where somebody is known on the
number it is asked first who speaks: a household shares one phone, and a number may have changed hands.
"""

from flows.catalog.codes import CODES, LONGEST_CODE
from flows.catalog.shared import BY_LAW, ORGANISATION, choose_member
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
    lacks,
)
from flows.scope import NEWCOMER
from flows.steps import GiveConsent, Join, LoseNumber, Remember, SomebodyElse, UseCode

NAME = {"name": "member.name"}
CODE = {"code": From("slot.code")}

LOCAL = {**ORGANISATION, "coordinator": "coordinator"}

GREETING: Nodes = {  # whom they know near them is named within five seconds (D9)
    "hello": Branch(((has("coordinator"), "local"),), "new"),
    "local": Say("greeting.local", "called_back", LOCAL),
    "new": Say("greeting.new", "called_back", ORGANISATION),
    "called_back": Say("greeting.rang_back", "late", when=has("is_call_back")),
    "late": Say("greeting.late", "who", when=has("is_late")),
}

WHO: Nodes = {
    "who": Branch(
        (
            (has("member.is_begun"), "language_first"),
            (has("member.name"), "is_it"),
            (has("is_shared"), "which"),
        ),
        "language_first",
    ),
    "is_it": Ask("joining.is_it", "language_first", "sharing", NAME),
    "somebody_else": Branch(((has("member.name"), "sharing"),), "newcomer"),
    "sharing": Ask("joining.sharing", "newcomer", "lost", NAME, otherwise="newcomer"),
    "lost": Do(LoseNumber, "newcomer", {"member": From("member.id")}),
    "which": Pick(
        "members",
        "member.pick",
        "member",
        "chosen",
        ("joining.which",),
        (Choice("7", "newcomer", "joining.somebody_else"),),
        spoken=3,
    ),
    "chosen": choose_member("language_first"),
    "newcomer": Put("member", NEWCOMER, "begin"),
    "begin": Do(SomebodyElse, "language_first"),
}

LANGUAGE: Nodes = {
    "language_first": Branch(
        ((lacks("missing.language"), "practice_first"), (has("has_choice"), "language")), "practice_first"
    ),
    "language": Pick(
        "languages",
        "language.offer",
        "language",
        "remember",
        otherwise="languages",
        is_own_tongue=True,
        spoken=2,
    ),
    "languages": Pick("languages", "language.offer", "language", "remember", is_own_tongue=True),
    "remember": Do(Remember, "practice_first", {"field": "language", "value": From("slot.language")}),
    "practice_first": Branch(
        ((has("slot.agreed"), "rest"), (has("slot.wants"), "notice"), (has("slot.practised"), "what_first")),
        "practice_next",
    ),
    "practice_next": Branch(
        ((has("is_written"), "practised"), (has("missing.practice"), "practice")), "practised"
    ),
    "practice": Menu((Choice("1", "praise", "joining.practice"),), otherwise="practised"),
    "praise": Say("joining.praise", "practised"),
    "practised": Put("practised", "yes", "what_first"),
}

WHAT: Nodes = {
    "what_first": Branch(((lacks("missing.consent"), "recap"),), "begun"),
    "recap": Say("joining.recap", "rest"),
    "begun": Say("joining.recap", "what", when=has("member.is_begun")),
    "what": Menu(
        (
            Choice("1", "problem", "main_menu.problem"),
            Choice("2", "notice", "joining.join", lacks("is_opted_out")),
            Choice("2", "notice", "joining.join_again", has("is_opted_out")),
            Choice("3", "new_number"),
            Choice("5", "my_reports"),
        )
    ),
    "problem": Goto("problem"),
    "new_number": Goto("new_number"),
    "my_reports": Goto("my_reports"),
}

CONSENT: Nodes = {
    "notice": Put("wants", "yes", "notice_first"),
    "notice_first": Branch(((has("can_join"), "notice_words"),), "other_language"),
    "other_language": Say("joining.other_language", "languages"),
    "notice_words": Say("join.notice", "consent", BY_LAW),
    "consent": Ask("join.consent", "agree", "declined"),
    "agree": Do(
        GiveConsent, "agreed", {"purpose": "all", "notice": "join.notice", "language": From("language")}
    ),
    "agreed": Put("agreed", "yes", "rest"),
    "declined": Say("joining.declined", "end"),
}

REST: Nodes = {
    "rest": Branch(((has("missing.name"), "name"),), "adult_first"),
    "name": Record(
        "joining.name", "joining.name_again", "name", "named", "adult_first", 10, text_slot="written_name"
    ),
    "named": Branch(((has("slot.written_name"), "write_name"),), "keep_name"),
    "write_name": Do(Remember, "adult_first", {"field": "name", "value": From("slot.written_name")}),
    "keep_name": Do(Remember, "adult_first", {"field": "name_note", "value": From("slot.name")}),
    "adult_first": Branch(((has("missing.adult"), "adult"),), "place_first"),
    "adult": Ask("joining.adult", "is_adult", "is_child"),
    "is_adult": Do(Remember, "place_first", {"field": "adult", "value": "yes"}),
    "is_child": Do(Remember, "too_young", {"field": "adult", "value": "no"}),
    "too_young": Say("joining.too_young", "end"),
}

PLACE: Nodes = {
    "place_first": Branch(((has("missing.place"), "code"),), "join"),
    "code": Keys("joining.code", LONGEST_CODE, CODES, "code", "use_code", "village", seconds=5),
    "use_code": Do(UseCode, "looking", CODE),
    "looking": Pause("looked", ("codes.moment",), seconds=1),
    "looked": Branch(((has("code.is_known"), "in_class"),), "code_again"),
    "code_again": Keys("joining.code_again", LONGEST_CODE, CODES, "code", "use_again", "village", seconds=5),
    "use_again": Do(UseCode, "looking_again", CODE),
    "looking_again": Pause("looked_again", ("codes.moment",), seconds=1),
    "looked_again": Branch(((has("code.is_known"), "in_class"),), "village"),
    "in_class": Say("joining.in_class", "with_friend", {"unit": "code.unit"}, has("code.is_class")),
    "with_friend": Say("joining.with_friend", "join", when=lacks("code.is_class")),
    "village": Record(
        "joining.village", "joining.village_again", "village", "placed", "join", 10, text_slot="written_place"
    ),
    "placed": Branch(((has("slot.written_place"), "write_village"),), "keep_village"),
    "write_village": Do(Remember, "join", {"field": "place", "value": From("slot.written_place")}),
    "keep_village": Do(Remember, "join", {"field": "place_note", "value": From("slot.village")}),
    "join": Do(Join, "done"),
    "done": Say("joining.done", "end"),
    "end": End(),
}

JOINING = Flow(
    "joining",
    4,
    "hello",
    {**GREETING, **WHO, **LANGUAGE, **WHAT, **CONSENT, **REST, **PLACE},
    home="languages",
)
