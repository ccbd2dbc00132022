"""All languages' words in memory: find a prompt with its fallback, speak it, write it, list what can be recorded."""

from __future__ import annotations

import tomllib
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from pathlib import Path
from typing import Any

from flows.errors import FlowError
from flows.steps import Speak, Tell
from flows.typed import ascii_digits, plain
from flows.words import numbers
from flows.words.about import ABOUT, NOTHING_KNOWN, About
from flows.words.pieces import (
    AFTER_DIGIT,
    AFTER_PROMPT,
    CONSTANT,
    GROUP,
    INSIDE,
    PERSONAL,
    RECORDED,
    Piece,
    Value,
    cut,
    fill,
    names,
    placeholders,
)

# What a member agrees to must be heard in the language chosen, or nobody is enrolled in it (journeys.md M1).
NOTICES = frozenset({"join.notice", "join.consent", "introduction.consent", "sms_join.ask"})
BASE = ("hi", "en")
# What values are put together from (`numbers`); not every language has all of these.
TABLES = frozenset({"number", "hundred", "counting", "month", "date", "clock", "money"})
WRITTEN = frozenset({"sms", "sms_join", "sms_solved", "sms_urgency", "ussd", "digit"}) | TABLES
SPOKEN_VALUES = ("state", "category", "when")  # placeholders whose values are prompts themselves
KEYED_COUNTS = ("people",)
DIGIT_BY_DIGIT = ("reference", "line")  # in breaths of three or four


