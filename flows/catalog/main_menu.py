"""What a joined member hears first: greeting within 5 s, then the menu; only what exists is read out."""

from flows.catalog.shared import ORGANISATION
from flows.model import Branch, Choice, End, Flow, Goto, Menu, Say, has, lacks

PROBLEM = Choice("1", "problem", "main_menu.problem")
OTHERS = (
    Choice("3", "not_yet"),
    Choice("4", "asked", "main_menu.asked", has("unanswered")),
    Choice("6", "steering", None, has("steers")),
)
AT_FIRST = (
    Choice("5", "my_reports", "main_menu.answered", has("answers")),  # what they wait for comes first
    PROBLEM,
    Choice("2", "news", "main_menu.news", has("latest")),
    *OTHERS,
    Choice("5", "my_reports", "main_menu.my_reports", has("standing")),
)
FURTHER = (
    PROBLEM,
    Choice("2", "news", "main_menu.news", has("news")),
    *OTHERS,
    Choice("5", "my_reports", "main_menu.my_reports", has("reports")),
)

MAIN_MENU = Flow(
    "main_menu",
    3,
    "hello",
    {
        "hello": Say("greeting.member", "called_back", ORGANISATION, lacks("is_call_back")),
        "called_back": Say("greeting.call_back", "free", ORGANISATION, has("is_call_back")),
        "free": Branch(  # whoever told something knows it, and with news to name the beep would come too late
            ((lacks("is_call_back"), "late"), (has("reports"), "late"), (has("unheard"), "late")), "is_free"
        ),
        "is_free": Say("greeting.free", "late"),
        "late": Say("greeting.late", "day", when=has("is_late")),
        "day": Branch(((has("daily"), "daily"),), "menu"),
        "daily": Goto("daily", "ask"),
        "menu": Menu(AT_FIRST),
        "more": Menu(FURTHER, ("main_menu.more",), otherwise="bye"),
        "problem": Goto("problem"),
        "news": Goto("news"),
        "asked": Goto("asked"),
        "not_yet": Say("main_menu.not_yet", "more"),
        "my_reports": Goto("my_reports"),
        "steering": Goto("steering", "code"),
        "help": Goto("help"),
        "bye": Say("goodbye.member", "end"),
        "end": End(),
    },
    home="menu",
    help="help",
)
