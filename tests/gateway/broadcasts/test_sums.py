"""The sums add up to the last member at every moment: as a whole, by place and by language, batches in flight and all."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from gateway.broadcasts import sums
from gateway.broadcasts.sums import Sums
from gateway.db import unit_of_work
from gateway.models import Batch, Broadcast, Delivery, Member, Unit
from gateway.runtime import Runtime
from gateway.states import BatchState, DeliveryReason, DeliveryState
from gateway.store import numbers
from tests.builders import a_broadcast, a_member, a_number, a_unit

D = DeliveryState


def total(found: Sums) -> int:
    parts = [
        found.heard,
        found.answered_not_heard,
        *found.not_reached.values(),
        found.in_progress,
        found.in_doubt,
        found.held,
        *found.refused.values(),
        found.not_yet_tried,
    ]
    return sum(parts)


def together(lines: Iterable[Sums]) -> dict[str, Any]:
    """Everything that counts members, added up."""
    added: dict[str, Any] = {}
    for each in lines:
        assert total(each) == each.asked
        for name in ("asked", "heard", "heard_estimated", "in_progress", "in_doubt", "held", "not_yet_tried"):
            added[name] = added.get(name, 0) + getattr(each, name)
        for name in ("not_reached", "refused"):
            for cause, number in getattr(each, name).items():
                added[f"{name} {cause}"] = added.get(f"{name} {cause}", 0) + number
    return added


@pytest.fixture
def broadcast_id(rt: Runtime) -> int:
    """A broadcast with a delivery in every state, tried and not, in two booths and two languages, some in a batch."""
    made = a_broadcast(rt, "BLOCK", kind="sms")
    with unit_of_work(rt.engine) as unit:
        for number, state in enumerate((BatchState.READY, BatchState.SENDING, BatchState.DONE), 1):
            unit.db.add(
                Batch(
                    id=number,
                    broadcast_id=made,
                    first_id=1,
                    last_id=10**9,
                    state=state,
                    due_at=rt.clock(),
                )
            )
    for nth, (state, tries) in enumerate(itertools.product(D, (0, 1, 2))):
        member_id = a_member(rt, unit=f"B{nth % 2}", under="BLOCK", language="hi" if nth % 3 else "bn")
        batch = (1, 2, None)[nth % 3] if state in (D.QUEUED, D.HELD) and tries == 0 else None
        owe(
            rt,
            made,
            member_id,
            state=state,
            tries=tries,
            batch_id=batch,
            evidence=("estimated", None)[nth % 2],
        )
    return made


def owe(rt: Runtime, broadcast_id: int, member_id: int | None, **values: Any) -> None:
    with unit_of_work(rt.engine) as unit:
        member = unit.db.get(Member, member_id) if member_id else None
        cause = "no_answer" if values.get("tries") else None
        row = {
            "reason": DeliveryReason.BROADCAST,
            "kind": "sms",
            "broadcast_id": broadcast_id,
            "member_id": member_id,
            "number_id": (member.number_id if member else None)
            or numbers.add_number(unit.db, rt.vault, a_number(), rt.clock()),
            "language": member.language if member else "hi",
            "due_at": rt.clock(),
            "created_at": rt.clock(),
            "last_cause": cause,
            "reason_code": "window" if values.get("state") in (D.HELD, D.REFUSED) else None,
        }
        unit.db.add(Delivery(**(row | values)))


def whole(rt: Runtime, broadcast_id: int) -> Sums:
    with unit_of_work(rt.engine) as unit:
        return sums.of_broadcast(unit.db, broadcast_id)


def test_every_state_is_counted_once_and_all_add_up(rt: Runtime, broadcast_id: int) -> None:
    found = whole(rt, broadcast_id)
    assert found.asked == total(found) == 3 * len(D)
    assert (found.heard, found.heard_estimated) == (6, 3)
    assert found.in_doubt == 3
    assert found.refused == {"window": 1}


def test_batch_on_its_way_is_in_progress_before_its_rows_say_so(rt: Runtime, broadcast_id: int) -> None:
    before = whole(rt, broadcast_id)
    with unit_of_work(rt.engine) as unit:
        waiting = unit.db.execute(
            select(Delivery.id, Batch.state).join(Batch, Batch.id == Delivery.batch_id)
        ).all()
        unit.db.execute(update(Batch).values(state=BatchState.SENDING))
    after = whole(rt, broadcast_id)
    moved = sum(state != BatchState.SENDING for _, state in waiting)
    assert moved
    assert after.in_progress == before.in_progress + moved
    assert after.asked == total(after) == before.asked


def test_lines_by_language_and_by_place_add_up_to_the_whole(rt: Runtime, broadcast_id: int) -> None:
    gone = a_member(rt, unit="BOOTH-9")
    owe(rt, broadcast_id, gone, state=D.QUEUED)
    owe(rt, broadcast_id, None, state=D.HEARD, tries=1)  # nobody knows any more whose it was
    owe(rt, broadcast_id, a_member(rt, unit="BLOCK"), state=D.SENT, tries=1)
    with unit_of_work(rt.engine) as unit:
        all_of_it = together([sums.of_broadcast(unit.db, broadcast_id)])
        languages = sums.by_language(unit.db, broadcast_id)
        places = sums.by_unit(unit.db, broadcast_id)
        assert set(languages) == {"bn", "hi"}
        assert together(languages.values()) == all_of_it
        assert [each.unit.code if each.unit else None for each in places] == ["BLOCK", "B0", "B1", None]
        assert together(each.sums for each in places) == all_of_it
        assert places[-1].sums.asked == 2
        below = sums.by_unit(unit.db, broadcast_id, a_unit(unit.db, "B0").path)
        assert [(each.unit.code if each.unit else "", each.sums) for each in below] == [
            ("B0", places[1].sums)
        ]


def test_fallback_is_counted_apart(rt: Runtime) -> None:
    made = a_broadcast(rt)
    members = [a_member(rt) for _ in range(2)]
    for each in members:
        owe(rt, made, each, kind="voice", state=D.FAILED, tries=3)
    assert whole(rt, made).fallback is None
    owe(rt, made, members[0], state=D.DELIVERED, tries=1)
    owe(rt, made, members[1], state=D.QUEUED)
    found = whole(rt, made)
    assert (found.asked, found.not_reached, found.heard) == (2, {"no_answer": 2}, 0)
    assert found.fallback is not None
    assert (found.fallback.asked, found.fallback.heard, found.fallback.not_yet_tried) == (2, 1, 1)
    assert found.fallback.is_open
    assert not found.is_open


def test_tests_on_own_phones_and_other_broadcasts_are_not_among_them(rt: Runtime, broadcast_id: int) -> None:
    before = whole(rt, broadcast_id)
    owe(rt, broadcast_id, None, reason=DeliveryReason.TEST, state=D.SENT)
    owe(rt, a_broadcast(rt, kind="sms"), a_member(rt), state=D.SENT)
    assert whole(rt, broadcast_id) == before


def test_what_was_counted_stands_when_the_deliveries_are_purged(rt: Runtime) -> None:
    made = a_broadcast(rt)
    member = a_member(rt)
    owe(rt, made, member, kind="voice", state=D.FAILED, tries=3)
    owe(rt, made, member, state=D.SENT, tries=1)
    before = whole(rt, made)
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, made).kept_sums = before.kept()
        unit.db.execute(delete(Delivery))
    assert whole(rt, made) == before
    with unit_of_work(rt.engine) as unit:
        assert (sums.by_unit(unit.db, made), sums.by_language(unit.db, made)) == ([], {})
        assert unit.db.scalars(select(Unit.id)).all()
