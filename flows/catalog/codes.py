"""Codes that are keyed and told: a member hears the code for bringing friends, or keys that of the class they sat in.

What the shell finds of a code is known a turn later, so each is followed by a moment's pause (`model.Pause`).
"""

from flows.catalog.shared import choose_member, pick_member
from flows.model import Branch, Do, Flow, From, Goto, Keys, Pause, Say, has
from flows.steps import OwnCode, UseCode

SHORTEST_CODE, LONGEST_CODE = 4, 7


class Digits:
    """Whatever can be a code: so many digits; which of them exist the shell knows."""

    def __contains__(self, keys: object) -> bool:
        return isinstance(keys, str) and keys.isdigit() and SHORTEST_CODE <= len(keys) <= LONGEST_CODE


CODES = Digits()

INVITE = Flow(
    "invite",
    1,
    "who",
    {
        "who": Branch(((has("member"), "ask"), (has("is_shared"), "which")), "back"),
        "which": pick_member("invite.whose", "chosen", "back"),
        "chosen": choose_member("ask"),
        "ask": Do(OwnCode, "looking"),
        "looking": Pause("looked", ("codes.moment",), seconds=1),
        "looked": Branch(((has("own_code"), "tell"),), "back"),
        "tell": Say("invite.code", "again", {"reference": "own_code"}),
        "again": Pause("back", ("problem.hear_again",)),
        "back": Goto("main_menu", "more"),
    },
)

TRAINING = Flow(
    "training",
    1,
    "who",
    {
        "who": Branch(((has("member"), "code"), (has("is_shared"), "which")), "code"),
        "which": pick_member("invite.whose", "chosen", "back"),
        "chosen": choose_member("code"),
        "code": Keys("training.code", LONGEST_CODE, CODES, "code", "use", "back", seconds=7),
        "use": Do(UseCode, "looking", {"code": From("slot.code")}),
        "looking": Pause("looked", ("codes.moment",), seconds=1),
        "looked": Branch(((has("code.is_known"), "kept"),), "unknown"),
        "kept": Say("training.kept", "back"),
        "unknown": Say("training.unknown", "back"),
        "back": Goto("main_menu", "more"),
    },
)
