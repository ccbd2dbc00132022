"""The same by SMS: joining, and the question whether a report is solved, answered by 1, 2, yes or no.

One word joins (the question names the age); name and place are asked after it, so that nobody is lost over them.
"""

from flows.catalog.shared import BY_LAW
from flows.model import Ask, Branch, Do, End, Flow, From, Play, Put, Record, Say, has
from flows.steps import AnswerReport, GiveConsent, Join, MarkHeard, Remember, UseCode

REPORT = From("answer.report")

SMS_JOIN = Flow(
    "sms_join",
    2,
    "first",
    {
        "first": Put("code", From("join_code"), "language"),
        "language": Branch(((has("can_join"), "ask"),), "other_language"),
        "other_language": Say("sms_join.other_language", "end"),
        "ask": Ask("sms_join.ask", "agree", "declined", BY_LAW, otherwise="later"),
        "agree": Do(
            GiveConsent, "adult", {"purpose": "all", "notice": "sms_join.ask", "language": From("language")}
        ),
        "adult": Do(Remember, "coded", {"field": "adult", "value": "yes"}),
        "coded": Branch(((has("slot.code"), "use_code"),), "join"),
        "use_code": Do(UseCode, "join", {"code": From("slot.code")}),
        "join": Do(Join, "done"),
        "done": Say("sms_join.done", "name_first"),
        "name_first": Branch(((has("missing.name"), "name"),), "place_first"),
        "name": Record("sms_join.name", "sms_join.name", "note", "keep_name", "end", text_slot="name"),
        "keep_name": Do(Remember, "place_first", {"field": "name", "value": From("slot.name")}),
        "place_first": Branch(((has("slot.code"), "thanks"), (has("missing.place"), "place")), "thanks"),
        "place": Record("sms_join.place", "sms_join.place", "note", "keep_place", "end", text_slot="place"),
        "keep_place": Do(Remember, "thanks", {"field": "place", "value": From("slot.place")}),
        "thanks": Say("sms_join.thanks", "end"),
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
        "yes": Do(AnswerReport, "thanks", {"report": REPORT, "said": "yes"}),
        "thanks": Say("solved.yes", "end"),
        "no": Do(AnswerReport, "reopened", {"report": REPORT, "said": "no"}),
        "reopened": Say("solved.no", "end"),
        "unsure": Do(MarkHeard, "unsure_words", {"kind": "answer", "item": REPORT}),
        "unsure_words": Say("answer.unsure", "end"),
        "end": End(),
    },
)
