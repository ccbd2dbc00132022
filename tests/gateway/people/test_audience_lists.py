"""A list of numbers as the audience of a broadcast: members of one's own unit are found, nobody else is ever called."""

from __future__ import annotations

import io
import itertools
from collections.abc import Sequence

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from gateway.broadcasts import audience, ready
from gateway.broadcasts.audience import Filters
from gateway.db import unit_of_work
from gateway.errors import Conflict, NotFound
from gateway.models import AudienceListMember, Broadcast, Import, PhoneNumber, Unit
from gateway.people import audience_lists as lists
from gateway.people import listed_work
from gateway.runtime import Runtime
from gateway.states import ImportState
from gateway.store import audience_lists, imports
from tests.builders import a_broadcast, a_member, a_number, a_person_of_staff, a_unit
from tests.ears import listening

_staff = itertools.count(1)


def unit_id(rt: Runtime, code: str) -> int:
    with unit_of_work(rt.engine) as unit:
        return a_unit(unit.db, code).id


def hand_in(rt: Runtime, body: bytes, unit: str = "BLOCK") -> str:
    staff = a_person_of_staff(rt, f"Asha{next(_staff)}", unit=unit)
    return lists.hand_in(rt, io.BytesIO(body), name="Fair", staff_id=staff, unit_id=unit_id(rt, unit))


def row(rt: Runtime, public_id: str, sight: str = "/") -> audience_lists.Row:
    with unit_of_work(rt.engine) as unit:
        return audience_lists.get_row(unit.db, sight, public_id)


def read(rt: Runtime, lines: Sequence[str], unit: str = "BLOCK") -> audience_lists.Row:
    public_id = hand_in(rt, "\n".join(lines).encode(), unit)
    listed_work.work(rt, row(rt, public_id).list.import_id or 0)
    return row(rt, public_id)


def on(rt: Runtime, kept: audience_lists.Row) -> set[int]:
    with unit_of_work(rt.engine) as unit:
        listed = select(AudienceListMember.member_id).where(AudienceListMember.list_id == kept.list.id)
        return set(unit.db.scalars(listed))


def told(rt: Runtime, kept: audience_lists.Row) -> list[tuple[int, str]]:
    with unit_of_work(rt.engine) as unit:
        found = imports.list_refusals(unit.db, kept.list.import_id or 0, is_note=False)
        return [(each.line, each.reason) for each in found]


@pytest.fixture
def sita(rt: Runtime) -> int:
    member_id = a_member(rt, "Sita", number=a_number(1), under="BLOCK")
    a_member(rt, "Omar", number=a_number(2), unit="BOOTH-9")
    return member_id


def test_numbers_are_found_in_ones_own_unit_and_the_rest_is_told_by_line(rt: Runtime, sita: int) -> None:
    spoken = [a_number(1), f"0{a_number(1)[3:]}", a_number(2), a_number(77), "12", ""]
    with listening() as ear:
        kept = read(rt, ["Mobile No,Name", *(f"{each},x" for each in spoken)])
    assert on(rt, kept) == {sita}
    assert kept.list.counts == {
        "rows": 6,
        "known": 1,
        "members": 1,
        "unknown": 2,
        "unreadable": 2,
        "twice": 1,
    }
    assert [line for line, _ in told(rt, kept)] == [4, 5, 6, 7]
    assert told(rt, kept)[:2] == [(4, "number-nobody"), (5, "number-nobody")]
    assert kept.made is not None
    assert (kept.made.state, kept.made.done, kept.made.file_key) == (ImportState.CHECKED, 6, None)
    assert ear.numbers() == []
    with unit_of_work(rt.engine) as unit:  # nobody came into the house by a list
        assert unit.db.scalars(select(func.count(PhoneNumber.id))).one() == 2


def test_name_picks_who_shares_a_phone_and_no_name_means_all(rt: Runtime, sita: int) -> None:
    ramesh = a_member(rt, "Ramesh", number=a_number(1), under="BLOCK")
    assert on(rt, read(rt, ["phone,name", f"{a_number(1)},सीता"])) == {sita}
    assert on(rt, read(rt, ["phone", str(a_number(1))])) == {sita, ramesh}
    assert on(rt, read(rt, ["phone,name", f"{a_number(1)},Mohan"])) == {sita, ramesh}


