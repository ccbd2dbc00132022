"""What counts as heard, and as what evidence (voice_design.md D32; issue 5, part 3)."""

from datetime import date, timedelta

import pytest

from gateway.rules.hearing import Evidence, Listened, Silent, evidence_of, is_machine

KEY, PLAYED, ESTIMATED = Evidence
TODAY = date(2026, 11, 23)


def silent(days_ago, ring=20.1, was_ended_by_us=True):
    return Silent(day=TODAY - timedelta(days=days_ago), ring=ring, was_ended_by_us=was_ended_by_us)


MAILBOX = tuple(silent(each) for each in (1, 3, 5, 7))


def a_call(**changes):
    """A message of 40 seconds, hung up by whoever picked up."""
    return Listened(**{"seconds": 0, "length": 40, "ring": 20.0, "day": TODAY, **changes})


TO_OUR_END = {"seconds": 48, "is_marked": True, "has_ended": True}
CASES = [  # what happened, evidence, why
    ({"seconds": 19}, None, "less than half"),
    ({"seconds": 0}, None, "nothing at all"),
    ({"seconds": 21}, ESTIMATED, "half by the seconds, and nothing else"),
    ({"seconds": 42}, PLAYED, "to its end, and hung up in the pause: a person"),
    ({"seconds": 42, "has_key": True}, KEY, "a key"),
    ({"seconds": 21, "has_key": True}, KEY, "a key, and half of it"),
    ({"seconds": 4, "has_key": True}, None, "a key, to be rid of it"),
    ({"seconds": 4, "has_key": True, "has_answered": True}, KEY, "M4: the question was answered"),
    (TO_OUR_END, ESTIMATED, "we had to hang up: a patient listener, or a mailbox"),
    ({**TO_OUR_END, "has_key": True}, KEY, "a key"),
    ({**TO_OUR_END, "earlier": MAILBOX}, None, "the fifth time after the same ring: a mailbox"),
    ({**TO_OUR_END, "earlier": MAILBOX[:3]}, ESTIMATED, "four times may be a patient listener"),
    ({**TO_OUR_END, "earlier": (silent(0),) * 4}, ESTIMATED, "five calls of one day say no more than one"),
    ({**TO_OUR_END, "earlier": (silent(0), silent(1), silent(2), silent(2))}, ESTIMATED, "three days"),
    ({**TO_OUR_END, "earlier": (silent(0), silent(1), silent(2), silent(3))}, None, "four days"),
    ({**TO_OUR_END, "earlier": (None, *MAILBOX)}, ESTIMATED, "the last time somebody pressed a key"),
    (
        {**TO_OUR_END, "earlier": (*MAILBOX, *MAILBOX, None)},
        ESTIMATED,
        "one key, and for long it is a person",
    ),
    ({**TO_OUR_END, "earlier": (*MAILBOX * 3, None)}, None, "for long, not for ever"),
    ({**TO_OUR_END, "earlier": (*MAILBOX, silent(9, was_ended_by_us=False))}, ESTIMATED, "they hung up once"),
    ({**TO_OUR_END, "earlier": MAILBOX, "ring": 8.0}, ESTIMATED, "another ring this time"),
    ({**TO_OUR_END, "earlier": MAILBOX, "ring": None}, ESTIMATED, "the ring is not known"),
    ({"seconds": 42, "earlier": MAILBOX}, PLAYED, "a mailbox does not hang up in the pause"),
    ({"seconds": 60, "length": 100}, None, "cut off at a minute sharp: a tape that was full"),
    ({"seconds": 66, "length": 100}, ESTIMATED, "no tape is so long"),
    ({"seconds": 60, "length": 58}, ESTIMATED, "to its end, but at a minute sharp"),
    ({"seconds": 60, "length": 100, "has_key": True}, KEY, "a mailbox presses nothing"),
    ({"seconds": 21, "before": 8}, None, "eight seconds were for who is meant: less than half"),
    (
        {"seconds": 51, "before": 8, "has_key": True},
        KEY,
        "who is meant was said by key, and then it was heard",
    ),
    ({"seconds": 30, "is_marked": True}, ESTIMATED, "to its end, then a tape was full, or they hung up"),
    ({"seconds": 30, "length": 0}, None, "no words, nothing to hear"),
]


@pytest.mark.parametrize(("happened", "evidence", "why"), CASES)
def test_evidence(happened, evidence, why):
    assert evidence_of(a_call(**happened)) == evidence, why


def test_machine_is_told_from_a_short_listener():
    assert is_machine(a_call(**TO_OUR_END, earlier=MAILBOX))
    assert not is_machine(a_call(seconds=5))
