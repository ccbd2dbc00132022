"""An unknown caller, one whose joining was cut short, or one who left: problem first if they like, then joining.

Language by ear, notice, consent, name by voice, adult. Silence is never consent; only what is missing is asked
(journeys.md M1, rules.md L10, L11).
"""

from flows.catalog.shared import ORGANISATION
from flows.model import (
    Ask,
    Branch,
    Choice,
    Do,
    End,
    Flow,
    From,
    Goto,
    Menu,
    Nodes,
    Pick,
    Record,
    Say,
    has,
    lacks,
)
from flows.steps import GiveConsent, Join, Remember

GREETING: Nodes = {
    "hello": Say("greeting.new", "called_back", ORGANISATION, lacks("is_call_back")),
    "called_back": Say("greeting.new_call_back", "coordinator", ORGANISATION, has("is_call_back")),
    "coordinator": Say(
        "greeting.coordinator", "language_first", {"coordinator": "coordinator"}, has("coordinator")
    ),
    "language_first": Branch(
        ((lacks("missing.language"), "what_first"), (has("has_choice"), "language")), "practice"
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
    "remember": Do(Remember, "praise", {"field": "language", "value": From("slot.language")}),
    "practice": Menu((Choice("1", "praise", "joining.practice"),), otherwise="what_first"),
    "praise": Say("joining.praise", "what_first"),
    "what_first": Branch(((lacks("missing.consent"), "recap"),), "what"),
    "recap": Say("joining.recap", "rest"),
    "what": Menu(
        (
            Choice("1", "problem", "main_menu.problem"),
            Choice("2", "notice", "joining.join", lacks("is_opted_out")),
            Choice("2", "notice", "joining.join_again", has("is_opted_out")),
        )
    ),
    "problem": Goto("problem"),
}

CONSENT: Nodes = {
    "notice": Say("join.notice", "consent", ORGANISATION),
    "consent": Ask("join.consent", "agree", "declined"),
    "agree": Do(
        GiveConsent, "rest", {"purpose": "all", "notice": "join.notice", "language": From("language")}
    ),
    "declined": Say("joining.declined", "end"),
}

REST: Nodes = {
    "rest": Branch(((has("missing.name"), "name"),), "adult_first"),
    "name": Record("joining.name", "joining.name_again", "name", "keep_name", "adult_first", seconds=10),
    "keep_name": Do(Remember, "adult_first", {"field": "name_note", "value": From("slot.name")}),
    "adult_first": Branch(((has("missing.adult"), "adult"),), "join"),
    "adult": Ask("joining.adult", "is_adult", "is_child"),
    "is_adult": Do(Remember, "join", {"field": "adult", "value": "yes"}),
    "is_child": Do(Remember, "too_young", {"field": "adult", "value": "no"}),
    "too_young": Say("joining.too_young", "end"),
    "join": Do(Join, "done"),
    "done": Say("joining.done", "end"),
    "end": End(),
}

JOINING = Flow("joining", 1, "hello", {**GREETING, **CONSENT, **REST}, home="language_first")
