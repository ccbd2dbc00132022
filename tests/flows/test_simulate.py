"""Playing in the terminal, drawing a flow, and printing a run as a test case."""

import tomllib

import pytest

from flows.catalog import FLOWS
from flows.show import tree
from flows.simulate import DEMO, as_case, demo_of, learn, line, lines, play, toml
from flows.state import Turn
from flows.steps import ChooseMember, Tell
from flows.words import Words


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_run_can_be_printed_as_a_case(name):
    exchanges = list(play(FLOWS, name, ["key 1", "silence"], demo_of(name)))
    case = tomllib.loads(as_case(name, demo_of(name), exchanges))
    assert case["flow"] == name
    assert case["facts"] == demo_of(name)
    assert [turn["hears"] for turn in case["turn"]][0] == "answered"
    assert all(turn["expect"] for turn in case["turn"])


def test_empty_table_is_written_and_read_back():
    assert tomllib.loads(f"a = {toml({'b': None})}") == {"a": {}}


def test_input_after_the_end_is_not_heard():
    assert len(list(play(FLOWS, "duty", ["key 1", "key 1", "key 1"], DEMO))) == 2


def test_defect_is_named_in_the_last_line():
    assert lines(Turn((), None, None, "lost"), "hi") == ["over: lost"]


def test_unknown_member_is_nobody():
    assert learn({"members": []}, [ChooseMember(7)])["member"] is None


def test_sound_without_text_is_named():
    assert line(Tell("", "bn", "clip-1"), "hi") == "tell clip-1 in bn"


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_whole_flow_is_drawn_with_its_words(words: Words, name):
    drawn = "\n".join(tree(FLOWS[name], words, "hi"))
    assert all(f"{node}:" in drawn for node in FLOWS[name].nodes)


def test_drawing_says_what_is_done(words: Words):
    drawn = "\n".join(tree(FLOWS["problem"], words, "en"))
    for sign in (
        "do SetUrgency level danger",
        "if member before",
        "keep code 21",
        "go to joining at notice",
    ):
        assert sign in drawn
    assert "if item.state is answered about" in "\n".join(tree(FLOWS["my_reports"], words, "en"))
    assert "if no news none" in "\n".join(tree(FLOWS["news"], words, "en"))
