"""The latest in one's own time (journeys.md M3): 9 again, * the one before, any other key or silence the next."""

from flows.model import Branch, Do, Flow, From, Goto, Pause, Play, Say, Walk, lacks
from flows.steps import MarkHeard

NEWS = Flow(
    "news",
    1,
    "start",
    {
        "start": Branch(((lacks("news"), "none"), (lacks("unheard"), "old")), "new"),
        "none": Say("news.none", "back"),
        "old": Say("news.old", "walk"),
        "new": Say("news.new", "walk"),
        "walk": Walk("news", "play", "finished"),
        "play": Play("item", "pause"),
        "pause": Pause("mark", ("news.next",)),
        "mark": Do(MarkHeard, "walk", {"kind": "news", "item": From("item.id")}),
        "finished": Say("news.finished", "back"),
        "back": Goto("main_menu", "more"),
    },
)
