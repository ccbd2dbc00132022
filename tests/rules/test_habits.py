"""When a number is answered, from what was answered before (voice_design.md D25, D33)."""

import random
from datetime import timedelta

import pytest

from gateway.rules.habits import (
    UNKNOWN,
    Record,
    best_slot,
    chance,
    counted,
    hardly_answers,
    is_resting,
    unreached,
)
from gateway.rules.slots import SLOTS, Slot
from tests.rules.cases import NOON

M, D, E = SLOTS
WEEK = timedelta(weeks=1)

BEST = [  # rang, answered, among, the best part of the day, why
    ((0, 0, 0), (0, 0, 0), SLOTS, None, "nothing is known"),
    (
        (1, 0, 0),
        (1, 0, 0),
        SLOTS,
        M,
        "where the only call was answered, the next is, too, rather than elsewhere",
    ),
    ((5, 0, 5), (1, 0, 5), SLOTS, E, "evenings"),
    ((3, 3, 3), (1, 1, 1), SLOTS, None, "the same at any time: nothing to wait for"),
    ((3, 0, 0), (0, 0, 0), SLOTS, None, "not in the morning; but which of the others?"),
    ((5, 0, 5), (1, 0, 5), (M, D), D, "the best of those that were chosen"),
    ((5, 0, 5), (1, 0, 5), (M,), M, "one was chosen"),
]


@pytest.mark.parametrize(("rang", "answered", "among", "best", "why"), BEST)
def test_best_slot(rang, answered, among, best, why):
    assert best_slot(Record(rang, answered), among) == best, why


def test_one_lucky_call_decides_less_than_many():
    lucky = Record((1, 9, 0), (1, 7, 0))
    assert chance(lucky, M) < 1
    assert (
        chance(Record((1, 0, 0), (1, 0, 0)), M) > chance(UNKNOWN, M) > chance(Record((1, 0, 0), (0, 0, 0)), M)
    )


def test_habit_is_learned_and_unlearned():
    record, dice = UNKNOWN, random.Random(3)
    for _ in range(12):
        slot = dice.choice(SLOTS)
        record = counted(record, slot, slot is E)
    assert best_slot(record) is E
    for _ in range(40):
        slot = dice.choice(SLOTS)
        record = counted(record, slot, slot is M)
    assert best_slot(record) is M  # they took another job
    assert sum(record.rang) <= 24


def test_counts_never_leave_their_bounds():
    record, dice = UNKNOWN, random.Random(5)
    for _ in range(500):
        record = counted(record, dice.choice(SLOTS), dice.random() < 0.5)
        assert all(0 <= answered <= rang for answered, rang in zip(record.answered, record.rang, strict=True))
        assert all(0 < chance(record, slot) < 1 for slot in Slot)


def test_hardly_answers_only_after_many_calls_in_vain():
    assert not hardly_answers(Record((2, 2, 2), (0, 0, 0)))
    assert hardly_answers(Record((3, 2, 2), (0, 0, 0)))
    assert not hardly_answers(Record((3, 2, 2), (0, 0, 1)))


def silent(broadcasts, weeks):
    record = UNKNOWN
    for nth in range(broadcasts):
        record = unreached(record, NOON + WEEK * weeks * nth / max(1, broadcasts - 1))
    return record


RESTS = [  # unanswered broadcasts, over so many weeks, weeks since the last one, resting, why
    (6, 6, 1, True, "D33: six weeks of silence"),
    (5, 6, 1, False, "five only"),
    (6, 3, 1, False, "six in a hurry"),
    (6, 6, 4, False, "one in four weeks still knocks"),
    (20, 19, 2, True, "and rests again"),
]


@pytest.mark.parametrize(("broadcasts", "weeks", "since", "resting", "why"), RESTS)
def test_rest_after_long_silence(broadcasts, weeks, since, resting, why):
    last = NOON + WEEK * weeks
    assert is_resting(silent(broadcasts, weeks), last, last + WEEK * since) is resting, why


def test_an_answer_ends_the_silence():
    record = counted(silent(9, 12), M, True)
    assert (record.unanswered, record.silent_since) == (0, None)
    assert not is_resting(record, NOON + 12 * WEEK, NOON + 12 * WEEK)
    assert counted(silent(9, 12), M, False).unanswered == 9


def test_never_rung_is_not_resting():
    assert not is_resting(silent(9, 12), None, NOON + 13 * WEEK)
