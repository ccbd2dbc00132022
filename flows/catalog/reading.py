"""Somebody of staff reads a prompt or a message aloud by phone: keys its number, hears it, reads it, hears the reading, keeps it.

Reached from `steering` behind the phone code. The recording is fetched by a job, so that the reader waits a few breaths for
it; what the shell finds is known a turn later.
"""

from flows.model import (
    Branch,
    Choice,
    Do,
    End,
    Flow,
    From,
    Goto,
    Keys,
    Menu,
    Nodes,
    Pause,
    Play,
    Record,
    Say,
    has,
    lacks,
)
from flows.steps import FindScript, KeepTake, LookUpTake, ReadAloud

SHORTEST, LONGEST = 3, 6
LOOKS = 6  # a breath of three seconds each
SECONDS = 120  # voice_design.md D21: who reads for the line is trained


class ScriptNumbers:
    """Whatever can be the number of something to read: what it is of the shell knows."""

    def __contains__(self, keys: object) -> bool:
        return isinstance(keys, str) and keys.isdigit() and SHORTEST <= len(keys) <= LONGEST


def _looks() -> Nodes:
    """Ask for the reading again and again, until it has come."""
    nodes: Nodes = {}
    for nth in range(1, LOOKS + 1):
        after = f"look_{nth + 1}" if nth < LOOKS else "later"
        nodes = {
            **nodes,
            f"look_{nth}": Do(LookUpTake, f"wait_{nth}", {"script": From("script.id")}),
            f"wait_{nth}": Pause(f"came_{nth}", ("codes.moment",), seconds=2),
            f"came_{nth}": Branch(((has("reading.id"), "play"),), after),
        }
    return nodes


READING = Flow(
    "reading",
    1,
    "number",
    {
        "number": Keys("reading.number", LONGEST, ScriptNumbers(), "number", "find", "leave", seconds=7),
        "find": Do(FindScript, "looking", {"number": From("slot.number")}),
        "looking": Pause("found", ("codes.moment",), seconds=1),
        "found": Branch(((has("script.id"), "words"),), "unknown"),
        "unknown": Say("reading.unknown", "number"),
        "words": Play("script", "read", is_personal=True),
        "read": Record("reading.speak", "reading.speak_again", "note", "kept_note", "number", SECONDS),
        "kept_note": Do(ReadAloud, "look_1", {"script": From("script.id"), "note": From("slot.note")}),
        **_looks(),
        "later": Say("reading.later", "number"),
        "play": Play("reading", "flaw", is_personal=True),
        "flaw": Say("reading.flaw", "choose", when=lacks("reading.is_good")),
        "choose": Menu(
            (Choice("1", "keep", "reading.keep"), Choice("2", "read", "reading.again")), otherwise="number"
        ),
        "keep": Do(KeepTake, "keeping", {"take": From("reading.id")}),
        "keeping": Pause("was_kept", ("codes.moment",), seconds=1),
        "was_kept": Branch(((has("reading.is_kept"), "kept"),), "failed"),
        "kept": Say("reading.kept", "number"),
        "failed": Say("reading.failed", "number"),
        "leave": Branch(((has("is_any_joined"), "menu_again"),), "bye"),
        "menu_again": Goto("main_menu", "more"),
        "bye": Say("goodbye.member", "end"),
        "end": End(),
    },
)
