"""The answer as it is filled in: words and a sound per language, checked here, with what happens next in clear words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Request
from flask_babel import gettext

from flows.catalog.solved import ask_solved
from flows.steps import Speak
from gateway.console.formats import moment
from gateway.console.sounds import read_sound
from gateway.console.words import CATEGORIES
from gateway.content import SPOKEN, in_language, sound_in
from gateway.models import Answer, Report
from gateway.rules.classes import MessageClass
from gateway.rules.windows import next_opening
from gateway.runtime import Runtime
from gateway.store.inbox import Row

LONGEST_TEXT = 1000
ANSWER, TELL, NOBODY = KINDS = ("answer", "tell", "nobody")


@dataclass(frozen=True)
class AnswerForm:
    """What the form shows. `seen` is the last answer its writer knew of, so that nobody answers over somebody else.

    `kind`: answer, tell (how it stands, the report stays open) or nobody (an honest word: nobody can solve it).
    """

    languages: tuple[str, ...]
    seen: int
    next_step: str
    kind: str = ANSWER
    texts: Mapping[str, str] = field(default_factory=dict)
    sounds: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    is_tried: bool = False  # the writer asked to see what the member will hear


@dataclass(frozen=True)
class Heard:
    """What a member hears around the words of the answer, in which language, and those words or their recording.

    What is said before and after comes as pairs: the kind of word it is said with ("" for each), and the sentence.
    """

    language: str
    before: Sequence[tuple[str, str]]
    text: str
    sound: str | None
    after: Sequence[tuple[str, str]]
    is_foreign: bool  # nothing in the member's own language: they hear another


def blank_form(rt: Runtime, row: Row, answers: Sequence[Answer]) -> AnswerForm:
    """Return the empty form for a report: the member's language first."""
    own = row.report.language
    languages = tuple(dict.fromkeys((*([own] if own else []), *SPOKEN[rt.settings.country])))
    return AnswerForm(languages, answers[-1].id if answers else 0, next_step(rt, row))


def filled_form(rt: Runtime, row: Row, answers: Sequence[Answer], request: Request) -> AnswerForm:
    """Read what was sent and keep its sounds; errors by field name, in words for the writer."""
    blank = blank_form(rt, row, answers)
    errors: dict[str, str] = {}
    texts: dict[str, str] = {}
    sounds: dict[str, str] = {}
    kind = request.form.get("kind", ANSWER)
    for language in blank.languages:
        text = request.form.get(f"text-{language}", "").strip()
        if len(text) > LONGEST_TEXT:
            errors[f"text-{language}"] = gettext("Shorter, please: nobody listens for more than a minute.")
        if text:
            texts[language] = text
        read_sound(rt, request, language, sounds, errors)
    if not texts and not sounds and not errors:
        errors[f"text-{blank.languages[0]}"] = gettext("Write something, or record it.")
    if request.form.get("seen") != str(blank.seen) and not errors:
        errors[f"text-{blank.languages[0]}"] = gettext(
            "This report was answered while you were writing. Read that answer first; yours is still here."
        )
    chosen = kind if kind in KINDS else ANSWER
    return AnswerForm(blank.languages, blank.seen, blank.next_step, chosen, texts, sounds, errors)


def heard_as(rt: Runtime, report: Report, form: AnswerForm) -> Heard:
    """Say in the member's language what the call will say, with the words of the form in their place."""
    wanted = report.language or form.languages[0]
    language = in_language(form.texts, form.sounds, wanted)
    category = report.category if report.category in CATEGORIES else ""
    values = {"organisation": rt.settings.organisation, "category": category or ""}
    about = "about" if category else "about_any"
    before = [("", "greeting.new"), (ANSWER, f"answer.{about}"), (TELL, f"interim.{about}")]
    return Heard(
        language,
        [(kind, _said(rt, prompt, wanted, values)) for kind, prompt in before],
        form.texts.get(language, ""),
        sound_in(form.sounds, language),
        [(ANSWER, _said(rt, each.prompt, wanted, values)) for each in ask_solved("").choices if each.prompt],
        language != wanted,
    )


def next_step(rt: Runtime, row: Row) -> str:
    """Say what happens when the answer is sent: whose phone rings, and when."""
    who, report = row.member_name, row.report
    if report.number_id is None and report.sealed_number is None:
        return str(gettext("No phone is known for this report: the answer is kept, nobody is rung."))
    now = rt.clock()
    at = next_opening(rt.profile, MessageClass.SERVICE, now, rt.settings.open_all_day)
    if at <= now:
        if who:
            return str(gettext("%(name)s’s phone will ring in a few seconds.", name=who))
        return str(gettext("The caller’s phone will ring in a few seconds."))
    if who:
        return str(gettext("%(name)s’s phone will ring %(when)s.", name=who, when=moment(at)))
    return str(gettext("The caller’s phone will ring %(when)s.", when=moment(at)))


def _said(rt: Runtime, prompt: str, language: str, values: Mapping[str, str]) -> str:
    return rt.words.text(Speak(prompt, language, dict(values)))
