"""A report that takes long is not forgotten: who has it, since when, and 1 to add something (demo_data.md 6.5).

Where staff said a word of their own, that is heard instead.
"""

from flows.catalog.shared import ORGANISATION, ask_who
from flows.model import Branch, Do, End, Flow, From, Keys, Pause, Play, Record, Say, has
from flows.steps import AddToReport, MarkHeard

REPORT = From("interim.report")

INTERIM = Flow(
    "interim",
    1,
    "hello",
    {
        "hello": Say("greeting.new", "shared", ORGANISATION),
        **ask_who("interim", "about"),
        "about": Branch(((has("interim.category"), "about_category"),), "about_any"),
        "about_category": Say("interim.about", "word", {"category": "interim.category"}),
        "about_any": Say("interim.about_any", "word"),
        "word": Branch(((has("interim.text"), "play"), (has("interim.sound"), "play")), "stands"),
        "play": Play("interim", "more", is_personal=True),
        "stands": Say(
            "interim.stands", "more", {"desk": "interim.desk", "days": "interim.days"}, has("interim.desk")
        ),
        "more": Keys("interim.more", 1, frozenset("1"), "adds", "say", "heard", seconds=5),
        "say": Record("problem.more", "problem.beep_again", "note", "add", "heard"),
        "add": Do(AddToReport, "added", {"report": REPORT, "kind": "more", "note": From("slot.note")}),
        "added": Say("interim.added", "heard"),
        "heard": Do(MarkHeard, "stop", {"kind": "interim", "item": REPORT}),
        "stop": Pause("end", ("leaving.hint",)),
        "end": End(),
    },
)
