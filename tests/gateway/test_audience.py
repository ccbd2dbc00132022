"""Whom a broadcast means: filters, numbers that are barred, a part of the day; `members.barred` follows what it is made of."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from gateway.broadcasts import audience
from gateway.broadcasts.audience import Filters
from gateway.broadcasts.spread import spread
from gateway.db import unit_of_work
from gateway.models import (
    Broadcast,
    BroadcastAnswer,
    Delivery,
    Member,
    Overlay,
    OverlayMember,
    OverlayUnit,
    PhoneNumber,
    Post,
    Suppression,
)
from gateway.rules.consent import ConsentState
from gateway.rules.slots import Slot, slot_start
from gateway.runtime import Runtime
from gateway.states import BroadcastState, DeliveryReason, DeliveryState
from gateway.store import members, numbers, suppressions
from tests.builders import a_broadcast, a_member, a_number, a_unit


def counted(rt: Runtime, filters: Filters = audience.EVERYBODY, unit: str = "BLOCK") -> audience.Audience:
    broadcast_id = a_broadcast(rt, unit)
    with unit_of_work(rt.engine) as work:
        broadcast = work.db.get_one(Broadcast, broadcast_id)
        broadcast.filters = filters.kept()
        work.db.flush()
        found = audience.count(work.db, broadcast)
        drawn = audience.sample(work.db, broadcast, 100)
        assert len(drawn) == found.count
        assert all(place.startswith("B") for _, place in drawn)
        return found


def change(rt: Runtime, member_id: int, **values: Any) -> None:
    with unit_of_work(rt.engine) as unit:
        members.set_fields(unit.db, member_id, **values)


def barred(rt: Runtime, member_id: int) -> str | None:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Member, member_id).barred


@pytest.fixture
def sita(rt: Runtime) -> int:
    """One of three in a block; of two more nothing is known, and a fourth lives elsewhere."""
    found = a_member(rt, "Sita", number=a_number(1), under="BLOCK")
    a_member(rt, "Ramesh", number=a_number(2), under="BLOCK")
    a_member(rt, "Mina", number=a_number(3), unit="BOOTH-2", under="BLOCK")
    a_member(rt, "Omar", number=a_number(4), unit="BOOTH-9")
    return found


def test_filters_narrow_whom_a_broadcast_means(rt: Runtime, sita: int) -> None:
    change(rt, sita, tags=["women", "farmer"], handset="keypad")
    with unit_of_work(rt.engine) as unit:
        place = unit.db.get_one(Member, sita).unit_id
        now = rt.clock()
        unit.db.add(Post(member_id=sita, unit_id=place, title="Mukhiya", since=now))
        unit.db.add(Post(member_id=sita, unit_id=place, title="Sachiv", since=now, until=now))
    assert counted(rt).count == 3
    for filters in (Filters(post="mukhiya"), Filters(tag="farmer"), Filters(handset="keypad")):
        assert counted(rt, filters).count == 1
        assert counted(rt, filters, "BOOTH-2").count == 0
    for filters in (Filters(post="sachiv"), Filters(tag="farm"), Filters("mukhiya", "women", "none")):
        assert counted(rt, filters).count == 0
    assert counted(rt, Filters("mukhiya", "women", "keypad")).count == 1


def test_filters_by_language_and_by_what_became_of_another_broadcast(
    rt: Runtime, sita: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of those whom it asked by its own kind of channel: who heard it, who did not, who answered."""
    with unit_of_work(rt.engine) as unit:
        ramesh, mina = unit.db.scalars(select(Member.id).where(Member.name.in_(("Ramesh", "Mina"))))
    earlier = a_broadcast(rt, "BLOCK")
    deliveries = {
        sita: owed(rt, earlier, sita, DeliveryState.HEARD),
        ramesh: owed(rt, earlier, ramesh, DeliveryState.FAILED),
    }
    owed(rt, earlier, ramesh, DeliveryState.DELIVERED, kind="sms")  # the text for whom no call reached
    with unit_of_work(rt.engine) as unit:
        answered = {"broadcast_id": earlier, "member_id": sita, "delivery_id": deliveries[sita]}
        unit.db.add(BroadcastAnswer(**answered, question=1, key="1", at=rt.clock()))
    change(rt, mina, language="bn")
    for wide in (audience.WIDE, 1):
        monkeypatch.setattr(audience, "WIDE", wide)
        assert who(rt, Filters(heard=earlier)) == {sita}
        assert who(rt, Filters(not_heard=earlier)) == {ramesh}
        assert who(rt, Filters(answered=earlier)) == {sita}
        assert who(rt, Filters(language="bn")) == {mina}
        assert who(rt, Filters(heard=earlier), "BOOTH-2") == set()


def owed(rt: Runtime, broadcast_id: int, member_id: int, state: DeliveryState, kind: str = "voice") -> int:
    with unit_of_work(rt.engine) as unit:
        made = Delivery(
            reason=DeliveryReason.BROADCAST,
            kind=kind,
            broadcast_id=broadcast_id,
            member_id=member_id,
            number_id=unit.db.get_one(Member, member_id).number_id,
            state=state,
            due_at=rt.clock(),
            created_at=rt.clock(),
        )
        unit.db.add(made)
        unit.db.flush()
        return made.id


