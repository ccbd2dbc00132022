"""The answer as it is filled in: words and a sound per language, checked here, with what happens next in clear words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Request
from flask_babel import gettext

from gateway.console.formats import moment
from gateway.console.sounds import read_sound
from gateway.content import SPOKEN
from gateway.models import Answer
from gateway.rules.classes import MessageClass
from gateway.rules.windows import next_opening
from gateway.runtime import Runtime
from gateway.store.inbox import Row

LONGEST_TEXT = 1000


@dataclass(frozen=True)
class AnswerForm:
    """What the form shows. `seen` is the last answer its writer knew of, so that nobody answers over somebody else."""

    languages: tuple[str, ...]
    seen: int
    next_step: str
    texts: Mapping[str, str] = field(default_factory=dict)
    sounds: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


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
    return AnswerForm(blank.languages, blank.seen, blank.next_step, texts, sounds, errors)


def next_step(rt: Runtime, row: Row) -> str:
    """Say what happens when the answer is sent: whose phone rings, and when."""
    who = row.member_name
    if row.report.number_id is None:
        return str(gettext("No phone is known for this report: the answer is kept, nobody is rung."))
    now = rt.clock()
    at = next_opening(rt.profile, MessageClass.SERVICE, now, rt.settings.open_all_day)
    if at <= now:
        if who:
            return str(gettext("%(name)s’s phone will ring now.", name=who))
        return str(gettext("The caller’s phone will ring now."))
    if who:
        return str(gettext("%(name)s’s phone will ring %(when)s.", name=who, when=moment(at)))
    return str(gettext("The caller’s phone will ring %(when)s.", when=moment(at)))
