"""How one's own reports stand, each with its answer; an answered one asks whether it is solved (F12)."""

from flows.catalog.shared import choose_member, pick_member
from flows.model import Ask, Branch, Do, Flow, From, Goto, Pause, Play, Say, Walk, equals, has
from flows.steps import AnswerReport

MY_REPORTS = Flow(
    "my_reports",
    1,
    "start",
    {
        "start": Branch(((has("member"), "any"), (has("is_shared"), "whose")), "any"),
        "whose": pick_member("my_reports.whose", "chosen", otherwise="back"),
        "chosen": choose_member("any"),
        "any": Branch(((has("own.reports"), "walk"),), "none"),
        "none": Say("my_reports.none", "back"),
        "walk": Walk("reports", "state", "finished"),
        "state": Say("my_reports.state", "play", {"reference": "item.reference", "state": "item.state"}),
        "play": Play("item.answer", "answered", is_personal=True),
        "answered": Branch(((equals("item.state", "answered"), "solved"),), "pause"),
        "solved": Ask("solved.ask", "yes", "no", otherwise="walk"),
        "yes": Do(AnswerReport, "thanks", {"report": From("item.id"), "said": "yes"}),
        "thanks": Say("solved.yes", "walk"),
        "no": Do(AnswerReport, "reopened", {"report": From("item.id"), "said": "no"}),
        "reopened": Say("solved.no", "walk"),
        "pause": Pause("walk"),
        "finished": Say("my_reports.finished", "back"),
        "back": Goto("main_menu", "more"),
    },
)
