"""Several numbers of one member: which is rung, which are known, what ends with one; posts and corrections by hand."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from gateway.db import UnitOfWork, unit_of_work
from gateway.errors import Conflict, NotFound
from gateway.models import AuditEntry, Delivery, Member, OtherNumber, Post
from gateway.people import correcting, posts
from gateway.people import numbers as rooms
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.states import DeliveryState, MemberStatus
from gateway.store import member_numbers, member_posts, members, numbers, suppressions
from tests.builders import a_member, a_number, a_unit

FIRST, SECOND = a_number(1), a_number(2)


def of(unit: UnitOfWork, member_id: int) -> Member:
    return unit.db.get_one(Member, member_id, with_for_update=True)


def on(unit: UnitOfWork, rt: Runtime, number: Number) -> list[int]:
    found = numbers.find_number_id(unit.db, rt.vault, number)
    return [each.id for each in members.list_on_number(unit.db, found)] if found else []


def number_of(unit: UnitOfWork, rt: Runtime, member_id: int) -> Number | None:
    number_id = unit.db.get_one(Member, member_id, populate_existing=True).number_id
    return numbers.open_number(unit.db, rt.vault, number_id) if number_id else None


def id_of(unit: UnitOfWork, rt: Runtime, number: Number) -> int:
    return numbers.add_number(unit.db, rt.vault, number, rt.clock())


def owe(unit: UnitOfWork, rt: Runtime, member_id: int, number: Number) -> None:
    row = {"reason": "answer", "kind": "voice", "member_id": member_id, "number_id": id_of(unit, rt, number)}
    unit.db.add(Delivery(**row, due_at=rt.clock(), created_at=rt.clock()))
    unit.db.flush()


@pytest.fixture
def sita(rt: Runtime) -> int:
    """A member with two numbers."""
    member_id = a_member(rt, number=FIRST)
    with unit_of_work(rt.engine) as unit:
        assert rooms.add(unit, rt, of(unit, member_id), SECOND, None)
    return member_id


def test_member_is_known_by_every_number_and_rung_on_the_first(rt: Runtime, sita: int) -> None:
    other = a_member(rt, "Ramesh", number=SECOND)
    with unit_of_work(rt.engine) as unit:
        assert on(unit, rt, FIRST) == [sita]
        assert on(unit, rt, SECOND) == [sita, other]
        assert number_of(unit, rt, sita) == FIRST
        assert not rooms.add(unit, rt, of(unit, sita), SECOND, None)


def test_first_number_changes_places(rt: Runtime, sita: int) -> None:
    with unit_of_work(rt.engine) as unit:
        owe(unit, rt, sita, FIRST)
        rooms.make_first(unit, rt, of(unit, sita), id_of(unit, rt, SECOND), None)
        assert number_of(unit, rt, sita) == SECOND
        assert on(unit, rt, FIRST) == [sita]
        assert unit.db.scalars(select(Delivery.number_id)).one() == id_of(unit, rt, SECOND)


def test_ended_number_is_theirs_no_more_and_a_further_one_takes_its_place(rt: Runtime, sita: int) -> None:
    with unit_of_work(rt.engine) as unit:
        rooms.end(unit, rt, of(unit, sita), id_of(unit, rt, FIRST), "changed", None)
        assert on(unit, rt, FIRST) == []
        assert number_of(unit, rt, sita) == SECOND
        assert not suppressions.find_suppression_of(unit.db, id_of(unit, rt, FIRST))
        lines = member_numbers.list_numbers(unit.db, of(unit, sita))
    assert [(each.place, each.reason) for each in lines] == [("first", None), ("before", "changed")]


def test_number_of_somebody_else_is_silent_and_what_waits_ends(rt: Runtime) -> None:
    member_id = a_member(rt, number=FIRST)
    with unit_of_work(rt.engine) as unit:
        owe(unit, rt, member_id, FIRST)
        rooms.end(unit, rt, of(unit, member_id), id_of(unit, rt, FIRST), "recycled", None)
        assert number_of(unit, rt, member_id) is None
        assert suppressions.find_suppression_of(unit.db, id_of(unit, rt, FIRST)) == "recycled"
        assert unit.db.scalars(select(Delivery.state)).one() == DeliveryState.CANCELLED
        assert of(unit, member_id).barred == "number-unusable"


def test_numbers_that_are_not_theirs_and_reasons_that_are_none_are_refused(rt: Runtime, sita: int) -> None:
    with unit_of_work(rt.engine) as unit:
        for act in (rooms.make_first, lambda *given: rooms.end(*given[:-1], "changed", None)):
            with pytest.raises(NotFound):
                act(unit, rt, of(unit, sita), id_of(unit, rt, a_number(9)), None)
        with pytest.raises(Conflict):
            rooms.end(unit, rt, of(unit, sita), id_of(unit, rt, FIRST), "lost", None)
        for tail in range(10, 10 + rooms.MOST - 2):
            rooms.add(unit, rt, of(unit, sita), a_number(tail), None)
        with pytest.raises(Conflict):
            rooms.add(unit, rt, of(unit, sita), a_number(99), None)


def test_posts_are_given_once_and_stay_as_history(rt: Runtime) -> None:
    member_id = a_member(rt)
    with unit_of_work(rt.engine) as unit:
        member, place = of(unit, member_id), a_unit(unit.db)
        first = posts.give(unit, rt, member, " Booth  president ", place, None)
        assert posts.give(unit, rt, member, "booth PRESIDENT", place, None).id == first.id
        posts.end(unit, rt, member, first.id, None)
        posts.end(unit, rt, member, first.id, None)
        posts.give(unit, rt, member, "mukhiya", place, None)
        held = member_posts.list_history(unit.db, member_id)
        assert [(post.title, post.until is None) for post, _ in held] == [
            ("mukhiya", True),
            ("Booth president", False),
        ]
        assert member_posts.list_titles(unit.db, place.path) == ["mukhiya"]
        with pytest.raises(NotFound):
            posts.end(unit, rt, of(unit, a_member(rt)), first.id, None)
        with pytest.raises(Conflict):
            posts.give(unit, rt, member, " ", place, None)
        noted = unit.db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert noted == ["post-given", "post-ended", "post-given"]
    assert Post.__tablename__ == "posts"


def test_correction_is_noted_without_what_was_written(rt: Runtime) -> None:
    member_id = a_member(rt, "Sita")
    with unit_of_work(rt.engine) as unit:
        member = of(unit, member_id)
        mark = correcting.mark_of(member)
        values = {"name": "सीता देवी", "handset": "keypad", "language": member.language}
        assert correcting.correct(unit, rt, member, mark, values, None) == ["name", "handset"]
        assert member.search == "sita debi"
        assert correcting.correct(unit, rt, member, correcting.mark_of(member), values, None) == []
        entry = unit.db.scalars(select(AuditEntry)).one()
    assert (entry.unit_id, entry.details) == (member.unit_id, {"fields": ["name", "handset"]})


def test_nobody_overwrites_what_somebody_else_has_just_changed(rt: Runtime) -> None:
    member_id = a_member(rt, "Sita")
    with unit_of_work(rt.engine) as unit:
        mark = correcting.mark_of(of(unit, member_id))
        correcting.correct(unit, rt, of(unit, member_id), mark, {"name": "Gita"}, None)
    with unit_of_work(rt.engine) as unit, pytest.raises(correcting.Overtaken):
        correcting.correct(unit, rt, of(unit, member_id), mark, {"handset": "none"}, None)


def test_who_is_under_eighteen_is_no_member(rt: Runtime) -> None:
    member_id = a_member(rt)
    with unit_of_work(rt.engine) as unit:
        member = of(unit, member_id)
        correcting.correct(unit, rt, member, correcting.mark_of(member), {"is_adult": False}, None)
        member = unit.db.get_one(Member, member_id, populate_existing=True)
    assert (member.status, str(member.consent)) == (MemberStatus.LEFT, "none")


def test_number_that_came_back_is_listed_twice(rt: Runtime, sita: int) -> None:
    with unit_of_work(rt.engine) as unit:
        rooms.end(unit, rt, of(unit, sita), id_of(unit, rt, SECOND), "changed", None)
        rooms.add(unit, rt, of(unit, sita), SECOND, None)
        in_use = [each.until for each in unit.db.scalars(select(OtherNumber)) if each.until is None]
    assert len(in_use) == 1
