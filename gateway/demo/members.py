"""Writes the members with their numbers, ledgers and posts: a list at a time, numbers sealed by the store."""

from __future__ import annotations

from gateway.demo.cast import Person
from gateway.demo.house import House, Placed
from gateway.demo.ledger import agreed, rows_of
from gateway.demo.rows import Row, reserve, write
from gateway.demo.suppressed import mark_dead, suppress
from gateway.models import Consent, Member
from gateway.rules.consent import ConsentState
from gateway.states import MemberStatus
from gateway.store import people


def settle_members(house: House, persons: list[Person]) -> None:
    """Write members with numbers, ledgers and posts."""
    db, vault = house.unit.db, house.rt.vault
    index_of = {each.phone: vault.index(each.phone) for each in persons}
    known = people.add_numbers(db, vault, {index: phone for phone, index in index_of.items()}, house.ago(300))
    ledgers = [agreed(house, each) for each in persons]
    ids = reserve(db, Member, len(persons))
    house.people = [
        Placed(each, member_id, known[index_of[each.phone]], house.units[each.place.code], ledger.state)
        for each, member_id, ledger in zip(persons, ids, ledgers, strict=True)
    ]
    write(db, Member, [_member(house, each) for each in house.people])
    write(db, Consent, rows_of(house, ledgers))
    people.add_posts(db, [_post(house, each) for each in house.people if each.person.title])
    mark_dead(house)
    suppress(house, index_of)


def _member(house: House, each: Placed) -> Row:
    person = each.person
    return {
        "id": each.member_id,
        "name": person.name,
        "number_id": each.number_id,
        "unit_id": each.unit.id,
        "language": person.language,
        "status": _status(person, each.consent),
        "consent": each.consent,
        "is_adult": True if person.way in ("key", "no_campaign") else None,
        "is_trained": person.is_trained,
        "created_at": house.ago(person.joined),
        "left_at": house.ago(person.changed) if person.way == "left" else None,
    }


def _status(person: Person, consent: ConsentState) -> MemberStatus:
    if person.way == "left":
        return MemberStatus.LEFT
    was_active = consent >= ConsentState.ORGANISATIONAL or person.way == "withdrawn"
    return MemberStatus.ACTIVE if was_active else MemberStatus.INVITED


def _post(house: House, each: Placed) -> Row:
    since = house.ago(each.person.joined - 5)
    return {"member_id": each.member_id, "unit_id": each.unit.id, "title": each.person.title, "since": since}
