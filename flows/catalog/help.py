"""Key 0 at the start: who we are and every language in its own tongue, then what is seldom needed, then the menu."""

from flows.catalog.shared import ORGANISATION
from flows.model import Branch, Choice, Do, Flow, From, Goto, Menu, Pick, Say, has
from flows.steps import Remember

HELP = Flow(
    "help",
    2,
    "about",
    {
        "about": Say("help.about", "about_data", ORGANISATION),
        "about_data": Say("help.my_data", "choice"),
        "choice": Branch(((has("has_choice"), "language"),), "more"),
        "language": Pick(
            "languages",
            "language.offer",
            "language",
            "remember",
            (),
            (Choice("7", "more", "help.more"), Choice("5", "my_data")),
            otherwise="back",
            is_own_tongue=True,
            spoken=3,
        ),
        "remember": Do(Remember, "kept", {"field": "language", "value": From("slot.language")}),
        "kept": Say("language.kept", "back"),
        "more": Menu(
            (
                Choice("1", "somebody_else", "help.somebody_else"),
                Choice("2", "new_number", "help.new_number"),
                Choice("3", "invite", "help.invite"),
                Choice("4", "training", "help.training"),
                Choice("5", "my_data"),
            ),
            otherwise="back",
        ),
        "somebody_else": Goto("joining", "somebody_else"),
        "new_number": Goto("new_number"),
        "invite": Goto("invite"),
        "training": Goto("training"),
        "my_data": Goto("my_data"),
        "back": Goto("main_menu", "menu"),
    },
)
