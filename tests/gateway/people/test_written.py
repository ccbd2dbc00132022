"""What a list's rows are when they stand in the database: every letter as it was given, every number under today's key."""

from __future__ import annotations

from sqlalchemy import select, update

from gateway.db import unit_of_work
from gateway.keys import rotate
from gateway.models import Member, PhoneNumber, Suppression
from gateway.runtime import Runtime
from gateway.store import people
from tests.builders import a_number
from tests.gateway.people.lists import HEADER, members, units

AWKWARD = ("Si\\ta", "\\N", "\\.", "a\\tb", "O'Brien", "सीता \\ देवी", "100%", "{a b}", "NULL")


def test_every_letter_of_a_name_stays(rt: Runtime) -> None:
    units(rt)
    rows = "".join(f"70000001{nth:02d},{name},hi,B1,,,\n" for nth, name in enumerate(AWKWARD))
    assert members(rt, HEADER + rows).taken == len(AWKWARD)
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Member.name).order_by(Member.id)).all() == list(AWKWARD)


def test_every_letter_of_a_tag_stays_when_it_is_added_later(rt: Runtime) -> None:
    units(rt)
    header = HEADER.replace("consent_date", "consent_date,tags")
    members(rt, header + "7000000001,Sita,hi,B1,,,,one\n")
    result = members(rt, header + '7000000001,Sita,hi,B1,,,,"two ""\\;{x,y}"\n')
    assert (result.updated, result.unchanged) == (1, 0)
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Member.tags)).one() == ["one", 'two "\\', "{x,y}"]


def test_number_sealed_before_the_keys_changed_is_sealed_again(rt: Runtime) -> None:
    number = a_number(1)
    index, before = rt.vault.index(number), rt.vault.seal_number(number)
    assert rotate.begin(rt)
    with unit_of_work(rt.engine) as unit:
        people.add_numbers(unit.db, rt.vault, {index: number}, rt.clock(), {index: before})
        kept = unit.db.scalars(select(PhoneNumber.sealed)).one()
    assert kept[0] != before[0]
    assert rt.vault.is_current(kept)
    assert rt.vault.open_number(kept, index) == number


def test_who_is_new_on_a_number_that_is_left_alone_is_barred_at_once(rt: Runtime) -> None:
    """The plan by which new members are looked up is fixed; what it finds is not."""
    units(rt)
    numbers = [a_number(nth) for nth in range(3)]
    with unit_of_work(rt.engine) as unit:
        people.add_numbers(unit.db, rt.vault, {rt.vault.index(each): each for each in numbers}, rt.clock())
        spoilt = PhoneNumber.index == rt.vault.index(numbers[1])
        unit.db.execute(update(PhoneNumber).where(spoilt).values(invalid_at=rt.clock()))
        unit.db.add(Suppression(number_index=rt.vault.index(numbers[2]), reason="complaint", at=rt.clock()))
    rows = "".join(f"{number},N{nth},hi,B1,,,\n" for nth, number in enumerate(numbers))
    assert members(rt, HEADER + rows).taken == 3
    with unit_of_work(rt.engine) as unit:
        barred = {each.name: each.barred for each in unit.db.scalars(select(Member))}
    assert barred == {"N0": None, "N1": "number-unusable", "N2": "complaint"}


def test_who_has_the_name_of_somebody_known_in_the_unit_is_told(rt: Runtime) -> None:
    units(rt)
    members(rt, HEADER + "7000000001,Ramesh,hi,B1,,,\n7000000002,Sita,hi,B2,,,\n")
    rows = "7000000003,रमेश,hi,B1,,,\n7000000004,Ramesh,hi,B2,,,\n7000000005,Asha,hi,B1,,,\n"
    told = members(rt, HEADER + rows)
    assert told.taken == 3
    assert [(note.line, note.code) for note in told.notes] == [(2, "same-name")]