def who(rt: Runtime, filters: Filters, code: str = "BLOCK") -> set[int]:
    with unit_of_work(rt.engine) as unit:
        query = audience.people(unit.db, a_unit(unit.db, code).path, filters)
        return set(unit.db.scalars(query.with_only_columns(Member.id)))


def test_overlay_means_its_members_and_everybody_in_its_units(rt: Runtime, sita: int) -> None:
    with unit_of_work(rt.engine) as unit:
        place = unit.db.get_one(Member, sita).unit_id
        made = {"unit_id": place, "created_at": rt.clock()}
        wing = Overlay(code="W", name="Wing", kind="wing", **made)
        seat = Overlay(code="C", name="Seat", kind="constituency", **made)
        unit.db.add_all([wing, seat])
        unit.db.flush()
        unit.db.add(OverlayMember(overlay_id=wing.id, member_id=sita))
        unit.db.add(OverlayUnit(overlay_id=seat.id, unit_id=a_unit(unit.db, "BLOCK").id))
        wing_id, seat_id = wing.id, seat.id
    assert counted(rt, Filters(overlay_id=wing_id)).count == 1
    assert counted(rt, Filters(overlay_id=seat_id)).count == 3
    assert counted(rt, Filters(overlay_id=seat_id), "BOOTH-9").count == 0


def test_wide_units_are_counted_alike(rt: Runtime, sita: int, monkeypatch: pytest.MonkeyPatch) -> None:
    change(rt, sita, tags=["women"])
    narrow = counted(rt), counted(rt, Filters(tag="women"))
    monkeypatch.setattr(audience, "WIDE", 1)
    assert (counted(rt), counted(rt, Filters(tag="women"))) == narrow


@pytest.mark.parametrize("message_class", ["organisational", "campaign"])
@pytest.mark.parametrize("texts", [{}, {"hi": "कल"}, {"hi": "कल", "bn": "কাল"}])
def test_asked_is_who_has_no_reason_why_not(rt: Runtime, texts: dict[str, str], message_class: str) -> None:
    kinds = product(
        (None, "number-unusable", "opt-out", "do-not-disturb", "complaint"), ConsentState, (None, "hi", "bn")
    )
    a_member(rt)
    broadcast_id = a_broadcast(rt, texts={"hi": "कल"})
    with unit_of_work(rt.engine) as unit:
        booth = unit.db.scalars(select(Member.unit_id)).one()
        for barred, consent, language in kinds:
            unit.db.add(Member(unit_id=booth, consent=consent, language=language, created_at=rt.clock()))
            unit.db.flush()
            last = unit.db.scalar(select(func.max(Member.id)))
            unit.db.execute(update(Member).where(Member.id == last).values(barred=barred))
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        broadcast.texts, broadcast.message_class = texts, message_class
        query = select(audience.is_asked(broadcast), audience.why_not(broadcast).is_(None))
        said = list(unit.db.execute(query))
    assert all(asked == without_reason for asked, without_reason in said)
    assert any(asked for asked, _ in said) == bool(texts)


def test_barred_follows_numbers_and_suppressions(rt: Runtime, sita: int) -> None:
    index = rt.vault.index(a_number(1))
    assert barred(rt, sita) is None
    for reason, grave in (("do-not-disturb",) * 2, ("complaint",) * 2, ("opt-out",) * 2):
        with unit_of_work(rt.engine) as unit:
            suppressions.add_suppression(unit.db, index, reason, rt.clock())
        assert barred(rt, sita) == grave
    with unit_of_work(rt.engine) as unit:
        suppressions.lift_opt_out(unit.db, index, rt.clock())
    assert barred(rt, sita) == "complaint"
    assert counted(rt).left_out == {"suppressed": 1}
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(delete(Suppression))
    assert barred(rt, sita) is None
    with unit_of_work(rt.engine) as unit:
        numbers.mark_invalid(unit.db, unit.db.get_one(Member, sita).number_id or 0, rt.clock())
    assert barred(rt, sita) == "number-unusable"
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(PhoneNumber).values(invalid_at=None))
    change(rt, sita, number_id=None)
    assert counted(rt).left_out == {"number-unusable": 1}


def test_member_who_is_added_on_a_suppressed_number_is_barred_at_once(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        suppressions.add_suppression(unit.db, rt.vault.index(a_number(7)), "opt-out", rt.clock())
    assert barred(rt, a_member(rt, number=a_number(7), consent=None)) == "opt-out"


def test_part_of_the_day_that_was_asked_for_is_awaited(rt: Runtime, sita: int) -> None:
    change(rt, sita, slot="evening")
    broadcast_id = a_broadcast(rt, "BLOCK")
    with unit_of_work(rt.engine) as unit:
        unit.db.get_one(Broadcast, broadcast_id).state = BroadcastState.STARTING
    with unit_of_work(rt.engine) as unit:
        spread(unit, rt, broadcast_id)
        due = {each.member_id: each.due_at for each in unit.db.scalars(select(Delivery))}
    law, day = audience.MessageClass.ORGANISATIONAL, rt.clock().date()
    evening = slot_start(rt.profile, law, day, Slot.EVENING)
    assert due.pop(sita) == evening > rt.clock() + timedelta(hours=1)
    assert set(due.values()) == {rt.clock()}
