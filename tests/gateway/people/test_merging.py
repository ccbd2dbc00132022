"""Two rows that are one person become one: nothing is lost, nobody is called twice, the stricter consent wins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from gateway import ledger
from gateway.db import unit_of_work
from gateway.errors import Conflict
from gateway.models import (
    Call,
    Consent,
    Delivery,
    Member,
    Merge,
    Message,
    NewsHeard,
    NewsItem,
    OtherNumber,
    Post,
    Report,
    Suppression,
)
from gateway.people.merging import merge
from gateway.rules import consent as rule
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import CallState, DeliveryState, MemberStatus, ReportState
from gateway.store import member_list, members, merges, numbers, suppressions
from tests.builders import a_broadcast, a_member, a_number, a_unit
from tests.conftest import TestClock


def join(rt: Runtime, kept: int, gone: int, *fields: str) -> None:
    with unit_of_work(rt.engine) as unit:
        merge(unit, rt, kept, gone, None, fields)


def member(rt: Runtime, member_id: int) -> Member:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Member, member_id)


def count(rt: Runtime, model: type, *where: object) -> int:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(func.count()).select_from(model).where(*where)).one()  # type: ignore[arg-type]


def test_merged_member_leaves_everything_to_the_one_who_is_kept(rt: Runtime) -> None:
    kept, gone = a_member(rt, "Sita", number=a_number(1)), a_member(rt, "Sita Devi", number=a_number(2))
    now = rt.clock()
    with unit_of_work(rt.engine) as unit:
        place = a_unit(unit.db)
        unit.db.add(Post(member_id=gone, unit_id=place.id, title="mukhiya", since=now))
        place_ids = dict.fromkeys(("unit_id", "desk_unit_id", "sight_unit_id"), place.id)
        common = {"member_id": gone, "received_at": now, **place_ids}
        unit.db.add(Report(reference="12345", state=ReportState.RECEIVED, source="voice", **common))
        message = {"provider": "x", "is_inbound": True, "line": "1", "sealed_text": b"x", "at": now}
        unit.db.add(Message(member_id=gone, **message))
        item = NewsItem(unit_id=place.id, title="x", published_at=now)
        unit.db.add(item)
        unit.db.flush()
        unit.db.add(NewsHeard(news_id=item.id, member_id=gone, at=now))
        unit.db.add(NewsHeard(news_id=item.id, member_id=kept, at=now))
    join(rt, kept, gone)
    for model in (Post, Report, Message, NewsHeard):
        assert count(rt, model, model.member_id == kept) == 1  # type: ignore[attr-defined]
        assert count(rt, model, model.member_id == gone) == 0  # type: ignore[attr-defined]
    left = member(rt, gone)
    assert (left.merged_into_id, left.status, left.number_id) == (kept, MemberStatus.LEFT, None)
    assert member(rt, kept).name == "Sita"


def test_fields_are_kept_as_chosen_and_gaps_are_filled(rt: Runtime) -> None:
    kept, gone = a_member(rt, "Sita", number=a_number(1)), a_member(rt, "Sita Devi", number=a_number(2))
    with unit_of_work(rt.engine) as unit:
        members.set_fields(unit.db, kept, tags=["a"], handset=None)
        members.set_fields(unit.db, gone, tags=["a", "b"], handset="keypad", is_adult=True)
        theirs = unit.db.get_one(Member, gone).number_id
    join(rt, kept, gone, "name", "number")
    found = member(rt, kept)
    assert (found.name, found.search, found.number_id) == ("Sita Devi", "sita debi", theirs)
    assert (found.handset, found.is_adult, found.tags) == ("keypad", True, ["a", "b"])
    further = OtherNumber.member_id == kept, OtherNumber.until.is_(None)
    assert count(rt, OtherNumber, *further) == 1


def test_person_is_known_by_both_numbers_after_a_merge(rt: Runtime) -> None:
    kept, gone = a_member(rt, number=a_number(1)), a_member(rt, number=a_number(2))
    join(rt, kept, gone)
    with unit_of_work(rt.engine) as unit:
        for tail in (1, 2):
            number_id = numbers.find_number_id(unit.db, rt.vault, a_number(tail))
            assert [each.id for each in members.list_on_number(unit.db, number_id or 0)] == [kept]


def test_merging_again_changes_nothing_and_into_another_is_refused(rt: Runtime) -> None:
    kept, gone, third = a_member(rt), a_member(rt), a_member(rt)
    join(rt, kept, gone)
    join(rt, kept, gone)
    assert count(rt, Merge) == 1
    for one, other in ((third, gone), (gone, third), (kept, kept)):
        with pytest.raises(Conflict):
            join(rt, one, other)


def test_who_was_merged_follows_when_the_kept_one_is_merged_too(rt: Runtime) -> None:
    first, second, third = a_member(rt), a_member(rt), a_member(rt)
    join(rt, second, first)
    join(rt, third, second)
    assert member(rt, first).merged_into_id == third


@pytest.mark.parametrize("is_gone", [True, False])
def test_withdrawal_of_either_counts(rt: Runtime, clock: TestClock, is_gone: bool) -> None:
    kept, gone = a_member(rt, number=a_number(1)), a_member(rt, number=a_number(2))
    with unit_of_work(rt.engine) as unit:
        leaving, staying = (gone, kept) if is_gone else (kept, gone)
        ledger.write(unit, rt, Scene(None, leaving, "hi"), leaving, ledger.Line("all", rule.WITHDRAWN))
        clock.forward(days=1)
        ledger.write(unit, rt, Scene(None, staying, "hi"), staying, ledger.Line("all", rule.GIVEN, "key"))
    join(rt, kept, gone)
    assert member(rt, kept).consent == ConsentState.NONE
    assert count(rt, Consent, Consent.how == ledger.MERGE) == 1
    clock.forward(days=1)
    with unit_of_work(rt.engine) as unit:
        ledger.write(unit, rt, Scene(None, kept, "hi"), kept, ledger.Line("all", rule.GIVEN, "key"))
    assert member(rt, kept).consent == ConsentState.ALL


def test_two_who_agreed_have_agreed_once_they_are_one(rt: Runtime) -> None:
    kept, gone = a_member(rt, consent=None), a_member(rt, consent="paper")
    join(rt, kept, gone)
    found = member(rt, kept)
    assert (found.consent, found.status) == (ConsentState.ALL, MemberStatus.ACTIVE)
    assert count(rt, Consent, Consent.how == ledger.MERGE) == 0


def test_nobody_is_called_twice_by_one_broadcast(rt: Runtime) -> None:
    kept, gone = a_member(rt, number=a_number(1)), a_member(rt, number=a_number(2))
    broadcast = a_broadcast(rt)
    now = rt.clock()
    with unit_of_work(rt.engine) as unit:
        for each, state in ((kept, DeliveryState.QUEUED), (gone, DeliveryState.HEARD)):
            number_id = unit.db.get_one(Member, each).number_id
            row = {"reason": "broadcast", "kind": "voice", "broadcast_id": broadcast, "member_id": each}
            unit.db.add(Delivery(**row, number_id=number_id, state=state, due_at=now, created_at=now))
    join(rt, kept, gone)
    open_ones = Delivery.broadcast_id == broadcast, Delivery.state == DeliveryState.QUEUED
    assert count(rt, Delivery, *open_ones) == 0
    assert count(rt, Delivery, Delivery.state == DeliveryState.HEARD) == 1
    assert count(rt, Delivery, Delivery.state == DeliveryState.CANCELLED) == 1


def test_what_waits_for_the_one_who_goes_is_rung_on_the_first_number(rt: Runtime) -> None:
    kept, gone = a_member(rt, number=a_number(1)), a_member(rt, number=a_number(2))
    now = rt.clock()
    with unit_of_work(rt.engine) as unit:
        number_id = unit.db.get_one(Member, gone).number_id
        row = {"reason": "answer", "kind": "voice", "member_id": gone, "number_id": number_id}
        unit.db.add(Delivery(**row, due_at=now, created_at=now))
    join(rt, kept, gone)
    with unit_of_work(rt.engine) as unit:
        owed = unit.db.scalars(select(Delivery)).one()
    assert (owed.member_id, owed.number_id) == (kept, member(rt, kept).number_id)


def test_suppression_stays_with_its_number(rt: Runtime) -> None:
    kept, gone = a_member(rt, number=a_number(1)), a_member(rt, number=a_number(2))
    with unit_of_work(rt.engine) as unit:
        suppressions.add_suppression(unit.db, rt.vault.index(a_number(2)), suppressions.OPTED_OUT, rt.clock())
    join(rt, kept, gone, "number")
    assert count(rt, Suppression, Suppression.lifted_at.is_(None)) == 1
    assert member(rt, kept).barred == suppressions.OPTED_OUT


def test_nobody_is_merged_in_the_middle_of_a_call(rt: Runtime, clock: TestClock) -> None:
    kept, gone = a_member(rt), a_member(rt)
    now = rt.clock()
    with unit_of_work(rt.engine) as unit:
        call = {"provider": "x", "provider_id": "1", "is_inbound": True, "line": "1", "started_at": now}
        unit.db.add(Call(**call, member_id=gone, state=CallState.ANSWERED, stepped_at=now))
    with pytest.raises(Conflict):
        join(rt, kept, gone)
    clock.now += timedelta(minutes=11)
    join(rt, kept, gone)
    assert count(rt, Call, Call.member_id == kept) == 1


def test_two_merges_at_once_make_one(rt: Runtime) -> None:
    kept, gone = a_member(rt), a_member(rt)

    def attempt(pair: tuple[int, int]) -> str:
        try:
            join(rt, *pair)
        except Conflict:
            return "refused"
        return "done"

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(attempt, [(kept, gone), (gone, kept)] * 2))
    assert sorted(set(done)) == ["done", "refused"]
    assert count(rt, Merge) == 1


def test_doubles_are_proposed_within_the_unit_and_until_told_apart(rt: Runtime) -> None:
    ramesh, lakshmi = a_member(rt, "Ramesh", number=a_number(1)), a_member(rt, "लक्ष्मी", number=a_number(3))
    twice, other = a_member(rt, "रमेश कुमार", number=a_number(1)), a_member(rt, "Laxmi", number=a_number(4))
    a_member(rt, "Sita", number=a_number(1))
    a_member(rt, "Laxmi", unit="BOOTH-2", number=a_number(5))
    with unit_of_work(rt.engine) as unit:
        path = a_unit(unit.db).path
        found = merges.list_doubles(unit.db, path)
        assert [(each.one.id, each.other.id, each.why) for each in found] == [
            (ramesh, twice, "number"),
            (lakshmi, other, "name"),
        ]
        assert len(merges.list_doubles(unit.db, path, (ramesh, twice))) == 1
        merges.tell_apart(unit.db, twice, ramesh, None, rt.clock())
        assert len(merges.list_doubles(unit.db, path)) == 1
        assert merges.list_doubles(unit.db, a_unit(unit.db, "BOOTH-2").path) == []


def test_who_was_merged_is_in_no_list(rt: Runtime) -> None:
    kept, gone = a_member(rt, "Sita"), a_member(rt, "Sita")
    join(rt, kept, gone)
    with unit_of_work(rt.engine) as unit:
        page = member_list.list_members(unit.db, "/", member_list.Search("Sita"))
        assert [row.member.id for row in page.rows] == [kept]
        public_id = unit.db.get_one(Member, gone).public_id
        assert member_list.find_merged(unit.db, "/", public_id) == page.rows[0].member.public_id
