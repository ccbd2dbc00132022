"""Writes what units said of their evenings in three weeks, the holidays of the state, and the roll-ups of fourteen days.

The roll-ups are frozen by their own room, each as of its day, so that they are sums of what the demo holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from gateway.demo.house import House, Placed
from gateway.demo.places import STATE
from gateway.demo.rows import Row, write
from gateway.models import Holiday, UnitDay
from gateway.rollups import freeze
from gateway.rules.windows import instant_of, local_day
from gateway.store import daily, rollups

WEEKS_OF_DAYS, FROZEN = 21, 14
LEAD = "booth lead"
DAY = timedelta(days=1)
# How leads are: out of a hundred evenings so many with nothing, something and "could not"; the rest is silence.
HABITS = ((88, 9, 3), (80, 12, 4), (62, 14, 6), (30, 6, 4), (0, 0, 0))
SHARES = (35, 35, 18, 9, 3)
SAID = ("nothing", "something", "could_not")
# Days of every year; the movable ones an organisation enters itself.
HOLIDAYS = {
    (1, 26): "गणतंत्र दिवस",
    (4, 14): "अंबेडकर जयंती",
    (5, 1): "मज़दूर दिवस",
    (8, 15): "स्वतंत्रता दिवस",
    (10, 2): "गांधी जयंती",
    (12, 25): "क्रिसमस",
}


def write_holidays(house: House) -> None:
    """Write the days off of the year that has begun and the one to come; before any deadline is counted."""
    today = local_day(house.rt.profile, house.now)
    days = {date(year, *day): name for day, name in HOLIDAYS.items() for year in (today.year, today.year + 1)}
    unit_id = house.units[STATE].id
    write(
        house.unit.db,
        Holiday,
        [{"unit_id": unit_id, "day": each, "name": name} for each, name in days.items()],
    )


def write_days(house: House) -> None:
    """Turn the evening's question on and write what was said; this evening's, where its hour has passed."""
    chosen = replace(daily.find_daily(house.unit.db), is_on=True)
    daily.keep_daily(house.unit.db, chosen)
    today = local_day(house.rt.profile, house.now)
    is_past = instant_of(house.rt.profile, today, chosen.at) <= house.now
    days = [today - DAY * ago for ago in range(WEEKS_OF_DAYS, -1 if is_past else 0, -1)]
    if is_past:
        far = (house.now + DAY).isoformat()
        daily.keep_mark(house.unit.db, day=today.isoformat(), after=0, is_done=True, again_at=far)
    hours = [(day, instant_of(house.rt.profile, day, chosen.at)) for day in days]
    leads = [each for each in house.people if each.person.title == LEAD and each.is_reachable]
    rows = [row for each in leads for row in _evenings(house, each, hours)]
    write(house.unit.db, UnitDay, rows)


def _evenings(house: House, lead: Placed, hours: list[tuple[date, datetime]]) -> Iterator[Row]:
    dice, streak = house.dice, 0
    habit = dice.choices(HABITS, weights=SHARES)[0]
    for day, at in hours:
        said = dice.choices((*SAID, None), weights=(*habit, 100 - sum(habit)))[0]
        said_at = min(at + timedelta(minutes=dice.randint(1, 95)), house.now) if said else None
        streak = streak + 1 if said else 0
        yield {
            "unit_id": lead.unit.id,
            "day": day,
            "member_id": lead.member_id,
            "asked_at": at,
            "said": said,
            "said_at": said_at,
            "streak": streak,
        }


def freeze_days(house: House) -> None:
    """Freeze the last days one after the other, each at its hour; they were sent then."""
    setting = rollups.find_setting(house.unit.db)
    last = freeze.due_day(house.rt, setting)
    newest = None
    for ago in range(FROZEN - 1, -1, -1):
        day = last - DAY * ago
        until = instant_of(house.rt.profile, day, setting.at)
        since = instant_of(house.rt.profile, day - DAY, setting.at)
        rt = replace(house.rt, clock=lambda until=until: until)  # type: ignore[misc]
        newest = freeze.freeze(house.unit, rt, day, since, until, newest)
        if newest is not None:
            newest.sent_at = until
    house.unit.db.flush()
