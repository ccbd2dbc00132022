"""What somebody may hand in that cannot be sent: a clear word each, and nothing half done (issue 5, "Bad input")."""

from __future__ import annotations

import threading
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from gateway.broadcasts import draft, launch
from gateway.broadcasts.settle import settle
from gateway.broadcasts.spread import spread
from gateway.db import unit_of_work
from gateway.deliveries import contact
from gateway.errors import Conflict, NotAllowed
from gateway.models import Broadcast, Delivery, Unit
from gateway.rules.prices import Money
from gateway.runtime import Runtime
from gateway.sounds import build_subject
from gateway.states import BroadcastState
from gateway.store import money
from tests.builders import a_broadcast, a_member, a_person_of_staff, a_unit
from tests.conftest import TestClock

HINDI = "मीटिंग "


def written(rt: Runtime, kind: str = "voice", **more: Any) -> Broadcast:
    given: dict[str, Any] = {"title": "Meeting", "texts": {"hi": "कल मीटिंग है।"}, "sounds": {}} | more
    with unit_of_work(rt.engine) as work:
        made = draft.draft(work, rt, kind=kind, place=a_unit(work.db, "BOOTH-1"), **given)
        work.db.expunge(made)
        return made


def ready(rt: Runtime, members: int = 1) -> int:
    """An approved broadcast with its sounds."""
    for _ in range(members):
        a_member(rt)
    broadcast_id = a_broadcast(rt)
    build_subject(rt, "broadcast", broadcast_id)
    with unit_of_work(rt.engine) as work:
        launch.approve(work, rt, work.db.get_one(Broadcast, broadcast_id), None)
    return broadcast_id


def start(rt: Runtime, broadcast_id: int) -> None:
    with unit_of_work(rt.engine) as work:
        launch.start(work, rt, work.db.get_one(Broadcast, broadcast_id))


def state_of(rt: Runtime, broadcast_id: int) -> BroadcastState:
    with unit_of_work(rt.engine) as work:
        return work.db.get_one(Broadcast, broadcast_id).state


REFUSED = [  # kind, what, the field that is named
    ("voice", {"texts": {"hi": "   \u00a0 "}}, "conflict"),
    ("sms", {"texts": {"hi": "\u200b\u200b"}}, "text-hi"),
    ("voice", {"texts": {"hi": "🙏🙏"}}, "text-hi"),
    ("voice", {"texts": {"hi": "…!?"}}, "text-hi"),
    ("voice", {"texts": {"hi": "अ" * 100_000}}, "text-hi"),
    ("sms", {"texts": {"en": "a" * 100_000}}, "text-en"),
    ("sms", {"texts": {"hi": HINDI * 60}}, "text-hi"),
    ("sms", {"texts": {"en": "one\x00two"}}, "text-en"),
    ("voice", {"title": "T" * 100_000}, "title"),
    ("voice", {"title": " \u00a0"}, "title"),
    ("voice", {"title": "a\x00b"}, "title"),
    ("voice", {"fallback_texts": {"hi": HINDI * 60}}, "fallback-hi"),
    ("voice", {"budget": Decimal(0)}, "budget"),
    ("fax", {}, "conflict"),
]


@pytest.mark.parametrize(("kind", "what", "code"), REFUSED)
def test_what_cannot_be_sent_is_not_written(rt: Runtime, kind: str, what: dict[str, Any], code: str) -> None:
    with pytest.raises(Conflict) as said:
        written(rt, kind, **what)
    assert said.value.code == code
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(Broadcast)).all() == []


@pytest.mark.parametrize(("kind", "text"), [("sms", "🙏"), ("sms", "a" * 918), ("voice", "राम राम 🙏")])
def test_what_can_be_sent_is_written(rt: Runtime, kind: str, text: str) -> None:
    assert written(rt, kind, texts={"hi": text}).texts == {"hi": text}


def test_end_before_its_beginning_is_refused(rt: Runtime) -> None:
    now = rt.clock()
    with pytest.raises(Conflict, match="ends after it begins"):
        written(rt, expires_at=now)
    with pytest.raises(Conflict, match="ends after it begins"):
        written(rt, scheduled_at=now + timedelta(hours=2), expires_at=now + timedelta(hours=1))


