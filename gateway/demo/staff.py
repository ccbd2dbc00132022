"""Writes staff with their logins and own phones, and the duty numbers that ring when somebody is in danger."""

from __future__ import annotations

from gateway.access.passwords import hash_password
from gateway.demo.content import Content
from gateway.demo.house import House
from gateway.models import DutyNumber
from gateway.phones import Number
from gateway.store import people, staff


def settle_staff(house: House, content: Content) -> None:
    """Write staff with one password for all, their own phones, and the duty numbers."""
    db, kept = house.unit.db, hash_password(content.password)
    phones = [Number(each.phone) for each in content.staff]
    phones += [Number(each.phone) for each in content.duties]
    indexes = {house.rt.vault.index(each): each for each in phones}
    known = people.add_numbers(db, house.rt.vault, indexes, house.now)
    ids = {phone: known[index] for index, phone in indexes.items()}
    for each in content.staff:
        place = house.units[each.place]
        person = staff.add_staff(db, each.email, each.name, each.role, place.id, kept, house.ago(60))
        person.number_id, person.locale = ids[Number(each.phone)], each.locale
        person.languages, person.brief = list(each.languages), each.brief
        house.staff[each.role if each.role != "staff" else each.place] = person
    for position, duty in enumerate(content.duties, 1):
        number_id, unit_id = ids[Number(duty.phone)], house.units[duty.place].id
        db.add(DutyNumber(unit_id=unit_id, number_id=number_id, name=duty.name, position=position))
    db.flush()
