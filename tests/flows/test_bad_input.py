"""Everything that should not come, at every question of every flow: a sensible prompt or the apology, and nothing is lost.

The questions are those that the golden conversations stand at, so each with the facts and slots that a caller has there.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from flows.catalog import FLOWS
from flows.engine import MAX_TURNS, Turn, hung_up, resume, start
from flows.errors import FlowError
from flows.model import Branch, Flow, Goto, Menu, Poll, Put, Say, TakeUp
from flows.simulate import learn, stored
from flows.state import Fared, State
from flows.steps import (
    AnswerQuestion,
    Digits,
    Heard,
    Nothing,
    Speak,
    Step,
    Tell,
    Text,
    VoiceNote,
    WaitDigits,
    WaitVoiceNote,
)
from flows.words import Words
from tests.flows.golden import CAST, conversations

BAD: Mapping[str, Heard] = {
    "ten thousand digits": Digits("5" * 10_000),
    "ten thousand different digits": Digits("0123456789" * 1000),
    "no key": Digits(""),
    "unknown keys": Digits("ABCD"),
    "every key at once": Digits("0123456789*#"),
    "a wrong key": Digits("6"),
    "Hindi digits": Digits("४२"),
    "Arabic digits": Digits("٣"),
    "a superscript": Digits("²"),
    "text of nothing": Text(""),
    "whitespace": Text(" \t\n\u00a0\u200b "),
    "an emoji": Text("🙏🏽"),
    "emoji for a key": Text("1️⃣"),
    "right-to-left text": Text("پانی نہیں آ رہا"),
    "a right-to-left override": Text("\u202e21 \u2066x"),
    "ten thousand letters": Text("क" * 10_000),
    "braces": Text("{organisation} {0} %s"),
    "a NUL": Text("\x00"),
    "a voice note": VoiceNote("70", 9.0),
    "a note of no length": VoiceNote("70", 0.0),
    "silence": Nothing(),
}

ONLY_WRITTEN = frozenset({"sms_join", "sms_urgency", "sms_solved"})  # a text brings no voice
REPEATED = re.compile(r"_[2-9]$")  # one question, asked again and again


@dataclass(frozen=True)
class Place:
    """A question as somebody stood at it."""

    state: State
    facts: Mapping[str, Any]
    asked: Turn


@cache
def places() -> tuple[Place, ...]:
    found: dict[tuple[str, str], Place] = {}
    for conversation in conversations():
        facts = conversation.facts
        for exchange in conversation.play():
            facts = learn(facts, exchange.turn.steps)
            state = exchange.turn.state
            if state is not None and exchange.turn.wait is not None:
                found.setdefault((state.flow, state.node), Place(state, facts, exchange.turn))
    return tuple(found.values())


def waiting() -> set[tuple[str, str]]:
    kinds = ("Menu", "Ask", "Pick", "Poll", "Keys", "Pause", "Record")
    return {
        (flow.name, name)
        for flow in FLOWS.values()
        for name, node in flow.nodes.items()
        if type(node).__name__ in kinds
    }


def test_golden_conversations_stand_at_every_question_of_every_flow() -> None:
    never = waiting() - {(place.state.flow, place.state.node) for place in places()}
    assert {node for _, node in never if not REPEATED.search(node)} == set()


@pytest.mark.parametrize("name", BAD)
def test_nothing_breaks_at_any_question(words: Words, name: str) -> None:
    assert len(places()) > 60
    for place in places():
        if isinstance(BAD[name], VoiceNote) and place.state.flow in ONLY_WRITTEN:
            continue
        for is_outbound in (False, True):
            turn = resume(FLOWS, stored(place.state), BAD[name], {**place.facts, "is_outbound": is_outbound})
            is_sound(turn, words)


def test_ten_thousand_keys_cost_no_more_than_one() -> None:
    """Only what can be meant is looked at: a caller who leans on the keypad costs no time."""
    place = next(each for each in places() if each.state.flow == "main_menu")
    assert resume(FLOWS, place.state, Digits("1" * 10_000), place.facts).fared is Fared.ANSWERED
    assert resume(FLOWS, place.state, Digits("12" * 5000), place.facts).fared is Fared.WRONG


def is_sound(turn: Turn, words: Words) -> None:
    assert turn.error is None
    assert (turn.wait is None) == (turn.state is None)
    assert any(isinstance(step, Speak | Tell) for step in turn.steps) or turn.wait is None or is_short(turn)
    for step in turn.steps:
        if isinstance(step, Speak):
            assert all(piece.text or piece.sound for piece in words.speech(step)), step
            assert "{" not in words.spoken(step), step
    if turn.state is not None:
        assert stored(turn.state) == turn.state


def is_short(turn: Turn) -> bool:
    """A wait in which nothing need be said: the outcome of something comes a second later."""
    return isinstance(turn.wait, WaitDigits) and turn.wait.seconds <= 3


KEYS = some.sampled_from([Digits(key) for key in "123456789*0"])
NUMBERS = some.sampled_from([Digits("48210"), Digits("4726"), Digits("23"), Digits("11")])
INPUT = some.one_of(KEYS, KEYS, NUMBERS, some.sampled_from(list(BAD.values())), some.just(VoiceNote("", 9.0)))


@settings(max_examples=250, deadline=None, derandomize=True)
@given(some.data(), some.lists(INPUT, min_size=1, max_size=15))
def test_every_answer_given_is_stored_exactly_once(data: some.DataObject, inputs: list[Heard]) -> None:
    place = data.draw(some.sampled_from([each for each in places() if each.state.flow not in ONLY_WRITTEN]))
    turn, facts = place.asked, place.facts
    state, given_notes, steps = place.state, set(), list[Step]()
    for nth, heard in enumerate(inputs):
        heard = replace(heard, ref=f"note-{nth}") if isinstance(heard, VoiceNote) else heard
        question = FLOWS[state.flow].nodes[state.node]
        if isinstance(turn.wait, WaitVoiceNote) and isinstance(heard, VoiceNote) and heard.seconds == 9.0:
            given_notes.add(heard.ref)
        turn = resume(FLOWS, stored(state), heard, facts)
        if isinstance(question, Poll) and turn.fared is Fared.ANSWERED and isinstance(heard, Digits):
            assert sum(isinstance(each, AnswerQuestion) for each in turn.steps) == 1
        steps += turn.steps
        facts = learn(facts, turn.steps)
        if turn.state is None:
            break
        state = turn.state
    else:
        steps += hung_up(FLOWS, state, None, facts).steps
    for ref in given_notes:
        assert sum(ref in kept_in(each) for each in steps) == 1, (place.state.flow, place.state.node, ref)


def kept_in(step: Step) -> tuple[object, ...]:
    """What a step keeps of what was said."""
    if isinstance(step, Speak | Tell):
        return ()
    return tuple(vars(step).values())


@settings(max_examples=60, deadline=None, derandomize=True)
@given(some.sampled_from(sorted(FLOWS)), some.sampled_from(sorted(CAST)), some.lists(INPUT, max_size=12))
def test_language_that_vanished_from_the_words_is_passed_by(
    words: Words, name: str, who: str, inputs: list[Heard]
) -> None:
    """A caller's own language is gone: the unit's is spoken, and nobody agrees to a notice that is not there."""
    facts = {**CAST["rung"], **CAST["asked"], **CAST[who], "language": "xx", "unit_languages": ["yy", "bn"]}
    facts["member"] = {**facts["member"], "language": "xx"} if facts.get("member") else None
    turn = start(FLOWS[name], facts, FLOWS)
    for heard in [*inputs, Nothing()]:
        for step in turn.steps:
            if isinstance(step, Speak) and step.language == "xx" and not step.prompt.endswith(NOTICES):
                assert words.find(step.prompt, "xx", ("yy", "bn"))[0] in ("bn", "hi")
        if turn.state is None:
            return
        facts = learn(facts, turn.steps)
        turn = resume(FLOWS, stored(turn.state), heard, facts)


NOTICES = ("join.notice", "join.consent", "introduction.consent", "sms_join.ask")


def test_notice_in_a_language_that_vanished_is_an_error_and_never_another_language(words: Words) -> None:
    with pytest.raises(FlowError):
        words.speech(Speak("join.notice", "xx"), ("yy", "bn"))


def loops() -> Iterator[tuple[str, Flow]]:
    yield "words", Flow("turning", 1, "a", {"a": Say("goodbye.member", "b"), "b": Say("goodbye.member", "a")})
    yield "silent", Flow("turning", 1, "a", {"a": Put("x", "1", "b"), "b": Branch((), "a")})
    yield "itself", Flow("turning", 1, "a", {"a": Goto("turning")})
    yield "nowhere", Flow("turning", 1, "a", {"a": Say("goodbye.member", "gone")})
    yield "taking up", Flow("turning", 1, "a", {"a": TakeUp("nothing", "turning")})


@pytest.mark.parametrize("flow", [flow for _, flow in loops()], ids=[name for name, _ in loops()])
def test_flow_that_loops_ends_with_the_apology_and_says_why(flow: Flow) -> None:
    turn = start(flow, CAST["ramesh"], {**FLOWS, "turning": flow})
    assert turn.error and turn.wait is None and turn.state is None
    assert [step.prompt for step in turn.steps if isinstance(step, Speak)] == ["apology.sorry"]


def test_question_that_leads_back_to_itself_ends_after_so_many_turns() -> None:
    menu = Menu((), ("goodbye.member",), otherwise="a")
    flow = Flow("turning", 1, "a", {"a": menu})
    turn = start(flow, CAST["ramesh"], {"turning": flow})
    turns = 0
    while turn.state is not None:
        turn, turns = resume({"turning": flow}, stored(turn.state), Nothing(), CAST["ramesh"]), turns + 1
        assert turns <= MAX_TURNS + 1
    assert turn.error and isinstance(turn.steps[-1], Speak) and turn.steps[-1].prompt == "apology.sorry"
