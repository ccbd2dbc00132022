"""Consent from a list: what it comes to, when, and that no list brings back who left (rules.md L5, L7)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from gateway import enrolment, leaving
from gateway.db import unit_of_work
from gateway.effects import Scene
from gateway.models import Consent, Delivery, Member, PhoneNumber
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.states import DeliveryReason, MemberStatus
from gateway.store import suppressions
from tests.conftest import TestClock
from tests.gateway.people.lists import HEADER, members, units


@pytest.fixture(autouse=True)
def _tree(rt: Runtime) -> None:
    units(rt)


def row(consent: str, when: str = "", name: str = "Sita") -> str:
    return f"{HEADER}7000000001,{name},hi,B1,,{consent},{when}\n"


def member(rt: Runtime) -> Member:
    with unit_of_work(rt.engine) as unit:
        return unit.db.scalars(select(Member).order_by(Member.id)).first() or Member()


def introductions(rt: Runtime) -> int:
    with unit_of_work(rt.engine) as unit:
        return len(
            unit.db.scalars(select(Delivery).where(Delivery.reason == DeliveryReason.INTRODUCTION)).all()
        )


def leave(rt: Runtime, clock: TestClock, is_everybody: bool = True) -> None:
    clock.forward(minutes=1)
    with unit_of_work(rt.engine) as unit:
        one = unit.db.scalars(select(Member).order_by(Member.id)).first()
        assert one
        scene = Scene(one.number_id, None if is_everybody else one.id, "hi", call_id=None)
        leaving.withdraw(unit, rt, scene, leaving.EVERYTHING)
    clock.forward(minutes=1)


STATES = [
    ("", ConsentState.NONE, MemberStatus.INVITED, 0),
    ("coordinator", ConsentState.INTRODUCTION, MemberStatus.INVITED, 1),
    ("paper", ConsentState.ALL, MemberStatus.ACTIVE, 0),
    (" Voice ", ConsentState.ALL, MemberStatus.ACTIVE, 0),
    ("SMS", ConsentState.ALL, MemberStatus.ACTIVE, 0),
]


@pytest.mark.parametrize(("word", "state", "status", "calls"), STATES)
def test_word_comes_to_a_state_for_new_and_known_members(
    rt: Runtime, word: str, state: ConsentState, status: MemberStatus, calls: int
) -> None:
    members(rt, row(word))
    assert (member(rt).consent, member(rt).status, introductions(rt)) == (state, status, calls)
    members(rt, f"{HEADER}7000000002,B,hi,B1,,,\n")
    members(rt, f"{HEADER}7000000002,B,hi,B1,,{word},\n")
    with unit_of_work(rt.engine) as unit:
        known = unit.db.scalars(select(Member).order_by(Member.id.desc())).first()
        assert known is not None
        assert (known.consent, known.status) == (state, status)
    assert introductions(rt) == 2 * calls


@pytest.mark.parametrize(
    "when", ["2026-01-31", "31/01/2026", "31.1.2026", "३१-०१-२०२६", "2026-01-31 00:00:00"]
)
def test_date_of_the_paper_is_kept(rt: Runtime, when: str) -> None:
    members(rt, row("paper", when))
    with unit_of_work(rt.engine) as unit:
        entry = unit.db.scalars(select(Consent)).one()
        assert entry.at.astimezone(rt.profile.timezone).date().isoformat() == "2026-01-31"
        assert (entry.how, entry.purpose, entry.action, entry.language) == ("paper", "all", "given", "hi")


def test_date_of_today_counts_from_now(rt: Runtime) -> None:
    rt.clock.now = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # type: ignore[attr-defined]
    assert members(rt, row("paper", "2026-11-23")).refused == []
    assert member(rt).consent == ConsentState.ALL


def test_list_imported_again_enters_nothing_twice(rt: Runtime, clock: TestClock) -> None:
    for when in ("", "", "2026-01-31", "2026-01-31"):
        members(rt, row("paper", when))
        clock.forward(days=1)
    with unit_of_work(rt.engine) as unit:
        assert len(unit.db.scalars(select(Consent)).all()) == 2


@pytest.mark.parametrize("word", ["paper", "voice", "sms", "coordinator"])
@pytest.mark.parametrize("is_dry", [False, True])
def test_who_left_is_not_brought_back_and_it_is_told(
    rt: Runtime, clock: TestClock, word: str, is_dry: bool
) -> None:
    members(rt, row("paper"))
    leave(rt, clock)
    result = members(rt, row(word), dry_run=is_dry)
    assert member(rt).consent == ConsentState.NONE
    assert [(each.line, each.column) for each in result.notes] == [(2, "consent")]
    assert (result.updated, introductions(rt)) == (1, 0)


@pytest.mark.parametrize("word", ["voice", "coordinator"])
def test_new_name_on_a_number_that_opted_out_agrees_to_nothing(
    rt: Runtime, clock: TestClock, word: str
) -> None:
    members(rt, row("paper"))
    leave(rt, clock)
    result = members(rt, row(word, name="Sita Devi"))
    assert (result.taken, len(result.notes), introductions(rt)) == (1, 1, 0)
    with unit_of_work(rt.engine) as unit:
        assert set(unit.db.scalars(select(Member.consent))) == {ConsentState.NONE}


def test_suppressed_number_owes_no_introduction_and_it_is_told(rt: Runtime) -> None:
    members(rt, row(""))
    with unit_of_work(rt.engine) as unit:
        index = unit.db.scalars(select(PhoneNumber.index)).one()
        suppressions.add_suppression(unit.db, index, "complaint", rt.clock())
    result = members(rt, row("coordinator"))
    assert introductions(rt) == 0
    assert "complaint" in result.notes[0].reason


def test_who_agreed_again_by_key_is_left_alone(rt: Runtime, clock: TestClock) -> None:
    members(rt, row("paper"))
    leave(rt, clock, is_everybody=False)
    with unit_of_work(rt.engine) as unit:
        enrolment.import_consent(unit, rt, unit.db.get_one(Member, member(rt).id), "key", None)
    result = members(rt, row("paper"))
    assert (member(rt).consent, result.notes) == (ConsentState.ALL, [])
