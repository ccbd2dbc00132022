"""The same by SMS: joining and the question whether a report is solved, answered by 1, 2, yes or no."""

from flows.catalog.shared import ORGANISATION
from flows.model import Ask, Do, End, Flow, From, Play, Say
from flows.steps import AnswerReport, GiveConsent, Join, MarkHeard, Remember

REPORT = From("answer.report")

SMS_JOIN = Flow(
    "sms_join",
    1,
    "ask",
    {
        "ask": Ask("sms_join.ask", "agree", "declined", ORGANISATION, otherwise="later"),
        "agree": Do(
            GiveConsent, "adult", {"purpose": "all", "notice": "sms_join.ask", "language": From("language")}
        ),
        "adult": Do(Remember, "join", {"field": "adult", "value": "yes"}),
        "join": Do(Join, "done"),
        "done": Say("sms_join.done", "end"),
        "declined": Say("sms_join.declined", "end"),
        "later": Say("sms_join.later", "end"),
        "end": End(),
    },
)

SMS_SOLVED = Flow(
    "sms_solved",
    1,
    "about",
    {
        "about": Say("sms_solved.about", "play", {"reference": "answer.reference"}),
        "play": Play("answer", "ask", is_personal=True),
        "ask": Ask("sms_solved.ask", "yes", "no", otherwise="unsure"),
        "yes": Do(AnswerReport, "thanks", {"report": REPORT, "is_solved": True}),
        "thanks": Say("solved.yes", "end"),
        "no": Do(AnswerReport, "reopened", {"report": REPORT, "is_solved": False}),
        "reopened": Say("solved.no", "end"),
        "unsure": Do(MarkHeard, "unsure_words", {"kind": "answer", "item": REPORT}),
        "unsure_words": Say("answer.unsure", "end"),
        "end": End(),
    },
)
