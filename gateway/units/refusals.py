"""Why a change of the tree is refused, as codes with what they are about.

The sentences here are the command line's; the console has the same in each of its languages (`console.units_words`).
"""

from __future__ import annotations

from gateway.errors import Conflict

SENTENCES = {
    "own-unit": "this is the top of what you may change; somebody above it can do this",
    "the-top": "the top of the tree stays where it is",
    "under-itself": "a unit cannot come to lie under itself",
    "there-already": "it is there already",
    "unit-closed": "the unit %(code)s is closed; open it again first",
    "unit-open": "the unit is open",
    "kind-above": "a %(kind)s cannot lie under a %(above)s",
    "too-deep": "the tree would be too deep",
    "code-taken": "this code cannot be used: another unit has it",
    "not-empty": "it is not empty: %(units)s units under it, %(members)s members, %(posts)s posts, %(staff)s of staff",
    "broadcast-waits": "a broadcast to it is approved and not sent; send or stop it first",
    "overlay-closed": "the overlay is closed",
    "overlay-code-taken": "this code cannot be used: another overlay has it",
    "overlay-kind": "a constituency has units, a wing has members",
}


class CannotChange(Conflict):
    """The tree stays as it is; `code` and `details` are a sentence of SENTENCES."""

    def __init__(self, code: str, /, **details: str | int) -> None:
        super().__init__(SENTENCES[code] % details, code)
        self.details = details
