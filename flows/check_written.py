"""What a conversation lacks to be written: on a phone's own screen (USSD) or in an SMS. Part of `memberline flow check`.

A note needs a slot for written words, a choice its key in front of it, a screen its room and its letters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from flows.catalog.renderings import BY_SCREEN, BY_TEXT, ONLY_SPOKEN, SMS, SMS_ONLY, USSD, WALKED
from flows.listening import SPOKEN
from flows.model import Ask, Choice, Flow, Menu, Node, Pick, Record
from flows.said import said
from flows.screens import ROOM, Screens, plain
from flows.words import NOTICES, Words
from flows.words.pieces import PLACEHOLDER

LONGEST_VALUES = {
    "organisation": 24,
    "name": 20,
    "unit": 24,
    "category": 30,
    "state": 40,
    "reference": 7,
    "key": 1,
}
LONGEST_VALUE = 12


def problems_of_writing(
    flows: Mapping[str, Flow], words: Words, screens: Screens, own: Words | None = None
) -> list[str]:
    """List what is wrong with what is written, a sentence each."""
    found = [*_undeclared(flows)]
    for name in sorted(BY_SCREEN & flows.keys()):
        found += [f"{name}.{place}: {problem}" for place, problem in _on_screen(flows[name], screens)]
    for name in sorted(SMS_ONLY & flows.keys()):  # the others are walked in the words of screens
        found += [f"{name}.{place}: {problem}" for place, problem in _by_text(flows[name], words)]
    if own is not None:
        for name in sorted(flows.keys() & set(WALKED)):
            found += [f"{name}.{place}: {problem}" for place, problem in _in_own_letters(flows[name], own)]
    return found


def _in_own_letters(flow: Flow, own: Words) -> Iterator[tuple[str, str]]:
    """What a menu by SMS lacks in the letters of a language (`flows.texts`)."""
    for (name, node), language in product(flow.nodes.items(), own.languages):
        there = own.texts[language]
        for one in said(node):
            if one.prompt not in there:
                yield name, f"{one.prompt} has no words in {language} for menus by SMS"
        texts = {one.prompt: there.get(one.prompt, "") for one in said(node)}
        yield from ((name, f"{problem} in {language}") for problem in _unkeyed(node, texts, SMS))


def _undeclared(flows: Mapping[str, Flow]) -> Iterator[str]:
    for name in flows:
        is_written = name in BY_SCREEN | BY_TEXT
        if is_written == (name in ONLY_SPOKEN):
            yield f"{name}: says neither how it is written nor why it is not, or both"


def _on_screen(flow: Flow, screens: Screens) -> Iterator[tuple[str, str]]:
    for (name, node), language in product(flow.nodes.items(), screens.words.languages):
        texts = {one.prompt: screens.words.texts[language].get(one.prompt, "") for one in said(node)}
        for prompt, text in texts.items():
            if prompt not in screens.own[language]:
                yield name, f"{prompt} has no short words in {language}"
            if (filled := _filled(text)) != plain(filled, lambda letters: letters):
                yield name, f"{prompt} in {language} has letters that a screen does not show"
        if _longest(node, texts) > ROOM:
            yield name, f"is longer than a screen in {language}"
        yield from ((name, f"{problem} in {language}") for problem in _unkeyed(node, texts, USSD))
    yield from _unwritten(flow, USSD)


def _by_text(flow: Flow, words: Words) -> Iterator[tuple[str, str]]:
    for (name, node), language in product(flow.nodes.items(), words.languages):
        there = words.texts[language]
        texts = {one.prompt: there.get(f"{one.prompt}.sms", there.get(one.prompt, "")) for one in said(node)}
        own = {prompt: text for prompt, text in texts.items() if text}
        yield from ((name, f"{problem} in {language}") for problem in _unkeyed(node, own, SMS))
    yield from _unwritten(flow, SMS)


def _unwritten(flow: Flow, rendering: str) -> Iterator[tuple[str, str]]:
    for name, node in flow.nodes.items():
        if isinstance(node, Record) and node.text_slot is None:
            yield name, f"has no written form for {rendering}: its note cannot be words"


def _unkeyed(node: Node, texts: Mapping[str, str], rendering: str) -> Iterator[str]:
    """Choices whose words do not name the key to type."""
    for choice in _choices(node):
        text = texts.get(choice.prompt or "", "")
        if text and choice.key not in text:
            yield f"{choice.prompt} does not name its key {choice.key} for {rendering}"
    if isinstance(node, Ask) and (text := texts.get(node.question, "")) and not {"1", "2"} <= set(text):
        yield f"{node.question} does not name its keys for {rendering}"


def _choices(node: Node) -> tuple[Choice, ...]:
    return node.choices if isinstance(node, Menu) else node.others if isinstance(node, Pick) else ()


def _longest(node: Node, texts: Mapping[str, str]) -> int:
    """How many letters the question takes with all that may be read out; a notice may take several screens."""
    lengths = {prompt: len(_filled(text)) + 1 for prompt, text in texts.items() if prompt not in NOTICES}
    if isinstance(node, Pick):
        return sum(lengths.values()) + lengths[node.prompt] * (min(node.spoken, SPOKEN) - 1) - 1
    return sum(lengths.values()) - 1


def _filled(text: str) -> str:
    return PLACEHOLDER.sub(lambda found: "x" * LONGEST_VALUES.get(found[1], LONGEST_VALUE), text)
