"""An evening for tests: booths with leads, the question turned on, calls that nobody answers."""

from __future__ import annotations

from datetime import date, timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.days import asking, saying
from gateway.db import unit_of_work
from gateway.deliveries.send import send_some
from gateway.models import Delivery, UnitDay
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import daily, member_posts
from gateway.store.daily import Daily
from tests.builders import a_member, a_number, a_unit
from tests.conftest import TestClock
from tests.lines import CALLS_BACK, Caller

MONDAY = date(2026, 11, 23)
HOUR = {"hours": 7, "minutes": 1}  # from noon in India to a minute after seven


def a_lead(
    rt: Runtime,
    unit: str = "BOOTH-1",
    name: str = "Sita",
    number: Number | None = None,
    title: str = "Booth lead",
    consent: str | None = "paper",
) -> int:
    """A member who leads a booth; returns the id."""
    member_id = a_member(rt, name, number=number or a_number(), unit=unit, consent=consent)
    with unit_of_work(rt.engine) as work:
        member_posts.add_post(work.db, member_id, a_unit(work.db, unit).id, title, rt.clock())
    return member_id


def turn_on(rt: Runtime, **more: object) -> None:
    with unit_of_work(rt.engine) as work:
        daily.keep_daily(work.db, Daily(is_on=True, **more))  # type: ignore[arg-type]


def ask(rt: Runtime, **more: int) -> None:
    """What the sweep's bell leads to."""
    asking.ask_leads(rt, **more)


def days(rt: Runtime, day: date = MONDAY) -> list[UnitDay]:
    with unit_of_work(rt.engine) as work:
        return list(work.db.scalars(select(UnitDay).where(UnitDay.day == day).order_by(UnitDay.unit_id)))


def owed(rt: Runtime) -> list[Delivery]:
    with unit_of_work(rt.engine) as work:
        return list(work.db.scalars(select(Delivery).order_by(Delivery.id)))


def say(rt: Runtime, day: UnitDay, said: str, member_id: int | None = None) -> None:
    """The lead on whose phone it rang says it, or another member who rings in."""
    scene = Scene(1, member_id or day.member_id, "hi")
    with unit_of_work(rt.engine) as work:
        saying.say(work, rt, scene, day.id, said)


def nobody_answers(rt: Runtime, client: FlaskClient) -> list[Number]:
    """Place what is due; each rings out. Returns who was rung."""
    before = len(rt.voice.placed)
    send_some(rt, "voice")
    for placed in rt.voice.placed[before:]:
        phone = Caller(client, placed.number, CALLS_BACK, is_inbound=False, provider_id=placed.provider_id)
        phone.hang_up(0, "no_answer")
    return [placed.number for placed in rt.voice.placed[before:]]


def next_evening(clock: TestClock, days: int = 1) -> date:
    clock.now += timedelta(days=days)
    return clock.now.date()
