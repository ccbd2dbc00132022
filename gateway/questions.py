"""The questions that a broadcast asks after its message: what is kept of one, how it is spoken and written. Pure.

At most three, each answered by a key (1 to n) or by voice; an SMS asks at most one, by a key. Who listens to the answers
is `broadcasts.answers`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from flows.words import Words
from flows.words.pieces import fill
from gateway.content import in_language, languages_of, sound_in
from gateway.errors import Conflict

KEYS, VOICE = "keys", "voice"
MOST, FEWEST_CHOICES, MOST_CHOICES = 3, 2, 4  # D1: no menu speaks more than four
LONGEST_WORDS, LONGEST_LABEL = 300, 60


class Problem(NamedTuple):
    """Something that is wrong with a question (0: with all of them), and where."""

    code: str
    question: int = 0
    key: str = ""
    languages: str = ""


SENTENCES = {
    "too-many": f"a broadcast asks at most {MOST} questions",
    "sms-one": "an SMS asks one question: a reply could be meant for either",
    "sms-voice": "an SMS cannot be answered by voice: give the answers numbers",
    "no-words": "question {question} lacks words in {languages}",
    "long": f"question {{question}} is longer than {LONGEST_WORDS} letters: ask one thing",
    "choices": f"question {{question}} needs {FEWEST_CHOICES} to {MOST_CHOICES} answers, or an answer by voice",
    "no-label": "answer {key} of question {question} lacks words in {languages}",
    "long-label": f"answer {{key}} of question {{question}} is longer than {LONGEST_LABEL} letters",
}


@dataclass(frozen=True)
class Question:
    """One question: its words and recordings by language, and what each key means, in order from 1."""

    answer: str = KEYS
    texts: Mapping[str, str] = field(default_factory=dict)
    sounds: Mapping[str, str] = field(default_factory=dict)
    choices: Sequence[Mapping[str, str]] = ()

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Question:
        """Read what a broadcast keeps."""
        return cls(kept["answer"], kept["texts"], kept.get("sounds") or {}, tuple(kept.get("choices") or ()))

    def kept(self) -> dict[str, Any]:
        """What a broadcast keeps of it."""
        choices = [dict(each) for each in self.choices]
        return {
            "answer": self.answer,
            "texts": dict(self.texts),
            "sounds": dict(self.sounds),
            "choices": choices,
        }

    @property
    def keys(self) -> str:
        """The keys that answer it, "123"; none where it is answered by voice."""
        return "1234"[: len(self.choices)] if self.answer == KEYS else ""


def questions_of(kept: Sequence[Mapping[str, Any]] | None) -> list[Question]:
    """Read the questions that a broadcast keeps, in order."""
    return [Question.of(each) for each in kept or ()]


def check(kind: str, questions: Sequence[Question], languages: Sequence[str]) -> None:
    """Raise Conflict with a sentence where these cannot be asked; `languages` are those of the message."""
    for problem in problems(kind, questions, languages):
        raise Conflict(SENTENCES[problem.code].format(**problem._asdict()), "questions")


def problems(kind: str, questions: Sequence[Question], languages: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with these questions, in the order in which a person would mend it."""
    if len(questions) > MOST:
        yield Problem("too-many")
    if kind == "sms" and len(questions) > 1:
        yield Problem("sms-one", 2)
    for number, question in enumerate(questions, 1):
        if kind == "sms" and question.answer == VOICE:
            yield Problem("sms-voice", number)
        yield from _of_words(number, question, languages)
        if question.answer == KEYS:
            yield from _of_choices(number, question, languages)


def choices_in(words: Words, question: Question, language: str) -> str:
    """Return the sentences that tell what the keys mean: the action first, the key last (D3)."""
    _, template = words.find("member.pick", language)
    keys = [
        words.texts[language if language in words.texts else "en"][f"digit.{key}"] for key in question.keys
    ]
    named = zip(keys, (label_of(each, language) for each in question.choices), strict=True)
    return " ".join(fill(template, {"name": label, "key": key}) for key, label in named)


def spoken(words: Words, question: Question, language: str) -> str:
    """Return what is said where no recording says it: the question, then its keys."""
    own = str(question.texts.get(language, ""))
    return " ".join(filter(None, (own, choices_in(words, question, language) if question.keys else "")))


def written(words: Words, question: Question, language: str) -> str:
    """Return the lines that an SMS ends with: the question, its numbered answers, how to reply."""
    lines = _numbered(question, language)
    _, hint = words.find("sms.question", language)
    return "\n".join([str(question.texts.get(language, "")), *lines, hint])


def sms_text(words: Words, texts: Mapping[str, Any], kept: Sequence[Mapping[str, Any]], wanted: str) -> str:
    """Return the whole SMS of a broadcast for somebody who speaks `wanted`: its words, then its question."""
    language = in_language(texts, {}, wanted)
    asked = [written(words, each, language) for each in questions_of(kept)]
    return "\n".join([str(texts.get(language, "")), *asked])


def facts(words: Words, kept: Sequence[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """Return the questions as a conversation knows them (`flows.facts.Question`)."""
    return [
        {
            "id": number,
            "answer": each.answer,
            "keys": each.keys,
            "text": spoken(words, each, language),
            "choices": choices_in(words, each, language) if each.keys else "",
            "sound": sound_in(each.sounds, language),
            "language": language,
        }
        for number, each in enumerate(questions_of(kept), 1)
    ]


def asked(words: Words, kept: Sequence[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """Return those that a key answers, as whoever comes by themselves is asked them.

    `written` and `written_choices` are what a screen or a text shows instead of `text` and `choices`.
    """
    known = facts(words, kept, language)
    return [
        {**fact, "question": fact["id"], **_shown(each, language)}
        for fact, each in zip(known, questions_of(kept), strict=True)
        if each.keys
    ]


def in_writing(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same questions for whoever reads them."""
    return [{**each, "text": each["written"], "choices": each["written_choices"]} for each in items]


def _shown(question: Question, language: str) -> dict[str, str]:
    lines = _numbered(question, language)
    own = str(question.texts.get(language, ""))
    return {"written": "\n".join([*filter(None, [own]), *lines]), "written_choices": "\n".join(lines)}


def _numbered(question: Question, language: str) -> list[str]:
    return [
        f"{key} {label_of(each, language)}" for key, each in zip(question.keys, question.choices, strict=True)
    ]


def label_of(choice: Mapping[str, str], language: str) -> str:
    """Return what a key means in this language, else in the base language, else in any."""
    return str(choice.get(in_language(choice, {}, language), ""))


def _of_words(number: int, question: Question, languages: Sequence[str]) -> Iterator[Problem]:
    lacking = set(languages) - set(languages_of(question.texts, question.sounds))
    if lacking:
        yield Problem("no-words", number, languages=", ".join(sorted(lacking)))
    if any(len(text) > LONGEST_WORDS for text in question.texts.values()):
        yield Problem("long", number)


def _of_choices(number: int, question: Question, languages: Sequence[str]) -> Iterator[Problem]:
    if not FEWEST_CHOICES <= len(question.choices) <= MOST_CHOICES:
        yield Problem("choices", number)
        return
    spoken_in = set(languages) - set(question.sounds)  # a recording says its keys itself
    for key, choice in zip(question.keys, question.choices, strict=True):
        lacking = spoken_in - {language for language, label in choice.items() if label.strip()}
        if lacking:
            yield Problem("no-label", number, key, ", ".join(sorted(lacking)))
        if any(len(label) > LONGEST_LABEL for label in choice.values()):
            yield Problem("long-label", number, key)
