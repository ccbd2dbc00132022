"""What we keep about you: counts and kinds, never contents; what is wrong with it; and to be forgotten (journeys.md M6).

Nobody is forgotten on a call that came in, since whose number is shown may not be who rings: we ring back (C15).
"""

from flows.catalog.shared import ORGANISATION, choose_member, pick_member
from flows.model import Ask, Branch, Choice, Do, End, Flow, From, Goto, Menu, Pause, Record, Say, equals, has
from flows.steps import ForgetMe, KeepMe, LookUpData, SayWrong

MY_DATA = Flow(
    "my_data",
    1,
    "start",
    {
        "start": Branch(((has("member"), "look"), (has("is_shared"), "whose")), "look"),
        "whose": pick_member("my_data.whose", "chosen", otherwise="back"),
        "chosen": choose_member("look"),
        "look": Do(LookUpData, "wait"),
        "wait": Pause("kept", ("my_data.wait",)),
        "kept": Say("my_data.kept", "since", {}),
        "since": Say("my_data.since", "counts", {"since": "held.since"}, has("held.since")),
        "counts": Say(
            "my_data.counts",
            "all",
            {
                "calls": "held.calls",
                "messages": "held.messages",
                "reports": "held.reports",
                "notes": "held.notes",
            },
            has("held"),
        ),
        "all": Say("my_data.agreed_all", "some", {}, equals("held.consent", "all")),
        "some": Say("my_data.agreed_some", "what", {}, equals("held.consent", "organisational")),
        "what": Menu(
            (
                Choice("1", "wrong", "my_data.wrong"),
                Choice("2", "forget", "my_data.forget"),
            ),
            otherwise="back",
        ),
        "wrong": Record(
            "my_data.say_wrong", "my_data.say_wrong", "note", "keep_wrong", "back", text_slot="text"
        ),
        "keep_wrong": Do(SayWrong, "wrong_kept", {"note": From("slot.note"), "text": From("slot.text")}),
        "wrong_kept": Say("my_data.wrong_kept", "back"),
        "forget": Branch(((has("is_outbound"), "forget_now"),), "forget_later"),
        "forget_now": Goto("forgetting", "ask"),
        "forget_later": Do(ForgetMe, "rings_back"),
        "rings_back": Say("my_data.rings_back", "end"),
        "back": Goto("main_menu", "more"),
        "end": End(),
    },
)

FORGETTING = Flow(
    "forgetting",
    1,
    "hello",
    {
        "hello": Say("forgetting.hello", "start", ORGANISATION),
        "start": Branch(((has("member"), "ask"), (has("is_shared"), "whose")), "ask"),
        "whose": pick_member("my_data.whose", "chosen", otherwise="keep"),
        "chosen": choose_member("ask"),
        "ask": Say("forgetting.what", "law"),
        "law": Say("forgetting.law", "sure", {}, has("keeps_sealed")),
        "sure": Ask("forgetting.ask", "forget", "keep", otherwise="keep"),
        "forget": Do(ForgetMe, "forgotten"),
        "forgotten": Say("forgetting.done", "end"),
        "keep": Do(KeepMe, "kept"),
        "kept": Say("forgetting.kept", "end"),
        "end": End(),
    },
)
