"""Who may send broadcasts pauses one, goes on with it or stops it from their own phone; who may read aloud goes on to that.

A caller's number opens nothing (reliability.md C15): the phone code comes first, and the shell looks at role and unit
again at every deed. What it finds is known a turn later, so each deed is followed by a moment's pause. The way in is a key
of the main menu that is not read out; staff who never joined are asked at once.
"""

from flows.catalog.shared import ORGANISATION
from flows.model import (
    Ask,
    Branch,
    Choice,
    Do,
    End,
    Flow,
    From,
    Goto,
    Keys,
    Menu,
    Pause,
    Play,
    Put,
    Say,
    Walk,
    equals,
    has,
    lacks,
)
from flows.steps import CheckPhoneCode, SteerBroadcast

SHORTEST_CODE, LONGEST_CODE = 4, 6


class PhoneCodes:
    """Whatever can be a phone code: whose it is the shell knows."""

    def __contains__(self, keys: object) -> bool:
        return isinstance(keys, str) and keys.isdigit() and SHORTEST_CODE <= len(keys) <= LONGEST_CODE


def _steer(deed: str) -> Do:
    return Do(SteerBroadcast, "doing", {"broadcast": From("item.id"), "deed": deed})


STEERING = Flow(
    "steering",
    1,
    "hello",
    {
        "hello": Say("greeting.new", "code", ORGANISATION),
        "code": Keys("steering.code", LONGEST_CODE, PhoneCodes(), "code", "check", "leave", seconds=7),
        "check": Do(CheckPhoneCode, "forget", {"code": From("slot.code")}),
        "forget": Put("code", "", "looking"),
        "looking": Pause("looked", ("codes.moment",), seconds=1),
        "looked": Branch(((has("steering.is_open"), "open"), (has("steering.is_locked"), "locked")), "wrong"),
        "wrong": Say("steering.wrong", "code"),
        "locked": Say("steering.locked", "leave"),
        "open": Branch(((has("watched"), "walk"), (has("steering.reads"), "reading")), "none"),
        "reading": Goto("reading"),
        "none": Say("steering.none", "back"),
        "walk": Walk("watched", "title", "back"),
        "title": Play("item", "stand", is_personal=True),
        "stand": Say("steering.stand", "menu", {"reached": "item.reached", "asked": "item.asked"}),
        "menu": Menu(
            (
                Choice("1", "pause", "steering.pause", lacks("item.is_paused")),
                Choice("2", "resume", "steering.resume", has("item.is_paused")),
                Choice("3", "sure", "steering.stop"),
            ),
            otherwise="walk",
        ),
        "pause": _steer("pause"),
        "resume": _steer("resume"),
        "sure": Ask("steering.sure", "really", "kept", otherwise="kept"),
        "really": Ask("steering.really", "stop", "kept", otherwise="kept"),
        "stop": _steer("stop"),
        "kept": Say("steering.kept", "walk"),
        "doing": Pause("done", ("codes.moment",), seconds=1),
        "done": Branch(
            (
                (equals("steered", "pause"), "paused"),
                (equals("steered", "resume"), "resumed"),
                (equals("steered", "stop"), "stopped"),
            ),
            "failed",
        ),
        "paused": Say("steering.paused", "walk"),
        "resumed": Say("steering.resumed", "walk"),
        "stopped": Say("steering.stopped", "walk"),
        "failed": Say("steering.failed", "walk"),
        "back": Branch(((has("steering.reads"), "reading"), (has("is_any_joined"), "menu_again")), "bye"),
        "leave": Branch(((has("is_any_joined"), "menu_again"),), "join"),
        "menu_again": Goto("main_menu", "more"),
        "join": Goto("joining"),
        "bye": Say("goodbye.member", "end"),
        "end": End(),
    },
)
