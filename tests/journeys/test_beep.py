"""From the answer to the beep, on the caller's own phone: a known member within 20 s, a newcomer within 90 s."""

import pytest

from gateway.phones import Number
from tests.hands import Phone, Taken
from tests.house import House
from tests.journeys.looks import words

KNOWN_MEMBER, NEWCOMER = 20, 90
THINKING = 2  # seconds from the last word of a question to the key


def to_the_beep(taken: Taken, keys: int) -> float:
    beep = next(nth for nth, each in enumerate(taken.heard) if each["text"] == "beep")
    assert not any(each["missing"] for each in taken.heard[:beep])
    return float(sum(each["seconds"] for each in taken.heard[:beep])) + keys * THINKING


def test_known_member_speaks_within_twenty_seconds(house: House, sita: Phone) -> None:
    assert 0 < to_the_beep(sita.call({1: "1"}, speak=3.0), keys=1) <= KNOWN_MEMBER


@pytest.mark.parametrize(
    ("keys", "beep"),
    [
        ({1: "1", 2: "1", 3: "1"}, "problem.beep"),  # language, practice, a problem
        (
            {1: "1", 2: "1", 3: "2", 4: "1"},
            "joining.name",
        ),  # language, practice, to join, agrees to the notice
    ],
)
def test_newcomer_speaks_within_ninety_seconds(
    house: House, number: Number, keys: dict[int, str], beep: str
) -> None:
    taken = house.phone(number).call(keys, speak=3.0)
    assert words(house, beep) in taken.words
    assert 30 < to_the_beep(taken, keys=len(keys)) <= NEWCOMER
