"""The engine itself: limits, changed flows, defects, and states that travel through JSON."""

from dataclasses import replace
from typing import get_args

import pytest

from flows.catalog import FLOWS
from flows.engine import MAX_STEPS, MAX_TURNS, PASSED, WAITING, State, hung_up, resume, start
from flows.errors import FlowError
from flows.model import Do, End, Flow, From, Goto, Menu, Node, Pause, Play, Say
from flows.steps import Digits, MarkHeard, Nothing, Speak, VoiceNote, WaitDigits
from tests.flows.golden import CAST

SITA, RAMESH = CAST["sita"], CAST["ramesh"]


def a_flow(**nodes):
    return Flow("tried", 1, next(iter(nodes)), nodes)


def menu_state(**changes) -> State:
    return replace(start(FLOWS["main_menu"], RAMESH, FLOWS).state, **changes)


def test_state_is_the_same_after_json():
    state = resume(FLOWS, menu_state(), Digits("2"), RAMESH).state
    assert State.from_json(state.to_json()) == state
    assert state.trail and state.slots["item"] == "11"


def test_state_of_a_newer_version_is_read():
    assert State.from_json(menu_state().to_json() | {"mood": "good"}) == menu_state()


@pytest.mark.parametrize("changes", [{"version": 99}, {"flow": "gone"}, {"node": "gone"}, {"node": "hello"}])
def test_changed_flow_starts_again_with_an_apology(changes):
    turn = resume(FLOWS, menu_state(**changes, slots={"language": "bn", "note": "7"}), Digits("1"), RAMESH)
    assert [step.prompt for step in turn.steps[:2]] == ["apology.restart", "greeting.member"]
    assert turn.state.slots == {"language": "bn"}
    assert turn.state.node == "menu"


def test_flow_without_any_home_ends_with_the_apology():
    turn = resume({}, menu_state(), Digits("1"), RAMESH)
    assert (turn.steps, turn.state) == ((Speak("apology.sorry", "hi"),), None)
    assert turn.error == "no flow main_menu"


def test_home_that_is_gone_leads_to_the_main_menu():
    turn = resume(FLOWS, menu_state(home="gone", version=99), Nothing(), RAMESH)
    assert turn.state.flow == "main_menu"


def test_conversation_ends_after_too_many_turns():
    turn = resume(FLOWS, menu_state(turns=MAX_TURNS), Digits("9"), RAMESH)
    assert turn.state is None
    assert turn.steps == (Speak("apology.sorry", "hi"),)
    assert "turns" in turn.error


def test_conversation_goes_on_within_the_turns():
    assert resume(FLOWS, menu_state(turns=MAX_TURNS - 1), Digits("9"), RAMESH).error is None


@pytest.mark.parametrize("prompt", ["goodbye.member", None])
def test_loop_without_a_question_ends_with_the_apology(prompt):
    flow = a_flow(round=Say(prompt, "round") if prompt else Goto("tried"))
    turn = start(flow, SITA)
    assert turn.steps == (Speak("apology.sorry", "hi"),)
    assert turn.error.startswith("tried/round")


def test_question_with_too_much_to_say_ends_with_the_apology():
    turn = start(a_flow(ask=Pause("end", ("goodbye.member",) * (MAX_STEPS + 1)), end=End()), SITA)
    assert turn.error


@pytest.mark.parametrize("node", [Goto("nowhere"), Say("goodbye.member", "nowhere")])
def test_defect_ends_with_the_apology(node):
    turn = start(a_flow(start=node), SITA)
    assert turn.steps[-1] == Speak("apology.sorry", "hi")
    assert turn.wait is None and turn.state is None


def test_effect_without_its_fact_ends_with_the_apology():
    flow = a_flow(
        first=Do(MarkHeard, "second", {"kind": "news", "item": 1}),
        second=Do(MarkHeard, "end", {"kind": "news", "item": From("announcement.id")}),
        end=End(),
    )
    turn = start(flow, SITA)
    assert turn.steps == (MarkHeard("news", 1), Speak("apology.sorry", "hi"))
    assert "announcement.id" in turn.error


def test_missing_item_is_passed_over():
    assert start(a_flow(play=Play("announcement", "end"), end=End()), SITA).steps == ()


def test_menu_reads_out_at_most_four_choices():
    choices = tuple(replace(FLOWS["problem"].nodes["urgency"].choices[0], key=key) for key in "12345")
    turn = start(a_flow(menu=Menu(choices), can_wait=End()), SITA)
    assert len(turn.steps) == 4
    assert turn.wait == WaitDigits(1, 5)


def test_hang_up_elsewhere_changes_nothing():
    state = menu_state()
    assert hung_up(FLOWS, state, VoiceNote("7"), RAMESH).state == state
    assert hung_up({}, state, None, RAMESH).steps == ()


def test_flow_error_carries_a_code():
    assert FlowError("text").code == "flow"
    assert FlowError("text", "no-words").code == "no-words"


def test_walked_item_that_has_gone_does_not_stop_the_news():
    state = resume(FLOWS, menu_state(), Digits("2"), RAMESH).state
    fewer = RAMESH | {"news": RAMESH["news"][1:]}
    turn = resume(FLOWS, state, Nothing(), fewer)
    assert turn.steps[0] == MarkHeard("news", 11)
    assert turn.steps[1].text == "राशन आ गया।"


def test_every_kind_of_node_is_passed_or_waits_or_ends():
    assert sorted([*PASSED, *WAITING, End], key=repr) == sorted(get_args(Node), key=repr)
