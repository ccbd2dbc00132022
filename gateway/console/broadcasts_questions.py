"""The questions of a broadcast on the page that writes it: read from the form, and shown in it again.

Fields of question 1: `q1-answer`, `text-q1-hi`, `sound-q1-hi`, and `q1-2-hi` for what key 2 means. One that is empty is
not asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway.console.sounds import read_sound
from gateway.content import SPOKEN, languages_of
from gateway.questions import (
    KEYS,
    LONGEST_LABEL,
    LONGEST_WORDS,
    MOST,
    MOST_CHOICES,
    VOICE,
    Problem,
    Question,
    problems,
    questions_of,
)
from gateway.runtime import Runtime

NUMBERS = tuple(range(1, MOST + 1))
CHOICE_KEYS = tuple(str(key) for key in range(1, MOST_CHOICES + 1))
WORDS = {
    "sms-one": _("An SMS asks one question: a reply could be meant for either."),
    "sms-voice": _("An SMS cannot be answered by voice. Give the answers numbers."),
    "no-words": _("Question %(n)s lacks words in: %(languages)s."),
    "long": _("Question %(n)s is longer than %(most)s letters. Ask one thing."),
    "choices": _("Question %(n)s needs two to four answers, or an answer by voice."),
    "no-label": _("Answer %(key)s of question %(n)s lacks words in: %(languages)s."),
    "long-label": _("Answer %(key)s of question %(n)s is longer than %(most)s letters."),
}


def read(
    rt: Runtime, request: Request, kind: str, languages: Sequence[str], errors: dict[str, str]
) -> list[dict[str, Any]]:
    """Read what is asked after a message in these languages; errors by field name. Keeps sounds: no unit of work."""
    asked = {number: _read(rt, request, kind, number, errors) for number in NUMBERS}
    filled = {number: question for number, question in asked.items() if not _is_empty(question)}
    for problem in problems(kind, list(filled.values()), languages):
        number = list(filled)[problem.question - 1]
        name = f"q{number}-{problem.key or 'answer'}" + (f"-{languages[0]}" if problem.key else "")
        errors.setdefault(name, _sentence(problem, number))
    return [question.kept() for question in filled.values()]


def shown(kept: Sequence[dict[str, Any]] | None) -> list[Question]:
    """Return the questions as the form shows them: as many as may be asked, the rest empty."""
    there = questions_of(kept)
    return [*there, *(Question() for _ in range(MOST - len(there)))]


def _read(rt: Runtime, request: Request, kind: str, number: int, errors: dict[str, str]) -> Question:
    sent, spoken = request.form, _languages(rt)
    answer = VOICE if sent.get(f"q{number}-answer") == VOICE else KEYS
    sounds: dict[str, str] = {}
    if kind != "sms":
        for language in spoken:
            read_sound(rt, request, f"q{number}-{language}", sounds, errors)
    texts = {language: sent.get(f"text-q{number}-{language}", "").strip() for language in spoken}
    return Question(
        answer,
        {language: text for language, text in texts.items() if text},
        {name.partition("-")[2]: key for name, key in sounds.items()},
        _choices(sent, spoken, number) if answer == KEYS else (),
    )


def _choices(sent: Any, spoken: Sequence[str], number: int) -> tuple[dict[str, str], ...]:
    """What each key means, up to the last that is filled in; keys have no gaps."""
    rows = [
        {language: sent.get(f"q{number}-{key}-{language}", "").strip() for language in spoken}
        for key in CHOICE_KEYS
    ]
    filled = [{language: label for language, label in row.items() if label} for row in rows]
    last = max((place for place, row in enumerate(filled, 1) if row), default=0)
    return tuple(filled[:last])


def _languages(rt: Runtime) -> tuple[str, ...]:
    return SPOKEN[rt.settings.country]


def _is_empty(question: Question) -> bool:
    return not (languages_of(question.texts, question.sounds) or any(question.choices))


def _sentence(problem: Problem, number: int) -> str:
    most = LONGEST_LABEL if problem.code == "long-label" else LONGEST_WORDS
    if problem.code not in WORDS:
        return str(gettext("Ask at most three questions."))
    values = {"n": number, "key": problem.key, "languages": problem.languages, "most": most}
    return str(WORDS[problem.code]) % values
