"""The same by SMS: joining, how urgent a problem is, and whether a report is solved, answered by number, yes or no.

One word joins (the question names the age); name and place are asked after it, so that nobody is lost over them.
"""

from flows.catalog.shared import BY_LAW
from flows.catalog.solved import IN_WRITING, take_solved
from flows.model import Ask, Branch, Choice, Do, End, Flow, From, Menu, Play, Put, Record, Say, has
from flows.steps import (
    GiveConsent,
    Join,
    MarkHeard,
    PassLocalStaff,
    Remember,
    SetUrgency,
    UseCode,
)

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

SMS_URGENCY = Flow(
    "sms_urgency",
    1,
    "reference",
    {
        "reference": Say("sms_urgency.kept", "ask", {"reference": "report.reference"}),
        "ask": Menu(
            (
                Choice("1", "can_wait", "sms_urgency.ask"),  # one line says all keys
                Choice("2", "soon"),
                Choice("3", "danger"),
                Choice("7", "not_local"),
            ),
            otherwise="end",
        ),
        "can_wait": Do(SetUrgency, "thanks", {"level": "can_wait"}),
        "soon": Do(SetUrgency, "thanks", {"level": "soon"}),
        "danger": Do(SetUrgency, "danger_words", {"level": "danger"}),
        "danger_words": Say("problem.danger", "danger_duty", {"emergency_number": "emergency_number"}),
        "danger_duty": Say("problem.danger_duty", "end", when=has("has_duty")),
        "not_local": Do(PassLocalStaff, "not_local_kept"),
        "not_local_kept": Say("problem.not_local_kept", "ask"),
        "thanks": Say("sms_urgency.thanks", "end"),
        "end": End(),
    },
)

SMS_SOLVED = Flow(
    "sms_solved",
    2,
    "about",
    {
        "about": Say("sms_solved.about", "play", {"reference": "answer.reference"}),
        "play": Play("answer", "ask", is_personal=True),
        "ask": Menu(
            (Choice("1", "yes", "sms_solved.ask"), Choice("2", "no"), Choice("3", "partly")),
            otherwise="unsure",
        ),
        **take_solved("answer.report", "end", IN_WRITING),
        "unsure": Do(MarkHeard, "unsure_words", {"kind": "answer", "item": From("answer.report")}),
        "unsure_words": Say("answer.unsure", "end"),
        "end": End(),
    },
)
