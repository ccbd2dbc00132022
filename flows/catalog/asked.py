"""Questions of broadcasts that are still open: each with its message, answered by a key at once (menu key 4).

For whoever missed the call, or has no call but a screen or texts. What is answered by voice stays with the call.
"""

from flows.catalog.shared import choose_member, pick_member
from flows.model import Branch, Do, Flow, From, Goto, Pause, Play, Poll, Say, Walk, has
from flows.steps import AnswerQuestion

GIVEN = {
    "question": From("item.question"),
    "key": From("slot.answer"),
    "delivery": From("item.delivery"),
}

ASKED = Flow(
    "asked",
    1,
    "start",
    {
        "start": Branch(((has("member"), "any"), (has("is_shared"), "whose")), "any"),
        "whose": pick_member("asked.whose", "chosen", otherwise="back"),
        "chosen": choose_member("any"),
        "any": Branch(((has("own.asked"), "walk"),), "none"),
        "none": Say("asked.none", "back"),
        "walk": Walk("asked", "open", "finished"),
        "open": Branch(((has("item.is_answered"), "walk"),), "about"),
        "about": Play("item.about", "question"),
        "question": Poll("item", "answer", "answered", "walk"),
        "answered": Do(AnswerQuestion, "kept", GIVEN),
        "kept": Say("asked.kept", "walk"),
        "finished": Say("asked.finished", "moment"),
        "moment": Pause("back", seconds=1),  # then the menu knows what is answered
        "back": Goto("main_menu", "more"),
    },
)
