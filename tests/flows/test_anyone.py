"""Whatever callers do, in every flow: it ends, nothing breaks, nothing is said without words, nothing said is lost."""

from hypothesis import given, settings
from hypothesis import strategies as some

from flows.catalog import FLOWS
from flows.engine import hung_up, resume, start
from flows.simulate import learn, stored
from flows.steps import Digits, GiveConsent, Join, Nothing, OpenReport, Speak, Text, VoiceNote, WaitVoiceNote
from flows.words import Words
from tests.flows.golden import CAST

HEARD = some.one_of(
    some.sampled_from([Digits(key) for key in "0123456789*#"]),
    some.text(alphabet="0123456789*#০१x ", max_size=40).map(Digits),
    some.text(max_size=8).map(Text),
    some.builds(VoiceNote, some.just("70"), some.sampled_from([None, 0.5, 9.0])),
    some.just(Nothing()),
)
CHANGE = {"number_change": {"id": 4, "name": "मालती"}}
WHOLE_CAST = {
    who: {**CAST["rung"], **CAST["asked"], **CHANGE, "is_outbound": False, **facts}
    for who, facts in CAST.items()
}


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    some.sampled_from(sorted(FLOWS)),
    some.sampled_from(sorted(WHOLE_CAST)),
    some.booleans(),
    some.lists(HEARD, max_size=25),
)
def test_any_caller_gets_through(words: Words, name, who, is_outbound, inputs):
    facts = {**WHOLE_CAST[who], "is_outbound": is_outbound}
    turn = start(FLOWS[name], facts, FLOWS)
    for heard in inputs:
        _is_sound(turn, words)
        if turn.state is None:
            return
        facts = learn(facts, turn.steps)
        _keeps_what_was_said(turn, heard, facts)
        turn = resume(FLOWS, stored(turn.state), heard, facts)
    _is_sound(turn, words)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    some.sampled_from(sorted(FLOWS)), some.sampled_from(sorted(WHOLE_CAST)), some.lists(HEARD, max_size=10)
)
def test_silence_always_ends_the_call(name, who, inputs):
    facts = WHOLE_CAST[who]
    turn = start(FLOWS[name], facts, FLOWS)
    for heard in [*inputs, *[Nothing()] * 30]:
        if turn.state is None:
            return
        facts = learn(facts, turn.steps)
        turn = resume(FLOWS, turn.state, heard, facts)
    assert turn.state is None


@settings(max_examples=50, deadline=None, derandomize=True)
@given(some.sampled_from(sorted(WHOLE_CAST)), some.lists(HEARD, max_size=15))
def test_nobody_joins_without_agreeing(who, inputs):
    facts = {**WHOLE_CAST[who], "member": None, "members": []}
    turn, agreed = start(FLOWS["joining"], facts, FLOWS), False
    for heard in inputs:
        agreed = agreed or any(isinstance(step, GiveConsent) for step in turn.steps)
        assert agreed or not any(isinstance(step, Join) for step in turn.steps)
        if turn.state is None:
            return
        turn = resume(FLOWS, turn.state, heard, facts)


def _is_sound(turn, words: Words) -> None:
    assert turn.error is None
    assert (turn.wait is None) == (turn.state is None)
    for step in turn.steps:
        if isinstance(step, Speak):
            assert all(piece.text for piece in words.speech(step))
            assert "{" not in words.text(step)


def _keeps_what_was_said(turn, heard, facts) -> None:
    is_note = isinstance(turn.wait, WaitVoiceNote) and isinstance(heard, VoiceNote)
    if is_note and turn.state.flow in ("problem", "voice_note"):
        kept = hung_up(FLOWS, turn.state, heard, facts)
        assert OpenReport(note=heard.ref) in kept.steps
        assert kept.wait is None and not any(isinstance(step, Speak) for step in kept.steps)
