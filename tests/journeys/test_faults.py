"""Bad days of the provider (reliability.md B2, B4): doubled, late, lost and silent; nobody twice, sums always whole."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from gateway.models import Attempt, Exchange
from gateway.phones import Number
from gateway.states import AttemptOutcome, ReportState, Urgency
from tests.broadcast_steps import begin, first_round_is_over, many_members, wait_for
from tests.hands import Phone
from tests.house import House, until
from tests.journeys.looks import fetched_note, report_of

MEMBERS = 30


def nobody_twice(house: House, members: list[Number]) -> bool:
    known = set(members)
    called = Counter(each for each in house.accepted() if each in known)
    return len(called) == len(members) and max(called.values()) == 1


@pytest.mark.parametrize(
    "faults",
    [
        {"duplicate": True},
        {"late": {"probability": 0.4, "seconds": 20.0}},
        {"duplicate": 0.5, "late": {"probability": 0.3, "seconds": 15.0}},
        {"early_post": {"count": 3, "seconds": 0.5}},
    ],
    ids=["duplicate", "late", "duplicate-and-late", "early"],
)
def test_broadcast_counts_everybody_once_when_posts_are(
    house: House, booth: str, faults: dict[str, Any]
) -> None:
    members = many_members(house, MEMBERS, booth)
    house.faults(**faults)
    found = wait_for(house, begin(house, booth), first_round_is_over, 60)
    assert found.heard == MEMBERS
    assert nobody_twice(house, members)


def test_call_without_a_last_word_stays_in_progress_and_is_not_repeated(house: House, booth: str) -> None:
    members = many_members(house, MEMBERS, booth)
    house.faults(lost_final={"count": 5})
    broadcast_id = begin(house, booth)
    found = wait_for(house, broadcast_id, lambda now: now.heard == MEMBERS - 5, 60)
    assert (found.in_progress, found.not_yet_tried) == (5, 0)
    assert nobody_twice(house, members)


def test_calls_that_were_accepted_in_silence_are_found_by_their_posts(house: House, booth: str) -> None:
    members = many_members(house, MEMBERS, booth)
    house.faults(timeout_after_accept={"count": 1, "seconds": 17.0})
    broadcast_id = begin(house, booth)
    wait_for(house, broadcast_id, lambda now: now.heard == MEMBERS, 60)
    until(lambda: house.all_of(Exchange, Exchange.error == "ProviderSilent"), 30)
    assert nobody_twice(house, members)
    tried = house.all_of(Attempt, Attempt.broadcast_id == broadcast_id)
    assert {each.outcome for each in tried} == {AttemptOutcome.ANSWERED}
    assert len(tried) == MEMBERS


def test_report_is_one_report_when_every_post_comes_twice(house: House, sita: Phone) -> None:
    house.faults(duplicate=True)
    sita.call({1: "1", 2: "2"}, speak=3.0)
    until(lambda: sita.inbox())
    report = report_of(house, sita.number)
    assert (report.state, report.urgency) == (ReportState.RECEIVED, Urgency.SOON)
    assert len(sita.inbox()) == 1


def test_recording_that_is_slow_to_appear_is_fetched_in_the_end(house: House, sita: Phone) -> None:
    house.faults(slow_recording={"count": 1, "seconds": 4.0})
    sita.call({1: "1", 2: "2"}, speak=3.0)
    assert (fetched_note(house, report_of(house, sita.number)).seconds or 0) > 2
