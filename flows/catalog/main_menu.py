"""What a joined member hears first: greeting within 5 s, then the menu; only what exists is read out."""

from flows.catalog.shared import ORGANISATION
from flows.model import Branch, Choice, End, Flow, Goto, Menu, Say, has, lacks

CHOICES = (
    Choice("1", "problem", "main_menu.problem"),
    Choice("2", "news", "main_menu.news", has("news")),
    Choice("3", "not_yet"),
    Choice("4", "asked", "main_menu.asked", has("unanswered")),
    Choice("5", "my_reports", "main_menu.my_reports", has("reports")),
    Choice("6", "steering", None, has("steers")),
)

MAIN_MENU = Flow(
    "main_menu",
    2,
    "hello",
    {
        "hello": Say("greeting.member", "called_back", ORGANISATION, lacks("is_call_back")),
        "called_back": Say("greeting.call_back", "late", ORGANISATION, has("is_call_back")),
        "late": Say("greeting.late", "day", when=has("is_late")),
        "day": Branch(((has("daily"), "daily"),), "menu"),
        "daily": Goto("daily", "ask"),
        "menu": Menu(CHOICES),
        "more": Menu(CHOICES, ("main_menu.more",), otherwise="bye"),
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
