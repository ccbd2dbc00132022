"""Staff's answer in the member's own ear, then: solved? 1 yes, 2 no (journeys.md F12).

On a shared phone nothing is told before the reporter has said that it is they (D26).
"""

from flows.catalog.shared import ORGANISATION, choose_member
from flows.model import Ask, Branch, Do, End, Flow, From, Pause, Play, Say, has
from flows.steps import AnswerReport, MarkHeard

REPORT = From("answer.report")

ANSWER = Flow(
    "answer",
    1,
    "hello",
    {
        "hello": Say("greeting.new", "shared", ORGANISATION),
        "shared": Branch(((has("is_shared"), "who"),), "about"),
        "who": Ask("answer.who", "chosen", "other", {"name": "member.name"}, otherwise="other"),
        "chosen": choose_member("about"),
        "other": Say("answer.other", "end"),
        "about": Branch(((has("answer.category"), "about_category"),), "about_any"),
        "about_category": Say("answer.about", "play", {"category": "answer.category"}),
        "about_any": Say("answer.about_any", "play"),
        "play": Play("answer", "solved", is_personal=True),
        "solved": Ask("solved.ask", "yes", "no", otherwise="unsure"),
        "yes": Do(AnswerReport, "thanks", {"report": REPORT, "said": "yes"}),
        "thanks": Say("solved.yes", "stop"),
        "no": Do(AnswerReport, "reopened", {"report": REPORT, "said": "no"}),
        "reopened": Say("solved.no", "stop"),
        "unsure": Do(MarkHeard, "unsure_words", {"kind": "answer", "item": REPORT}),
        "unsure_words": Say("answer.unsure", "stop"),
        "stop": Pause("end", ("leaving.hint",)),
        "end": End(),
    },
)
