"""The list of numbers that are left alone, in the hands of staff: what they may enter, lift and see (rules.md L7)."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select

from gateway import suppressions
from gateway.db import unit_of_work
from gateway.errors import NotAllowed, NotFound
from gateway.models import AuditEntry, Suppression, Unit
from gateway.people.refusals import Imported
from gateway.phones import Number
from gateway.rules.consent import ConsentState
from gateway.rules.contact import Suppressed
from gateway.runtime import Runtime
from gateway.store import suppressions as kept
from gateway.suppressions import By
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.consent.looks import ledger, left_alone, state, texts
from tests.gateway.console.seats import a_tree

S = ConsentState
ROOT = By()


@pytest.fixture
def here(rt: Runtime) -> By:
    """Who works in one of two sibling blocks, with Sita's booth below it."""
    a_tree(rt)
    with unit_of_work(rt.engine) as unit:
        return By(None, unit.db.scalars(select(Unit.path).where(Unit.code == "ACH")).one())


def add(rt: Runtime, number: Number, reason: str = "complaint", by: By = ROOT) -> bool:
    with unit_of_work(rt.engine) as unit:
        return suppressions.add(unit, rt, by, number, reason)


def lift(rt: Runtime, by: By = ROOT) -> None:
    with unit_of_work(rt.engine) as unit:
        entry = unit.db.scalars(select(Suppression).order_by(Suppression.id.desc())).first()
        assert entry
        suppressions.lift(unit, rt, by, entry.id, "mistake")


def test_reasons_stay_apart_and_each_is_entered_once(rt: Runtime) -> None:
    number = a_number()
    assert [add(rt, number, each) for each in ("complaint", "court", "court")] == [True, True, False]
    assert left_alone(rt, number) == ["complaint", "court"]
    lift(rt)
    assert left_alone(rt, number) == ["complaint"]


@pytest.mark.parametrize("reason", Suppressed)
def test_what_staff_entered_they_may_lift_but_never_an_opt_out(rt: Runtime, reason: str) -> None:
    number = a_number()
    add(rt, number, reason)
    if reason == "opt-out":
        with pytest.raises(NotAllowed):
            lift(rt)
        assert left_alone(rt, number) == ["opt-out"]
        return
    lift(rt)
    assert left_alone(rt, number) == []
    assert add(rt, number, reason)  # and entered again, with its own history


def test_opt_out_told_to_staff_ends_the_consent_and_is_confirmed(rt: Runtime, clock: TestClock) -> None:
    number = a_number()
    member_id = a_member(rt, number=number)
    clock.forward(minutes=1)
    assert add(rt, number, "opt-out")
    assert (state(rt, member_id), ledger(rt, member_id)[-1].how) == (S.NONE, "coordinator")
    assert len(texts(rt)) == 1


def test_sibling_unit_sees_enters_and_lifts_nothing(rt: Runtime, here: By) -> None:
    mine, theirs, nobodys = a_number(), a_number(), a_number()
    a_member(rt, "Sita", number=mine, unit="BOOTH-1")
    a_member(rt, "Ramesh", number=theirs, unit="BOOTH-2")
    for number in (theirs, nobodys):
        with pytest.raises(NotAllowed):
            add(rt, number, by=here)
        add(rt, number)
        with pytest.raises(NotFound):
            lift(rt, by=here)
    add(rt, mine, by=here)
    with unit_of_work(rt.engine) as unit:
        path = here.unit_path
        assert kept.count_by_reason(unit.db, path) == {"complaint": 1}
        assert [each.tail for each in kept.list_visible(unit.db, path)] == [mine[-4:]]
        assert kept.list_of(unit.db, path, rt.vault.index(theirs)) == []
        assert kept.count_by_reason(unit.db, "/") == {"complaint": 3}


def test_court_order_ends_only_at_the_root(rt: Runtime, here: By) -> None:
    number = a_number()
    a_member(rt, number=number)
    add(rt, number, "court")
    with pytest.raises(NotAllowed):
        lift(rt, by=here)
    lift(rt)
    assert left_alone(rt, number) == []


def test_audit_knows_who_and_why_but_no_number(rt: Runtime) -> None:
    number = a_number()
    add(rt, number)
    lift(rt)
    with unit_of_work(rt.engine) as unit:
        noted = unit.db.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(each.action, each.details) for each in noted] == [
        ("suppression-added", {"reason": "complaint"}),
        ("suppression-lifted", {"reason": "complaint", "why": "mistake"}),
    ]


LIST = "Mobile No;Reason\n{0};complaint\n{0};complaint\nabc;court\n{1};because\n;court\n"


@pytest.mark.parametrize("is_dry", [True, False])
def test_list_is_taken_row_by_row(rt: Runtime, is_dry: bool) -> None:
    numbers = (a_number(), a_number())
    result = take(rt, LIST.format(*numbers), is_dry)
    assert (result.taken, result.updated) == (1, 1)
    assert [(each.line, each.column) for each in result.refused] == [
        (4, "phone"),
        (5, "reason"),
        (6, "phone"),
    ]
    assert left_alone(rt, numbers[0]) == ([] if is_dry else ["complaint"])


def take(rt: Runtime, text: str, is_dry: bool) -> Imported:
    return suppressions.import_list(rt, io.BytesIO(text.encode()), ROOT, dry_run=is_dry)
