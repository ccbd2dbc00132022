"""From the answer to the beep, on the caller's own phone: a known member within 20 s, a newcomer within 90 s.

Whoever waits for every word is measured, with news that they have not heard; a report of theirs, or several, make it no
longer. Where an answer waits for them it comes first, and news after it.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from flows.steps import OpenReport
from gateway.db import unit_of_work
from gateway.models import Member, NewsItem
from gateway.phones import Number
from gateway.reports import answering, opening
from gateway.scene import Scene
from tests.builders import a_member, a_unit
from tests.hands import Phone, Taken
from tests.house import House
from tests.journeys.looks import words

KNOWN_MEMBER, NEWCOMER = 20, 90
THINKING = 2  # seconds from the last word of a question to the key
LATER = timedelta(hours=3)
NEWS = {"hi": "कल बैठक है।", "en": "There is a meeting tomorrow.", "bn": "কাল সভা আছে।"}


def to_the_beep(taken: Taken, keys: int) -> float:
    beep = next(nth for nth, each in enumerate(taken.heard) if each["text"] == "beep")
    assert not any(each["missing"] for each in taken.heard[:beep])
    return float(sum(each["seconds"] for each in taken.heard[:beep])) + keys * THINKING


def a_caller(
    house: House, number: Number, unit: str, language: str, reports: int, is_answered: bool
) -> Phone:
    """A member with news that they have not heard, and so many reports of today, the last of them answered."""
    member_id = a_member(house.rt, "Sita", number=number, unit=unit, language=language)
    with unit_of_work(house.rt.engine) as unit_:
        member = unit_.db.get_one(Member, member_id)
        unit_.db.add(
            NewsItem(
                unit_id=a_unit(unit_.db, unit).id,
                title="News",
                message_class="organisational",
                texts=NEWS,
                published_at=house.rt.clock(),
            )
        )
        for _ in range(reports):
            scene = Scene(member.number_id, member.id, language)
            told = opening.open_report(unit_, house.rt, scene, OpenReport(text="…", code="34"))
        if is_answered:
            answering.answer(unit_, house.rt, told.id, None, NEWS, {}, delay=LATER)
    return house.phone(number)


@pytest.mark.parametrize(
    ("language", "reports", "is_answered"),
    [("hi", 0, False), ("hi", 1, False), ("hi", 3, False), ("hi", 2, True)]
    + [(language, reports, reports == 2) for language in ("en", "bn") for reports in (0, 1, 2)],
)
def test_known_member_speaks_within_twenty_seconds(
    house: House, booth: str, number: Number, language: str, reports: int, is_answered: bool
) -> None:
    caller = a_caller(house, number, booth, language, reports, is_answered)
    taken = caller.call({1: "1"}, speak=3.0, hang_up_after=KNOWN_MEMBER + 10)
    menu = taken.heard[0]["text"]
    answered, problem, news = (
        menu.find(words(house, f"main_menu.{each}", language)) for each in ("answered", "problem", "news")
    )
    assert 0 < to_the_beep(taken, keys=1) <= KNOWN_MEMBER
    assert problem > 0 and (0 < answered < problem and news < 0 if is_answered else news > answered)


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
