"""Judges the words of all languages: complete, the same placeholders, short, without officialese (words.md, D6).

Each prompt is measured in its longest rendering: with the longest name, place, count and kind of problem that its
language has. A language that is offered nowhere may lack words; `lacking` says which.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.typed import plain
from flows.words import numbers
from flows.words.pieces import PLACEHOLDER, fill, placeholders
from flows.words.store import DIGIT_BY_DIGIT, NOTICES, SPOKEN_VALUES, TABLES, Words, is_spoken

WORDS_PER_SECOND = 2.5
WHEN = ("today", "yesterday")
LONGEST_SENTENCE, LONGEST_PROMPT, LONGEST_NOTICE = 8.0, 20.0, 30.0  # seconds, D6 and L10
STATES = (
    *("draft", "unverified", "received", "heard", "assigned", "in_work"),
    *("answered", "confirmed", "reopened", "closed_unconfirmed", "blank"),
)
NEEDED = (
    *(f"digit.{digit}" for digit in range(10)),
    *(f"number.{number}" for number in range(100)),
    *(f"month.{month}" for month in range(1, 13)),
    *(f"clock.part.{hour}" for hour in range(24)),
    *("counting.100", "counting.1000", "date.day", "clock.sharp", "clock.minutes"),
    *(f"state.{state}" for state in STATES),
    *(f"when.{when}" for when in WHEN),
    *(f"category.{group}{kind}" for group in range(1, 5) for kind in range(1, 5)),
)
SENTENCE = re.compile(r"[।.?!۔؟]+\s*")
# How many words the longest value of a placeholder has; those not named here have one.
LONGEST_VALUES = {
    "organisation": 3,
    "coordinator": 2,
    "name": 2,
    "unit": 4,
    "desk": 4,
    "emergency_number": 3,
    "date": 3,
    "since": 6,
    "streak": 2,
    "days": 2,
    "reference": 4,
}
LONGEST_COUNT = 99_999  # of what is counted in a sentence
COUNTED = frozenset(
    {
        "people",
        "calls",
        "messages",
        "reports",
        "notes",
        "reached",
        "asked",
        "new",
        "danger",
        "solved",
        "overdue",
        "silent",
    }
)


def problems_of_words(words: Words) -> list[str]:
    """List what is wrong with the words, a sentence each."""
    whole = whole_languages(words)
    every = sorted({prompt for texts in words.texts.values() for prompt in texts})
    found = [problem for prompt in every for problem in _prompt(prompt, words, whole)]
    found += [problem for language in whole for problem in _language(language, words)]
    return found


def whole_languages(words: Words) -> list[str]:
    """List the languages that must have every word: those that callers are offered somewhere."""
    return [one for one in words.languages if one not in words.about or words.about[one].offered]


def lacking(words: Words) -> dict[str, list[str]]:
    """List what each language lacks that is offered nowhere yet: with all of it it may be."""
    whole = whole_languages(words)
    every = sorted({prompt for one in whole for prompt in words.texts[one] if _is_needed(prompt)})
    return {
        one: [prompt for prompt in every if prompt not in words.texts[one]]
        for one in words.languages
        if one not in whole
    }


def seconds(template: str) -> float:
    """Estimate how long a sentence takes to say; a value counts as one word."""
    return len(template.split()) / WORDS_PER_SECOND


def longest_rendering(words: Words, language: str, template: str) -> str:
    """Return a prompt with the longest values that it may get in this language."""
    return fill(template, {name: _longest(words, language, name) for name in placeholders(template)})


def _longest(words: Words, language: str, name: str) -> str:
    texts = words.texts[language]
    if name in SPOKEN_VALUES:
        said = [text for prompt, text in texts.items() if prompt.startswith(f"{name}.")]
        return max(said, key=lambda text: len(text.split()), default="")
    if name in COUNTED and "counting.100" in texts:
        return numbers.count(texts, LONGEST_COUNT)
    return " ".join(["x"] * LONGEST_VALUES.get(name, 10 if name in DIGIT_BY_DIGIT else 1))


def _is_needed(prompt: str) -> bool:
    return prompt.partition(".")[0] not in TABLES or prompt in NEEDED


def _prompt(prompt: str, words: Words, whole: list[str]) -> Iterator[str]:
    there = {language: texts[prompt] for language, texts in words.texts.items() if prompt in texts}
    if _is_needed(prompt):
        yield from (f"{prompt} has no words in {one}" for one in whole if one not in there)
    if len({frozenset(placeholders(template)) for template in there.values()}) > 1:
        yield f"{prompt} has other placeholders in one language than in another"
    for language in there:
        yield from (f"{prompt} in {language}: {problem}" for problem in _template(prompt, language, words))


def _template(prompt: str, language: str, words: Words) -> Iterator[str]:
    template = words.texts[language][prompt]
    if not template.strip():
        yield "empty"
    others = {each.narrator for each in words.about.values()} - {words.about_of(language).narrator, ""}
    yield from (f"{other} speaks, who is another language's voice" for other in others if other in template)
    spoken = set(plain(PLACEHOLDER.sub(" ", template)).split())
    yield from (
        f"says {word}, which no villager does"
        for word in words.about_of(language).officialese
        if plain(word) in spoken
    )
    if is_spoken(prompt):
        longest = LONGEST_NOTICE if prompt in NOTICES else LONGEST_PROMPT
        whole = longest_rendering(words, language, template)
        if seconds(whole) > longest:
            yield f"takes longer than {longest:.0f} s"
        if any(seconds(sentence) > LONGEST_SENTENCE for sentence in SENTENCE.split(whole)):
            yield f"a sentence takes longer than {LONGEST_SENTENCE:.0f} s"


def _language(language: str, words: Words) -> Iterator[str]:
    texts = words.texts[language]
    yield from (f"{prompt} has no words in {language}" for prompt in NEEDED if prompt not in texts)
    said = [texts[f"number.{number}"] for number in range(100) if f"number.{number}" in texts]
    if len(set(said)) < len(said):
        yield f"two numbers sound the same in {language}"
