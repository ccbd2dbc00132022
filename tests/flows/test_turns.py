"""No turn is longer than a caller has patience for: every turn of every golden conversation, in every language.

What people wrote is theirs to keep short, and counted nowhere here. A few turns say what the law or their caller wants to be
said at once; how long they are is written down.
"""

import pytest

from flows.simulate import Exchange
from flows.steps import Speak
from flows.words import Words
from flows.words.check import WORDS_PER_SECOND
from tests.flows.golden import conversations

LONGEST_TURN = 22  # seconds, by the count of words: a voice is a little quicker
AT_ONCE = {  # what is heard in one turn however long it is, and at most how long
    "join.notice": 38,  # 20 to 30 s by itself (rules.md L10), after who calls and on whose word
    "forgetting.what": 27,  # cannot be undone: what goes, what stays, by which law (L12)
    "my_data.counts": 27,  # all that is kept about somebody
    "brief.hello": 30,  # for a leader, who asked for it (F13)
    "help.new_number": 28,  # five seldom keys, where one language is spoken
    "pick_up.report": 28,  # what broke off begins with how urgent it is: danger is never left out
    "greeting.late": 25,  # a call-back that came late says so, and still who calls and in which languages
}


@pytest.fixture(scope="module")
def turns() -> list[Exchange]:
    return [each for conversation in conversations() for each in conversation.play()]


@pytest.mark.parametrize("language", ["hi", "bn", "en", "ur", "sw"])
def test_no_turn_is_longer_than_a_caller_has_patience_for(words: Words, turns: list[Exchange], language: str):
    too_long = []
    for each in turns:
        said = [step for step in each.turn.steps if isinstance(step, Speak)]
        spoken = " ".join(words.spoken(Speak(step.prompt, language, step.values)) for step in said)
        most = max([LONGEST_TURN, *(AT_ONCE.get(step.prompt, 0) for step in said)])
        if len(spoken.split()) / WORDS_PER_SECOND > most:
            too_long.append([step.prompt for step in said])
    assert too_long == []