def test_spreadsheet_is_read_alike(rt: Runtime, sita: int) -> None:
    book, out = Workbook(), io.BytesIO()
    book.active.append(["Phone"])
    book.active.append([str(a_number(1))])
    book.save(out)
    public_id = hand_in(rt, out.getvalue())
    listed_work.work(rt, row(rt, public_id).list.import_id or 0)
    assert on(rt, row(rt, public_id)) == {sita}


def test_broken_off_reading_goes_on_where_it_stopped(
    rt: Runtime, sita: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "BATCH", 2)
    monkeypatch.setattr(lists, "SLICE_SECONDS", -1.0)
    public_id = hand_in(
        rt, "\n".join(["phone", *(str(a_number(each)) for each in (1, 77, 1, 78, 1))]).encode()
    )
    import_id = row(rt, public_id).list.import_id or 0
    listed_work.work(rt, import_id)
    first = row(rt, public_id)
    assert first.made is not None
    assert (first.made.done, first.made.state, first.list.counts["rows"]) == (2, ImportState.CHECKING, 2)
    with pytest.raises(Conflict, match="still being read"), unit_of_work(rt.engine) as unit:
        ready.check_filters(unit.db, Filters(list_id=first.list.id))
    listed_work.work(rt, import_id)
    listed_work.work(rt, import_id)
    listed_work.work(rt, import_id)
    last = row(rt, public_id)
    assert last.list.counts == {
        "rows": 5,
        "known": 1,
        "members": 1,
        "unknown": 2,
        "unreadable": 0,
        "twice": 2,
    }
    assert last.made is not None
    assert last.made.state == ImportState.CHECKED


def test_list_without_numbers_is_refused_in_words(rt: Runtime, sita: int) -> None:
    kept = read(rt, ["colour", "red"])
    assert kept.made is not None
    assert kept.made.error == "no-list-lacks"
    with pytest.raises(Conflict, match="could not be read"), unit_of_work(rt.engine) as unit:
        ready.check_filters(unit.db, Filters(list_id=kept.list.id))


def test_list_of_another_unit_is_not_there(rt: Runtime, sita: int) -> None:
    kept = read(rt, ["phone", str(a_number(1))])
    with unit_of_work(rt.engine) as unit:
        elsewhere = unit.db.get_one(Unit, unit_id(rt, "BOOTH-9")).path
    with pytest.raises(NotFound):
        row(rt, kept.list.public_id, elsewhere)
    with pytest.raises(Conflict, match="gone"), unit_of_work(rt.engine) as unit:
        ready.check_filters(unit.db, Filters(list_id=kept.list.id), elsewhere)


def test_broadcast_to_a_list_asks_whoever_stands_on_it_and_agreed(rt: Runtime, sita: int) -> None:
    a_member(rt, "Mina", number=a_number(3), under="BLOCK")
    a_member(rt, "Asha", number=a_number(4), under="BLOCK", consent=None)
    kept = read(rt, ["phone", *(str(a_number(each)) for each in (1, 4))])
    broadcast_id = a_broadcast(rt, "BLOCK")
    with unit_of_work(rt.engine) as unit:
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        broadcast.filters = Filters(list_id=kept.list.id).kept()
        found = audience.count(unit.db, broadcast)
    assert (found.count, found.left_out) == (1, {"no-consent": 1})


def test_removed_list_is_gone_with_who_stood_on_it(rt: Runtime, sita: int) -> None:
    kept = read(rt, ["phone", str(a_number(1))])
    with unit_of_work(rt.engine) as unit:
        lists.remove(unit, rt, audience_lists.get_row(unit.db, "/", kept.list.public_id).list, 1)
    assert on(rt, kept) == set()
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(func.count(Import.id))).one() == 1
        with pytest.raises(Conflict, match="gone"):
            ready.check_filters(unit.db, Filters(list_id=kept.list.id))
