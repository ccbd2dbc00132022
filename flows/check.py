"""Judges flows and words before anybody hears them: `problems` is empty, or a sentence per defect.

Run over the whole catalogue by tests, by `memberline flow check` and at start-up: a bad flow stops a deploy, not a
call. The rules are those of voice_design.md; nothing here is used while a call is under way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from flows.catalog.sms_words import ENGLISH
from flows.edges import cross_edges, edges, menu_depths
from flows.listening import SPOKEN
from flows.model import Ask, Choice, Condition, Flow, Menu, Node, Pick
from flows.said import Said, said
from flows.typed import plain
from flows.words import Words
from flows.words.check import problems_of_words, whole_languages
from flows.words.pieces import placeholders
from flows.words.store import SPOKEN_VALUES, is_spoken

DEEPEST = 4  # menus one after another, D2
FIXED = "09*#"  # D12; 8 is for leaving alone, D13
FIRST_CALLS, SPOKEN_AT_FIRST = ("joining", "introduction", "discreet"), 2  # D1
AT_THE_END = 3  # words of a sentence among which its key is: the deed comes first, D3
BY_ENGINE = ("apology.sorry", "apology.restart", "again.wrong_key")
# The shell puts these before words that people wrote.
INSIDE_CONTENT = ("announcement.synthetic", "announcement.correction", "announcement.told_back")


def problems(flows: Mapping[str, Flow], words: Words) -> list[str]:
    """List what is wrong with the flows and their words, a sentence each."""
    found = [problem for flow in flows.values() for problem in _flow(flow, flows)]
    found += [problem for flow in flows.values() for problem in _prompts(flow, words)]
    found += [problem for flow in flows.values() for problem in _order(flow, words)]
    return [*found, *_unsaid(flows, words), *_keywords(words), *problems_of_words(words)]


def _keywords(words: Words) -> Iterator[str]:
    for language, about in words.about.items():
        yield from (
            f"{kind} in {language} is no word of an SMS" for kind in about.keywords if kind not in ENGLISH
        )


def _flow(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[str]:
    lost = [
        f"{flow.name}.{name}: there is no node {then}"
        for name, node in flow.nodes.items()
        for then in edges(node)
        if then not in flow.nodes
    ]
    lost += [f"{flow.name}: there is no node {name}" for name in _doors(flow) if name not in flow.nodes]
    yield from lost
    yield from _gotos(flow, flows)
    for name, node in flow.nodes.items():
        yield from (f"{flow.name}.{name}: {problem}" for problem in _node(flow, node))
    if not lost:
        yield from _reach(flow, flows)


def _doors(flow: Flow) -> list[str]:
    return [name for name in (flow.start, flow.home, flow.help) if name is not None]


def _gotos(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[str]:
    for name, there, node in cross_edges(flow):
        if there not in flows:
            yield f"{flow.name}.{name}: there is no flow {there}"
        elif node is not None and node not in flows[there].nodes:
            yield f"{flow.name}.{name}: flow {there} has no node {node}"


def _reach(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[str]:
    ways = [way for other in flows.values() for way in cross_edges(other)]
    entered = [node for _, there, node in ways if there == flow.name and node is not None]
    depths = menu_depths(flow, [*_doors(flow), *(node for node in entered if node in flow.nodes)])
    for name in flow.nodes:
        if name not in depths:
            yield f"{flow.name}.{name}: nothing leads here"
        elif depths[name] > DEEPEST:
            yield f"{flow.name}.{name}: deeper than {DEEPEST} menus"


def _node(flow: Flow, node: Node) -> Iterator[str]:
    choices = node.choices if isinstance(node, Menu) else node.others if isinstance(node, Pick) else ()
    for choice in choices:
        if len(choice.key) != 1 or not choice.key.isascii() or choice.key in FIXED:
            yield f"key {choice.key} means the same everywhere and cannot be a choice"
        if choice.key == "8" and flow.name != "leaving":
            yield "key 8 is for leaving"
    for one, other in combinations(choices, 2):
        if one.key == other.key and one.then != other.then:
            yield f"key {one.key} leads to {one.then} and to {other.then}"
    if isinstance(node, Menu) and _most_spoken(choices) > SPOKEN:
        yield f"more than {SPOKEN} choices are read out"
    if isinstance(node, Menu) and flow.name in FIRST_CALLS and _most_spoken(choices) > SPOKEN_AT_FIRST:
        yield f"more than {SPOKEN_AT_FIRST} choices are read out to who calls for the first time"


def _most_spoken(choices: tuple[Choice, ...]) -> int:
    """Count what may be read out at once; two choices of one key, or of opposite conditions, are one."""
    spoken: dict[str, Condition | None] = {}
    for choice in choices:
        when = choice.when
        opposite = Condition(when.path, not when.wanted) if when and isinstance(when.wanted, bool) else None
        if choice.prompt is not None and (opposite is None or opposite not in spoken.values()):
            spoken[choice.key] = when
    return len(spoken)


def _prompts(flow: Flow, words: Words) -> Iterator[str]:
    for name, node in flow.nodes.items():
        for one in said(node):
            for language in whole_languages(words):
                yield from (f"{flow.name}.{name}: {problem}" for problem in _prompt(one, language, words))


def _order(flow: Flow, words: Words) -> Iterator[str]:
    """What is done comes first and its key last (D3); 1 is yes and 2 is no, said in this order (D15)."""
    for name, node in flow.nodes.items():
        choices = node.choices if isinstance(node, Menu) else node.others if isinstance(node, Pick) else ()
        for language in whole_languages(words):
            texts = words.texts[language]
            for choice in choices:
                said = _said_words(texts, choice.prompt)
                if said and _key(texts, choice.key) not in said[-AT_THE_END:]:
                    yield f"{flow.name}.{name}: {choice.prompt} in {language} does not end with key {choice.key}"
            if isinstance(node, Ask) and (said := _said_words(texts, node.question)):
                first, second = (_last(said, _key(texts, key)) for key in "12")
                if not -1 < first < second:
                    yield f"{flow.name}.{name}: {node.question} in {language} does not say key 1, then key 2"


def _said_words(texts: Mapping[str, str], prompt: str | None) -> list[str]:
    return plain(texts.get(prompt, "")).split() if prompt and is_spoken(prompt) else []


def _key(texts: Mapping[str, str], key: str) -> str:
    return plain(texts.get(f"digit.{key}", ""))


def _last(said: list[str], word: str) -> int:
    return max((place for place, one in enumerate(said) if one == word), default=-1)


def _prompt(one: Said, language: str, words: Words) -> Iterator[str]:
    for prompt in (one.prompt, f"{one.prompt}.sms"):
        template = words.texts[language].get(prompt)
        if template is None and prompt == one.prompt:
            yield f"{prompt} has no words in {language}"
        elif template is not None and not set(placeholders(template)) <= one.values:
            lacking = ", ".join(sorted(set(placeholders(template)) - one.values))
            yield f"{prompt} in {language} needs {lacking}, which is not given"


def _unsaid(flows: Mapping[str, Flow], words: Words) -> Iterator[str]:
    used = {one.prompt for flow in flows.values() for node in flow.nodes.values() for one in said(node)}
    for prompt in sorted({prompt for texts in words.texts.values() for prompt in texts}):
        is_value = prompt.partition(".")[0] in SPOKEN_VALUES
        if is_spoken(prompt) and not is_value and prompt not in (*used, *BY_ENGINE, *INSIDE_CONTENT):
            yield f"{prompt} is said nowhere"
