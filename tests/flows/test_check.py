"""The checker: the catalogue is sound, and each kind of defect is noticed."""

from dataclasses import replace

import pytest

from flows.catalog import FLOWS
from flows.check import problems
from flows.model import Ask, Choice, End, Flow, Goto, Menu, Pick, Put, Say, equals, has, lacks
from flows.words import About, Words
from flows.words.check import lacking

CHOICE = Choice("1", "end", "news.none")


def with_nodes(**nodes):
    """The catalogue with one more flow; its nodes come after an end and begin with the first."""
    return {**FLOWS, "tried": Flow("tried", 1, next(iter(nodes)), {**nodes, "end": End()})}


def test_catalogue_is_sound(words: Words):
    assert problems(FLOWS, words) == []


DEFECTS = [
    ("no node gone", {"start": Say("news.none", "gone")}),
    ("no flow gone", {"start": Goto("gone")}),
    ("flow news has no node gone", {"start": Goto("news", "gone")}),
    ("nothing leads here", {"start": Goto("news"), "lost": Say("news.none", "end")}),
    ("cannot be a choice", {"start": Menu((Choice("0", "end"),))}),
    ("cannot be a choice", {"start": Menu((Choice("12", "end"),))}),
    (
        "cannot be a choice",
        {"start": Pick("members", "member.pick", "m", "end", others=(Choice("९", "end"),))},
    ),
    ("key 8 is for leaving", {"start": Menu((Choice("8", "end"),))}),
    ("key 1 leads to end and to other", {"start": Menu((CHOICE, Choice("1", "other"))), "other": End()}),
    ("more than 4", {"start": Menu(tuple(replace(CHOICE, key=key) for key in "12345"))}),
    ("nobody.says has no words in hi", {"start": Say("nobody.says", "end")}),
    ("needs reference", {"start": Ask("problem.reference", "end", "end")}),
    ("deeper than 4", {f"m{n}": Menu((Choice("1", f"m{n + 1}" if n < 5 else "end"),)) for n in range(6)}),
]


@pytest.mark.parametrize(("sign", "nodes"), DEFECTS)
def test_defect_is_noticed(words: Words, sign, nodes):
    assert sign in "\n".join(problems(with_nodes(**nodes), words))


def test_first_call_hears_two_choices_at_once(words: Words):
    menu = Menu(tuple(replace(CHOICE, key=key) for key in "123"))
    flow = FLOWS["joining"]
    flows = {**FLOWS, "joining": replace(flow, nodes={**flow.nodes, "what": menu, "end": End()})}
    assert any("calls for the first time" in one for one in problems(flows, words))


WRONG_ORDER = [
    ("main_menu.news", "Press two to hear the news that has come in.", "does not end with key 2"),
    ("main_menu.news", "To hear the news, press five.", "does not end with key 2"),
    ("solved.is_no", "If not.", "does not end with key 2"),
    ("joining.offer", "If not now, press two. To join us, press one.", "does not say key 1, then key 2"),
]


@pytest.mark.parametrize(("prompt", "said", "sign"), WRONG_ORDER)
def test_words_in_the_wrong_order_are_noticed(words: Words, prompt, said, sign):
    texts = {**words.texts, "en": {**words.texts["en"], prompt: said}}
    found = problems(FLOWS, replace(words, texts=texts))
    assert any(f"{prompt} in en {sign}" in one for one in found)


def test_language_that_is_offered_nowhere_may_lack_words(words: Words):
    texts = {**words.texts, "sat": {"greeting.member": "Johar. {organisation}."}}
    about = {**words.about, "sat": About("Santali")}
    more = replace(words, texts=texts, about=about)
    assert problems(FLOWS, more) == []
    assert "join.notice" in lacking(more)["sat"] and "hundred.1" not in lacking(more)["sat"]
    offered = {**about, "sat": About("Santali", offered={"in": 9})}
    assert "join.notice has no words in sat" in problems(FLOWS, replace(more, about=offered))


def test_missing_home_is_noticed(words: Words):
    flows = {**FLOWS, "news": replace(FLOWS["news"], home="gone")}
    assert "news: there is no node gone" in problems(flows, words)


def test_choices_of_opposite_conditions_are_one(words: Words):
    choices = [replace(CHOICE, key=key) for key in "123"]
    both = [replace(CHOICE, key="4", when=has("news")), replace(CHOICE, key="4", when=lacks("news"))]
    node = Menu((*choices, *both))
    assert not any("more than" in problem for problem in problems(with_nodes(start=node), words))
    equal = [replace(CHOICE, key=key, when=equals("slot.x", key)) for key in "456"]
    assert any("more than" in one for one in problems(with_nodes(start=Menu((*choices, *equal))), words))


def test_prompt_that_nobody_says_is_noticed(words: Words):
    texts = {language: {**found, "news.extra": "x"} for language, found in words.texts.items()}
    assert problems(FLOWS, Words(texts)) == ["news.extra is said nowhere"]


def test_put_leads_on(words: Words):
    assert problems(with_nodes(start=Put("x", "1", "end")), words) == []