def test_unit_that_was_closed_takes_no_broadcast(rt: Runtime) -> None:
    broadcast_id = ready(rt)
    with unit_of_work(rt.engine) as work:
        work.db.scalars(select(Unit).where(Unit.code == "BOOTH-1")).one().closed_at = rt.clock()
    with pytest.raises(Conflict, match="unit was closed"):
        start(rt, broadcast_id)
    with pytest.raises(Conflict, match="was closed"):
        written(rt)
    assert state_of(rt, broadcast_id) == BroadcastState.APPROVED


def test_empty_audience_does_not_start(rt: Runtime) -> None:
    broadcast_id = ready(rt, members=0)
    with pytest.raises(Conflict, match="nobody would be reached"):
        start(rt, broadcast_id)
    assert state_of(rt, broadcast_id) == BroadcastState.APPROVED


def test_scheduled_one_without_audience_is_given_up_and_says_why(rt: Runtime, clock: TestClock) -> None:
    broadcast_id = ready(rt, members=0)
    with unit_of_work(rt.engine) as work:
        work.db.get_one(Broadcast, broadcast_id).scheduled_at = rt.clock() + timedelta(minutes=5)
    clock.forward(minutes=6)
    with unit_of_work(rt.engine) as work:
        settle(work, rt)
    with unit_of_work(rt.engine) as work:
        found = work.db.get_one(Broadcast, broadcast_id)
        assert (found.state, found.pause_reason) == (BroadcastState.STOPPED, "no-audience")


def test_certificate_with_a_date_without_a_zone_is_read_not_broken(rt: Runtime) -> None:
    author, other = a_person_of_staff(rt, "Meera"), a_person_of_staff(rt, "Asha")
    made = written(rt, message_class="campaign", author_id=author)
    with unit_of_work(rt.engine) as work:
        found = work.db.get_one(Broadcast, made.id)
        bound = {"number": "12", "issuer": "District", "content_hash": contact.hash_of(found)}
        found.certificate = bound | {"valid_until": "2020-01-01T00:00:00"}
    with pytest.raises(NotAllowed, match="no longer valid"), unit_of_work(rt.engine) as work:
        launch.approve(work, rt, work.db.get_one(Broadcast, made.id), other)
    for unreadable in ("soon", "", None):
        with unit_of_work(rt.engine) as work:
            work.db.get_one(Broadcast, made.id).certificate = bound | {"valid_until": unreadable}
        with pytest.raises(NotAllowed, match="needs the certificate"), unit_of_work(rt.engine) as work:
            launch.approve(work, rt, work.db.get_one(Broadcast, made.id), other)


def test_big_broadcast_is_approved_by_a_second_person(rt: Runtime) -> None:
    author, other = a_person_of_staff(rt, "Meera"), a_person_of_staff(rt, "Asha")
    for _ in range(2):
        a_member(rt)
    made = written(rt, author_id=author)
    with unit_of_work(rt.engine) as work:
        money.keep_money(work.db, Money(prices=rt.profile.money.prices, second_members=2))
    with pytest.raises(NotAllowed, match="second person"), unit_of_work(rt.engine) as work:
        launch.approve(work, rt, work.db.get_one(Broadcast, made.id), author)
    with unit_of_work(rt.engine) as work:
        launch.approve(work, rt, work.db.get_one(Broadcast, made.id), other)
    assert state_of(rt, made.id) == BroadcastState.APPROVED


def test_two_who_press_start_at_once_start_it_once(rt: Runtime) -> None:
    broadcast_id = ready(rt, members=3)
    said: list[str] = []
    gate = threading.Barrier(2)

    def press() -> None:
        gate.wait()
        try:
            start(rt, broadcast_id)
            said.append("started")
        except Conflict as error:
            said.append(str(error))

    both = [threading.Thread(target=press) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert said.count("started") == 1
    assert "cannot start" in next(each for each in said if each != "started")
    for _ in range(2):
        with unit_of_work(rt.engine) as work:
            spread(work, rt, broadcast_id)
    with unit_of_work(rt.engine) as work:
        assert len(work.db.scalars(select(Delivery)).all()) == 3