@dataclass(frozen=True)
class Words:
    """Texts by language and prompt. `fallback` are the base languages, tried after the member's own and the unit's."""

    texts: Mapping[str, Mapping[str, str]]
    fallback: tuple[str, ...] = BASE
    about: Mapping[str, About] = field(default_factory=dict)
    languages: tuple[str, ...] = field(init=False)
    keywords: Mapping[str, str] = field(
        init=False
    )  # what is written, as one plain phrase, and what kind of word it is
    _counted: Mapping[str, Mapping[str, str]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        counted = {language: numbers.heard_as(texts) for language, texts in self.texts.items()}
        object.__setattr__(self, "_counted", counted)
        object.__setattr__(self, "languages", tuple(self.texts))
        object.__setattr__(self, "keywords", _keywords(self.about.values()))

    def find(self, prompt: str, language: str, fallback: Sequence[str] = ()) -> tuple[str, str]:
        """Return (language, template): the member's, then the unit's, then the base. Notices never fall back.

        Raises FlowError where no language has the prompt.
        """
        order = (language,) if _root(prompt) in NOTICES else in_order(language, fallback, self.fallback)
        for one in order:
            template = self.texts.get(one, {}).get(prompt)
            if template is not None:
                return one, template
        raise FlowError(f"{prompt} has no words in {language}", "no-words")

    def can_join(self, language: str) -> bool:
        """Tell whether somebody may be enrolled in this language: all its notices are there."""
        return all(prompt in self.texts.get(language, {}) for prompt in NOTICES)

    def speech(self, step: Speak | Tell, fallback: Sequence[str] = ()) -> tuple[Piece, ...]:
        """Cut a step into pieces in the order in which they are heard."""
        if isinstance(step, Tell):
            return (Piece(step.text, step.language, None, step.is_personal, AFTER_PROMPT, step.sound),)
        language, template = self.find(step.prompt, step.language, fallback)
        merged = fill(template, self._merged(language, step.values))
        pieces = self._pieces(step.prompt, language, merged, step.values)
        return (*pieces[:-1], replace(pieces[-1], pause_ms=AFTER_PROMPT))

    def spoken(self, step: Speak | Tell, fallback: Sequence[str] = ()) -> str:
        """Join what is heard into one text, for a voice that reads where a clip lacks."""
        return " ".join(piece.text + piece.mark for piece in self.speech(step, fallback))

    def text(self, step: Speak | Tell, fallback: Sequence[str] = ()) -> str:
        """Write a step for SMS: its own written form where it has one, references in ASCII digits."""
        if isinstance(step, Tell):
            return step.text
        written = f"{step.prompt}.sms"
        prompt = written if self._has(written, step.language) else step.prompt
        language, template = self.find(prompt, step.language, fallback)
        values = {name: self._written(language, name, value) for name, value in step.values.items()}
        return " ".join(fill(template, values).split())

    def pieces(
        self, language: str, constants: Mapping[str, str], prompts: Container[str] | None = None
    ) -> Iterator[Piece]:
        """Yield every piece of a language that is known ahead: all sentences, keys and digits; or those of some prompts.

        `constants` are organisation and emergency_number. Names, places and what people wrote are not among them.
        """
        for prompt, template in self.texts[language].items():
            if prompts is not None and prompt not in prompts:
                continue
            if prompt.startswith("digit."):
                yield Piece(template, language, prompt, False, AFTER_DIGIT)
            elif is_spoken(prompt):
                yield from self._fixed(prompt, language, template, constants)

    def counting(self, language: str) -> Iterator[Piece]:
        """Yield the words that counts and days are put together from, a sound each: what is counted lacks no sound."""
        for word, prompt in self._counted[language].items():
            yield Piece(word, language, prompt, False, INSIDE)

    def value(self, language: str, said: str, is_personal: bool = False) -> list[Piece]:
        """Cut a value that a sentence takes in: a count or a day into its words, anything else is one piece."""
        split = [] if is_personal else numbers.split(self._counted.get(language, {}), said)
        if split:
            return [Piece(word, language, prompt, False, INSIDE) for word, prompt in split]
        return [Piece(said, language, None, is_personal, INSIDE)] if said else []

    def number(self, language: str, value: int) -> str:
        """Return the word of a number from 0 to 99."""
        return self.texts[language][f"number.{value}"]

    def count(self, language: str, value: int) -> str:
        """Return how many there are as people say it."""
        return numbers.count(self._counting(language), value)

    def day(self, language: str, when: date) -> str:
        """Return a day without its year as people say it."""
        return numbers.day(self._counting(language), when)

    def month(self, language: str, when: date) -> str:
        """Return a month with its year as people say it."""
        return numbers.month(self._counting(language), when)

    def hour(self, language: str, when: time) -> str:
        """Return the time of a day as people say it."""
        return numbers.hour(self._counting(language), when)

    def money(self, language: str, amount: int, currency: str) -> str:
        """Return a whole amount of money as people say it."""
        return numbers.money(self._counting(language), amount, currency)

    def about_of(self, language: str) -> About:
        """Return what a language's file says of itself."""
        return self.about.get(language, NOTHING_KNOWN)

    def _counting(self, language: str) -> Mapping[str, str]:
        """The words of the first language in order that can count."""
        order = in_order(language, (), self.fallback)
        return next((self.texts[one] for one in order if "counting.100" in self.texts.get(one, {})), {})

    def _fixed(
        self, prompt: str, language: str, template: str, constants: Mapping[str, str]
    ) -> Iterator[Piece]:
        for key in "1234567" if "key" in placeholders(template) else ("",):
            merged = fill(template, self._merged(language, {**constants, "key": key}))
            yield from (
                piece for piece in self._pieces(prompt, language, merged, {"key": key}) if piece.recorded_as
            )

    def _merged(self, language: str, values: Mapping[str, str]) -> dict[str, str]:
        """Values that are spoken inside their sentence: the house's own, and the key to press."""
        merged = {name: values[name] for name in CONSTANT if name in values}
        if "emergency_number" in merged:
            merged["emergency_number"] = " ".join(self._digits(language, merged["emergency_number"]))
        if values.get("key"):
            merged["key"] = self.texts[language][f"digit.{values['key']}"]
        return merged

    def _pieces(self, prompt: str, language: str, template: str, values: Mapping[str, str]) -> list[Piece]:
        parts = list(cut(template))
        recorded = iter(names(prompt, values.get("key", ""), sum(isinstance(part, str) for part in parts)))
        found: list[Piece] = []
        for part in parts:
            if isinstance(part, Value):
                said = self._value(language, part.name, values.get(part.name, ""))
                found += [*said[:-1], said[-1].marked(part.mark)] if said and part.mark else said
            else:
                found.append(Piece(part, language, next(recorded), False, INSIDE))
        return found

    def _value(self, language: str, name: str, value: str) -> list[Piece]:
        match name:
            case _ if name in DIGIT_BY_DIGIT:
                return self._spelt(language, value)
            case _ if name in SPOKEN_VALUES:
                prompt = f"{name}.{value}"
                return (
                    [Piece(self.find(prompt, language)[1], language, prompt, False, INSIDE)] if value else []
                )
            case _ if name in KEYED_COUNTS and value:
                return self.value(language, self.count(language, int(value)))
            case "name" if value.startswith(RECORDED):
                return [Piece("", language, None, True, INSIDE, value.removeprefix(RECORDED))]
            case _:
                return self.value(language, value, name in PERSONAL)

    def _spelt(self, language: str, value: str) -> list[Piece]:
        digits = [digit for digit in ascii_digits(value) if digit.isdigit()]
        return [
            Piece(
                self.texts[language][f"digit.{digit}"],
                language,
                f"digit.{digit}",
                False,
                AFTER_PROMPT if _ends_group(number, len(digits)) else AFTER_DIGIT,
            )
            for number, digit in enumerate(digits, 1)
        ]

    def _digits(self, language: str, value: str) -> list[str]:
        return [self.texts[language][f"digit.{digit}"] for digit in ascii_digits(value) if digit.isdigit()]

    def _written(self, language: str, name: str, value: str) -> str:
        match name:
            case _ if name in SPOKEN_VALUES and value:
                return self.find(f"{name}.{value}", language)[1]
            case "reference":
                return "".join(digit for digit in ascii_digits(value) if digit.isdigit())
            case _:
                return value

    def _has(self, prompt: str, language: str) -> bool:
        return prompt in self.texts.get(language, {})


def load(folder: Path, fallback: tuple[str, ...] = BASE) -> Words:
    """Read every `<language>.toml` of a folder. Raises FlowError where one cannot be read."""
    texts: dict[str, dict[str, str]] = {}
    about: dict[str, About] = {}
    for file in sorted(folder.glob("*.toml")):
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise FlowError(f"{file.name}: {error}", "words-unreadable") from error
        about[file.stem] = About.of(file.stem, table.pop(ABOUT, {}))
        texts[file.stem] = dict(_flat(table))
    return Words(texts, fallback, about)


def in_order(language: str, unit: Sequence[str] = (), base: Sequence[str] = BASE) -> tuple[str, ...]:
    """Return the languages in the order in which they are tried: the member's, then their unit's, then the base.

    The one place where this is decided: for our own words, and for what people wrote (`gateway.content`).
    """
    return tuple(dict.fromkeys((language, *unit, *base)))


def _keywords(about: Iterable[About]) -> dict[str, str]:
    return {plain(word): kind for each in about for kind, words in each.keywords.items() for word in words}


def is_spoken(prompt: str) -> bool:
    """Tell whether a prompt is ever heard: written forms and bare numbers are not."""
    return not prompt.endswith(".sms") and prompt.partition(".")[0] not in WRITTEN


def _ends_group(number: int, count: int) -> bool:
    """A breath after three digits and after the last, but never before a single one."""
    return number == count or (number % GROUP == 0 and count > number + 1)


def _root(prompt: str) -> str:
    return prompt.removesuffix(".sms")


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{name}.")
        elif isinstance(value, list):
            yield from ((f"{name}.{number}", word) for number, word in enumerate(value))
        else:
            yield name, str(value)
