"""The line broke, and the same phone is here again within a day: one line of recap, then the question that was open (D28).

On a shared phone nothing goes on before the one who spoke last has said that it is they (D26). Key 0 leaves it behind.
"""

from collections.abc import Mapping

from flows.catalog.shared import ORGANISATION
from flows.model import Ask, Branch, Do, Flow, From, Goto, Say, TakeUp, has, lacks
from flows.steps import ChooseMember

HELD: Mapping[str, tuple[str, ...]] = {
    # conversations that are taken up, with the facts that they had and that a new call does not bring by itself
    "problem": ("report",),
    "voice_note": (),
    "my_reports": ("found_report",),
    "my_data": ("held",),
    "news": (),
    "asked": (),
    "announcement": ("announcement", "questions"),
    "answer": ("answer",),
    "interim": ("interim",),
    "go_on": ("go_on",),
    "daily": ("daily",),
    "invite": ("code",),
    "training": ("code",),
    "new_number": (),
}
NOT_TAKEN_UP: Mapping[str, str] = {
    "main_menu": "nothing was begun",
    "help": "nothing was begun",
    "pick_up": "what it would have taken up is found again",
    "joining": "it takes itself up: what is missing is asked (journeys.md M1)",
    "introduction": "leads into joining",
    "leaving": "what was asked for is in force at its key (M6)",
    "forgetting": "asked anew, since it cannot be undone",
    "discreet": "whoever picks up is asked first",
    "duty": "the chain rings the next one",
    "brief": "heard from the start, it takes a minute",
    "steering": "the code is asked anew",
    "reading": "the code is asked anew",
    "number_check": "the old number is rung once",
    "test_call": "staff try again",
    "sms_join": "open until it is answered",
    "sms_urgency": "open until it is answered",
    "sms_solved": "open until it is answered",
}

PICK_UP = Flow(
    "pick_up",
    1,
    "hello",
    {
        "hello": Say("greeting.member", "called_back", ORGANISATION, lacks("is_call_back")),
        "called_back": Say("greeting.call_back", "late", ORGANISATION, has("is_call_back")),
        "late": Say("greeting.late", "shared", when=has("is_late")),
        "shared": Branch(((lacks("is_shared"), "recap"), (lacks("unfinished.member"), "recap")), "who"),
        "who": Ask("answer.who", "chosen", "menu", {"name": "unfinished.name"}, otherwise="menu"),
        "chosen": Do(ChooseMember, "recap", {"member": From("unfinished.member")}),
        "recap": Branch(
            ((has("unfinished.is_changed"), "take_up"), (has("report.reference"), "recap_report")),
            "recap_line",
        ),
        "recap_line": Say("pick_up.recap", "take_up"),
        "recap_report": Say("pick_up.report", "take_up", {"reference": "report.reference"}),
        "take_up": TakeUp("unfinished.state", "main_menu"),
        "menu": Goto("main_menu", "menu"),
    },
)
