"""Writes the ordinary calls of four weeks: members who rang to hear news or the state of a report."""

from __future__ import annotations

from gateway.demo.house import House
from gateway.demo.outbox import call_row
from gateway.demo.rows import Row, write
from gateway.models import Call

DAYS = 28
QUIETEST, BUSIEST = 14, 46
SUNDAY, SUNDAY_SHARE = 6, 0.5
SHORTEST, LONGEST = 12, 170


def write_calls(house: House) -> None:
    """Write some dozens of calls a day, fewer on Sundays, each over before now."""
    able = [each for each in house.people if each.is_reachable]
    lines = house.rt.settings.voice_numbers
    rows: list[Row] = []
    for day in range(DAYS, -1, -1):
        for _ in range(_count(house, day)):
            at = house.at_day(day, house.dice.randint(7, 20), house.dice.randrange(60))
            if at >= house.now:
                continue
            who = house.dice.choice(able)
            rows.append(
                call_row(
                    house,
                    provider_id=f"demo-call-{len(rows)}",
                    is_inbound=True,
                    line=lines[-1].number if lines else "",
                    number_id=who.number_id,
                    member_id=who.member_id,
                    language=who.person.language,
                    at=at,
                    seconds=house.dice.randint(SHORTEST, LONGEST),
                )
            )
    write(house.unit.db, Call, rows)


def _count(house: House, day: int) -> int:
    is_sunday = house.ago(day).astimezone(house.rt.profile.timezone).weekday() == SUNDAY
    share = SUNDAY_SHARE if is_sunday else 1.0
    return round(house.dice.randint(QUIETEST, BUSIEST) * share)
