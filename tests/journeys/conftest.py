"""One house for all journeys: each has members, numbers and units of its own, and leaves no fault behind."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.phones import Number
from tests.builders import a_member, a_number
from tests.hands import Phone
from tests.house import SPEED, House, the_house

_units = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first run on a machine makes all sounds before the first journey."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def whole_house() -> Iterator[House]:
    house = the_house()
    yield house
    house.stop()


@pytest.fixture
def house(whole_house: House) -> Iterator[House]:
    yield whole_house
    whole_house.faults()
    whole_house.control("speed", speed=SPEED)


@pytest.fixture
def booth() -> str:
    """The code of a booth that no other test knows."""
    return f"BOOTH-J{next(_units)}"


@pytest.fixture
def number() -> Number:
    return a_number()


@pytest.fixture
def sita(house: House, booth: str, number: Number) -> Phone:
    """The phone of a member who speaks Hindi and has agreed on paper."""
    a_member(house.rt, "Sita", number=number, unit=booth, under=f"BLOCK-OF-{booth}")
    return house.phone(number)
