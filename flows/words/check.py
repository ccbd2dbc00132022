"""Judges the words of all languages: complete, the same placeholders, short, without officialese (words.md, D6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flows.typed import plain
from flows.words.pieces import PLACEHOLDER, placeholders
from flows.words.store import NOTICES, Words, is_spoken

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
    *(f"state.{state}" for state in STATES),
    *(f"when.{when}" for when in WHEN),
    *(f"category.{group}{kind}" for group in range(1, 5) for kind in range(1, 5)),
)
OFFICIALESE = {
    "hi": [
        "कृपया",
        "विकल्प",
        "पंजीकृत",
        "पंजीकरण",
        "संदर्भ",
        "चयन",
        "प्रविष्टि",
        "शिकायतकर्ता",
        "उपयोगकर्ता",
        "सदस्यता",
        "सूचित",
        "प्रदान",
        "आवश्यक",
        "प्राप्त",
    ],
    "bn": ["অনুগ্রহ", "অনুগ্রহপূর্বক", "বিকল্প", "নিবন্ধিত", "নিবন্ধন", "নির্বাচন", "প্রাপ্ত", "প্রদান", "আবশ্যক", "ব্যবহারকারী"],
    "en": [
        "kindly",
        "option",
        "options",
        "registered",
        "registration",
        "reference",
        "select",
        "submit",
        "invalid",
        "user",
        "beneficiary",
    ],
}
SENTENCE = re.compile(r"[।.?!]+\s*")


def problems_of_words(words: Words) -> list[str]:
    """List what is wrong with the words, a sentence each."""
    every = sorted({prompt for texts in words.texts.values() for prompt in texts})
    found = [problem for prompt in every for problem in _prompt(prompt, words)]
    found += [problem for language in words.languages for problem in _language(language, words)]
    return found


def seconds(template: str) -> float:
    """Estimate how long a sentence takes to say; a value counts as one word."""
    return len(template.split()) / WORDS_PER_SECOND


def _prompt(prompt: str, words: Words) -> Iterator[str]:
    there = {language: texts[prompt] for language, texts in words.texts.items() if prompt in texts}
    yield from (f"{prompt} has no words in {one}" for one in words.languages if one not in there)
    if len({frozenset(placeholders(template)) for template in there.values()}) > 1:
        yield f"{prompt} has other placeholders in one language than in another"
    for language, template in there.items():
        yield from (f"{prompt} in {language}: {problem}" for problem in _template(prompt, language, template))


def _template(prompt: str, language: str, template: str) -> Iterator[str]:
    if not template.strip():
        yield "empty"
    spoken = set(plain(PLACEHOLDER.sub(" ", template)).split())
    yield from (
        f"says {word}, which no villager does"
        for word in OFFICIALESE.get(language, ())
        if plain(word) in spoken
    )
    if is_spoken(prompt):
        longest = LONGEST_NOTICE if prompt in NOTICES else LONGEST_PROMPT
        if seconds(template) > longest:
            yield f"takes longer than {longest:.0f} s"
        if any(seconds(sentence) > LONGEST_SENTENCE for sentence in SENTENCE.split(template)):
            yield f"a sentence takes longer than {LONGEST_SENTENCE:.0f} s"


def _language(language: str, words: Words) -> Iterator[str]:
    texts = words.texts[language]
    yield from (f"{prompt} has no words in {language}" for prompt in NEEDED if prompt not in texts)
    numbers = [texts[f"number.{number}"] for number in range(100) if f"number.{number}" in texts]
    if len(set(numbers)) < len(numbers):
        yield f"two numbers sound the same in {language}"
