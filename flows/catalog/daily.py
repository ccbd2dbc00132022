"""A unit's lead is asked in the evening how the day was: "no report" is not "nothing wrong" (journeys.md F13).

What there is to tell goes straight into the conversation about a problem; its day is kept before that begins. A lead who
missed the call and rings is asked after the greeting, and then hears the menu.
"""

from flows.catalog.shared import ORGANISATION, ask_who
from flows.model import Branch, Choice, Do, End, Flow, From, Goto, Menu, Pause, Say, has
from flows.steps import SayDay

DAY = From("daily.day")
STREAK = {"streak": "daily.streak"}
IS_MILESTONE = has("daily.is_milestone")

DAILY = Flow(
    "daily",
    1,
    "hello",
    {
        "hello": Say("greeting.member", "shared", ORGANISATION),
        **ask_who("daily", "ask"),
        "ask": Menu(
            (
                Choice("1", "nothing", "daily.is_nothing"),
                Choice("2", "something", "daily.is_something"),
                Choice("3", "could_not", "daily.is_could_not"),
            ),
            ("daily.ask",),
            {"unit": "daily.unit"},
            otherwise="later",
        ),
        "nothing": Do(SayDay, "thanks", {"day": DAY, "said": "nothing"}),
        "thanks": Say("daily.nothing", "praise"),
        "could_not": Do(SayDay, "never_mind", {"day": DAY, "said": "could_not"}),
        "never_mind": Say("daily.could_not", "praise"),
        "praise": Say("daily.praise", "next", STREAK, IS_MILESTONE),
        "something": Do(SayDay, "praise_first", {"day": DAY, "said": "something"}),
        "praise_first": Say("daily.praise", "tell", STREAK, IS_MILESTONE),
        "tell": Goto("problem"),
        "later": Say("daily.later", "next"),
        "next": Branch(((has("is_call_back"), "menu"), (has("is_outbound"), "stop")), "menu"),
        "menu": Goto("main_menu", "more"),
        "stop": Pause("end", ("leaving.hint",)),
        "end": End(),
    },
)
