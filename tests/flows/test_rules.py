"""The rules of voice_design.md: each stands in the table of `flows`, and what holds it is there."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

import flows
from flows.catalog import FLOWS
from flows.engine import resume, start
from flows.simulate import demo_of
from flows.steps import Digits, Speak, WaitDigits
from flows.words import Words
from flows.words.check import problems_of_words
from flows.words.pieces import AFTER_PROMPT
from gateway.channels.africastalking.xml import render
from gateway.channels.base import Speech
from gateway.console.sounds import LONGEST_SECONDS
from tests.flows.golden import FOLDER

ROW = re.compile(r"^    (?:D(\d+) +(engine|check|golden|room)| {12,}) +\S.* (\S+)$", re.MULTILINE)
ROWS = ROW.findall(flows.__doc__ or "")  # a rule may go on in a further line
TREE = Path(__file__).parents[2]


def test_every_rule_has_one_row():
    assert [int(number) for number, _, _ in ROWS if number] == list(range(1, 35))


@pytest.mark.parametrize(("number", "by", "proof"), ROWS, ids=lambda each: each)
def test_what_holds_a_rule_is_there(number: str, by: str, proof: str):
    if proof.endswith(".toml"):
        assert by in ("golden", "engine")
        assert (FOLDER.parent / proof).is_file()
    else:
        file, _, test = proof.partition("::")
        assert f"def {test}(" in (TREE / file).read_text(encoding="utf-8")


def test_choices_are_told_apart_by_a_pause(words: Words):
    assert 500 <= AFTER_PROMPT <= 750
    for prompt in ("main_menu.problem", "problem.soon", "solved.is_no"):
        assert words.speech(Speak(prompt, "hi"))[-1].pause_ms == AFTER_PROMPT


def test_keys_work_while_a_prompt_plays():
    body = render(Speech("नमस्ते जी।", None), WaitDigits(), "https://here.example/voice").body
    assert re.search(r"<GetDigits [^>]*><Say>.*</Say></GetDigits>", body)


def test_broadcast_is_no_longer_than_two_minutes():
    assert LONGEST_SECONDS == 120


OURS = ["announcement", "answer", "go_on", "interim", "daily", "number_check"]


@pytest.mark.parametrize("name", OURS)
def test_eight_leaves_at_every_question_of_a_call_of_ours(name: str):
    facts = {**demo_of(name), "is_outbound": True}
    turn = start(FLOWS[name], facts, FLOWS)
    asked = 0
    while turn.state is not None and isinstance(turn.wait, WaitDigits) and asked < 5:
        left = resume(FLOWS, turn.state, Digits("8"), facts)
        assert left.state is None or left.state.flow == "leaving"
        turn, asked = resume(FLOWS, turn.state, Digits("1"), facts), asked + 1
    assert asked


def test_every_language_names_its_narrator(words: Words):
    named = [words.about_of(language).narrator for language in words.languages]
    assert all(named) and len(set(named)) == len(named)


def test_another_languages_narrator_is_noticed(words: Words):
    texts = {**words.texts, "bn": {**words.texts["bn"], "solved.yes": "আমি Neema।"}}
    assert any("Neema speaks" in each for each in problems_of_words(replace(words, texts=texts)))
