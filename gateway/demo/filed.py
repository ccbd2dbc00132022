"""Decides who made each report, when, where it lies and what happened to it since; nothing is written here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.demo.content import Told
from gateway.demo.desks import desk_of
from gateway.demo.histories import Step, steps_of
from gateway.demo.house import House, Placed
from gateway.demo.places import BOOTH_OF_24, DISTRICT
from gateway.demo.voices import Note
from gateway.models import Unit
from gateway.phones import Number
from gateway.states import ReportState
from gateway.store import people
from gateway.store.units import ROOT_CODE

STRANGERS = 50_001  # where the numbers of callers who are no members begin
DAY_BEGINS, DAY_ENDS, NIGHT_HOURS = 5, 22, 7


@dataclass(frozen=True, eq=False)
class Filed:
    """A report with everything that its rows name."""

    told: Told
    report_id: int
    by: Placed | None
    number_id: int
    place: Unit
    desk: Unit
    received_at: datetime
    steps: list[Step]
    note: Note | None

    @property
    def state(self) -> ReportState:
        return ReportState(self.told.state)

    def reached(self, *states: ReportState) -> datetime | None:
        """Return when it first reached one of these states."""
        return next((step.at for step in self.steps if step.state in states), None)

    def last(self, *states: ReportState) -> datetime | None:
        """Return when it last reached one of these states."""
        return next((step.at for step in reversed(self.steps) if step.state in states), None)


def file_all(house: House, told: list[Told], ids: list[int], notes: Mapping[Told, Note]) -> list[Filed]:
    """File every report under one of the ids, the oldest under the first."""
    oldest_first = sorted(told, key=lambda each: -each.days)
    strangers = _strangers(house, sum(not each.place for each in told))
    used: set[int] = set()
    return [
        _file(house, each, report_id, used, strangers, notes.get(each))
        for each, report_id in zip(oldest_first, ids, strict=True)
    ]


def _file(
    house: House, told: Told, report_id: int, used: set[int], strangers: list[int], note: Note | None
) -> Filed:
    received_at = _came_at(house, told)
    by = _reporter(house, told, used) if told.place else None
    place = by.unit if by else house.units[ROOT_CODE]
    state, profile = ReportState(told.state), house.rt.profile
    steps = steps_of(state, received_at, house.now, profile, house.dice, is_twice=bool(told.again))
    number_id = by.number_id if by else strangers.pop()
    desk = desk_of(house, place, told)
    return Filed(told, report_id, by, number_id, place, desk, received_at, steps, note)


def _came_at(house: House, told: Told) -> datetime:
    if told.urgency == "danger":
        return house.ago(told.days)
    if told.days < 2:
        return _by_day(house, house.ago(told.days))
    return house.at_day(told.days, house.dice.randint(7, 19), house.dice.randrange(60))


def _by_day(house: House, at: datetime) -> datetime:
    """At night few people ring: what would have come then came in the evening before."""
    hour = at.astimezone(house.rt.profile.timezone).hour
    return at - timedelta(hours=NIGHT_HOURS) if hour < DAY_BEGINS or hour >= DAY_ENDS else at


def _reporter(house: House, told: Told, used: set[int]) -> Placed:
    code = BOOTH_OF_24 if told.place == "booth" else f"{DISTRICT}-{told.place}"
    able = [each for each in house.people_under(code) if each.is_reachable and each.member_id not in used]
    same = [each for each in able if each.person.language == told.language] or able
    fitting = [each for each in same if not told.voice or each.person.is_woman == (told.voice == "woman")]
    chosen = house.dice.choice(fitting or same)
    used.add(chosen.member_id)
    return chosen


def _strangers(house: House, count: int) -> list[int]:
    numbers = [Number(f"+9170000{STRANGERS + index}") for index in range(count)]
    indexes = {house.rt.vault.index(each): each for each in numbers}
    return list(people.add_numbers(house.unit.db, house.rt.vault, indexes, house.ago(3)).values())
