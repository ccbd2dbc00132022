"""The breach kit: exactly these members, seventy-two hours, a list for the board, a notice for each language (L14)."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from gateway.broadcasts import audience, launch, spread
from gateway.db import unit_of_work
from gateway.errors import Conflict, NotFound
from gateway.models import AuditEntry, Breach, Broadcast, Delivery, Unit
from gateway.rights import breach, erase
from gateway.runtime import Runtime
from gateway.store import breaches
from gateway.store.units import get_unit_by_code
from tests.builders import a_member, a_number, a_unit


@pytest.fixture
def begun(rt: Runtime) -> int:
    """A breach of block A, where Sita and Ramesh are; Mina is of block B."""
    a_member(rt, "Sita", unit="A1", under="A", number=a_number(111111))
    a_member(rt, "=Ramesh", unit="A1", under="A", language="bn")
    a_member(rt, "Mina", unit="B1", under="B", number=a_number(222222))
    with unit_of_work(rt.engine) as unit:
        made = breach.begin(
            unit,
            rt,
            title="A phone with a list was lost",
            place=get_unit_by_code(unit.db, "A"),
            noticed_at=rt.clock() - timedelta(hours=10),
            what={"kinds": "names and numbers"},
            staff_id=None,
        )
        return made.id


def of(unit_of: object, breach_id: int) -> tuple[Breach, Unit]:
    db = unit_of.db  # type: ignore[attr-defined]
    found = db.get_one(Breach, breach_id)
    return found, db.get_one(Unit, found.unit_id)


def test_numbers_of_another_unit_are_not_taken_in(rt: Runtime, begun: int) -> None:
    with unit_of_work(rt.engine) as unit:
        found, place = of(unit, begun)
        taken = breach.add_numbers(
            unit, rt, found, place, ["7000111111", "+917000222222,Mina", "nonsense", "", "७०००१११११११"], None
        )
        assert (taken.added, taken.unreadable) == (1, 2)
        assert [each.name for each in breaches.list_affected(unit.db, begun)] == ["Sita"]


def test_figures_and_the_text_for_the_board(rt: Runtime, begun: int) -> None:
    with unit_of_work(rt.engine) as unit:
        found, place = of(unit, begun)
        breach.add_below(unit, rt, found, place, None, None)
        figures = breach.figures(unit, found)
        text = breach.board_text(unit, rt, found, place)
    assert (figures.count, figures.languages, figures.reachable) == (2, {"hi": 1, "bn": 1}, 2)
    assert breach.deadline(found) == rt.clock() + timedelta(hours=62)
    for part in ("A phone with a list was lost", "names and numbers", "affected: 2", "hi 1", found.public_id):
        assert part in text
    assert "{" not in text


def test_the_notice_goes_to_exactly_those(rt: Runtime, begun: int) -> None:
    a_member(rt, "Untouched", unit="A1")
    with unit_of_work(rt.engine) as unit:
        found, place = of(unit, begun)
        breach.add_numbers(unit, rt, found, place, ["7000111111"], None)
        made = breach.draft_notice(unit, rt, found, place, "sms", None)
        assert rt.settings.organisation in made.texts["hi"] and "names and numbers" in made.texts["bn"]
        assert audience.count(unit.db, made).count == 1
        launch.approve(unit, rt, made, None)
        launch.start(unit, rt, made)
    with unit_of_work(rt.engine) as unit:
        spread.spread(unit, rt, made.id)
        owed = unit.db.scalars(select(Delivery).where(Delivery.broadcast_id == made.id)).all()
        kept = unit.db.get_one(Broadcast, made.id)
    assert len(owed) == 1 and kept.breach_id == begun


def test_the_boards_list_is_whole_harmless_and_noted(rt: Runtime, begun: int) -> None:
    out = io.StringIO()
    with unit_of_work(rt.engine) as unit:
        found, place = of(unit, begun)
        breach.add_below(unit, rt, found, place, None, None)
        assert breach.export(unit, rt, found, out, None) == 2
    lines = out.getvalue().splitlines()
    assert lines[0] == "phone,name,language,unit,unit_name"
    assert "+917000111111,Sita,hi,A1,Booth 1" in lines
    assert any("'=Ramesh" in line for line in lines)
    with unit_of_work(rt.engine) as unit:
        noted = unit.db.scalars(select(AuditEntry).where(AuditEntry.action == "breach-exported")).one()
    assert noted.details == {"members": 2} and noted.unit_id == place.id


def test_who_was_forgotten_since_stands_on_no_list(rt: Runtime, begun: int) -> None:
    with unit_of_work(rt.engine) as unit:
        found, place = of(unit, begun)
        breach.add_below(unit, rt, found, place, None, None)
        first = breaches.list_affected(unit.db, begun)[0]
    with unit_of_work(rt.engine) as unit:
        erase.erase(unit, rt, first.id, erase.STAFF)
    with unit_of_work(rt.engine) as unit:
        assert [each.name for each in breaches.list_affected(unit.db, begun)] == ["=Ramesh"]


def test_the_clock_stands_when_the_board_is_told_and_all_is_closed_last(rt: Runtime, begun: int) -> None:
    with unit_of_work(rt.engine) as unit:
        found, _ = of(unit, begun)
        assert [each.id for each in breaches.list_open(unit.db, "/")] == [begun]
        with pytest.raises(Conflict):
            breach.close(unit, rt, found, None)
        breach.board_told(unit, rt, found, None)
        breach.members_told(unit, rt, found, None)
        breach.close(unit, rt, found, None)
        unit.db.flush()
        assert breaches.list_open(unit.db, "/") == []


def test_a_sibling_unit_sees_nothing_of_it(rt: Runtime, begun: int) -> None:
    with unit_of_work(rt.engine) as unit:
        other = a_unit(unit.db, "B").path
        found, _ = of(unit, begun)
        assert breaches.list_breaches(unit.db, other) == []
        assert breaches.list_open(unit.db, other) == []
        with pytest.raises(NotFound):
            breaches.get_breach(unit.db, other, found.public_id)


def test_nothing_is_noticed_in_the_future(rt: Runtime, begun: int) -> None:
    with unit_of_work(rt.engine) as unit, pytest.raises(Conflict):
        _, place = of(unit, begun)
        late = rt.clock() + timedelta(hours=1)
        breach.begin(unit, rt, title="x", place=place, noticed_at=late, what={}, staff_id=None)
