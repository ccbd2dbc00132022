"""How long callers listen: the brief within a minute, and no longer way to the beep for those whom a question does not concern."""

import pytest

from flows.catalog import FLOWS
from flows.engine import start
from flows.simulate import play
from flows.steps import Speak
from flows.words import Words
from flows.words.check import WORDS_PER_SECOND
from tests.flows.golden import CAST

LONGEST_BRIEF = 60
SECONDS_TO_BEEP = 20  # of a known member, greeting and menu and all (issue "Conversations", 1)
LONG = {
    "unit": "उत्तर चौबीस परगना ज़िला",
    "date": "अट्ठाईस सितंबर",
    "first": "34",
    "second": "42",
    "is_corrected": True,
}
COUNTS = dict.fromkeys(("new", "danger", "solved", "overdue", "silent"), "नौ सौ निन्यानवे")


def seconds(words: Words, language: str, steps) -> float:
    spoken = [
        words.spoken(Speak(step.prompt, language, step.values)) for step in steps if isinstance(step, Speak)
    ]
    return sum(len(each.split()) for each in spoken) / WORDS_PER_SECOND


@pytest.mark.parametrize("language", ["hi", "bn", "en", "ur", "sw"])
def test_longest_brief_takes_less_than_a_minute(words: Words, language: str):
    facts = {**CAST["asked"], "language": language, "brief": {"rollup": 1, **LONG, **COUNTS}}
    assert seconds(words, language, start(FLOWS["brief"], facts, FLOWS).steps) < LONGEST_BRIEF


@pytest.mark.parametrize("language", ["hi", "bn", "en", "ur", "sw"])
@pytest.mark.parametrize("is_call_back", [False, True])
@pytest.mark.parametrize("state", ["in_work", "answered", None])
@pytest.mark.parametrize("who", ["sita", "ramesh"])
def test_known_member_speaks_within_twenty_seconds_of_the_greeting(
    words: Words, who: str, state: str | None, is_call_back: bool, language: str
):
    told = {"id": 22, "reference": "1007", "state": state, "told": "yesterday", "category": "34"}
    facts = {**CAST[who], "language": language, "is_call_back": is_call_back, "news": CAST["ramesh"]["news"]}
    facts |= {"reports": [told | {"member": facts["member"]["id"]}] if state else []}
    keys = ["key 1", "silence"] if who == "sita" else ["key 1"]  # the trained may key a code first
    first, *rest = play(FLOWS, "main_menu", keys, facts)
    heard = [*first.turn.steps, *(step for exchange in rest for step in exchange.turn.steps)]
    assert isinstance(heard[-1], Speak) and heard[-1].prompt.startswith("problem.beep")
    assert seconds(words, language, heard) <= SECONDS_TO_BEEP


@pytest.mark.parametrize("language", ["hi", "bn", "en", "ur", "sw"])
def test_coordinator_is_named_within_five_seconds(words: Words, language: str):
    before, name, _ = words.texts[language]["greeting.local"].partition("{coordinator}")
    said = f"{before.replace('{organisation}', 'one two three')} {name} {name}"
    assert len(said.split()) / WORDS_PER_SECOND <= 5
