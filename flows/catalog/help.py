"""Key 0 at the start: who we are and every language in its own tongue, then back to the menu."""

from flows.catalog.shared import ORGANISATION
from flows.model import Branch, Do, Flow, From, Goto, Pick, Say, has
from flows.steps import Remember

HELP = Flow(
    "help",
    1,
    "about",
    {
        "about": Say("help.about", "choice", ORGANISATION),
        "choice": Branch(((has("has_choice"), "language"),), "back"),
        "language": Pick(
            "languages", "language.offer", "language", "remember", otherwise="back", is_own_tongue=True
        ),
        "remember": Do(Remember, "kept", {"field": "language", "value": From("slot.language")}),
        "kept": Say("language.kept", "back"),
        "back": Goto("main_menu", "menu"),
    },
)
