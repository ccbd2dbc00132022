"""Numbers that are left alone, and numbers that are dead."""

from __future__ import annotations

from gateway.demo.cast import Person
from gateway.demo.house import House
from gateway.demo.rows import write
from gateway.models import PhoneNumber, Suppression
from gateway.phones import Number
from gateway.store.suppressions import OPTED_OUT

SOURCES = {OPTED_OUT: "member", "do-not-disturb": "scrub", "recycled": "staff"}
OTHER_REASONS = (("do-not-disturb", 20), ("recycled", 12))


def mark_dead(house: House) -> None:
    dead = {each.number_id: each.person.dead_for for each in house.people if each.person.dead_for}
    rows = [{"id": number_id, "invalid_at": house.ago(days)} for number_id, days in dead.items()]
    house.unit.db.bulk_update_mappings(PhoneNumber.__mapper__, rows)


def suppress(house: House, index_of: dict[Number, bytes]) -> None:
    """A number is left alone when everybody on it took their agreement back; a few for other reasons (L7)."""
    on_number: dict[Number, list[Person]] = {}
    for each in house.people:
        if each.person.way != "left":
            on_number.setdefault(each.person.phone, []).append(each.person)
    reasons = {
        phone: (OPTED_OUT, min(each.changed for each in sharing))
        for phone, sharing in on_number.items()
        if all(each.way == "withdrawn" for each in sharing)
    }
    others = [each for each in on_number if each not in reasons and int(each[-5:]) > 100]
    for reason, count in OTHER_REASONS:
        drawn = house.dice.sample(others, count)
        house.left_alone |= set(drawn)
        reasons |= {phone: (reason, house.dice.uniform(31, 60)) for phone in drawn}
    rows = [
        {"number_index": index_of[phone], "reason": reason, "source": SOURCES[reason], "at": house.ago(days)}
        for phone, (reason, days) in reasons.items()
    ]
    write(house.unit.db, Suppression, rows)
