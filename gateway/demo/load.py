"""Loads the demo organisation once: speech first, then everything in one transaction, then the files beside it."""

from __future__ import annotations

import logging
import random

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from gateway.db import UnitOfWork, unit_of_work
from gateway.demo.broadcasts import write_broadcasts
from gateway.demo.cast import cast
from gateway.demo.content import content
from gateway.demo.days import freeze_days, write_days, write_holidays
from gateway.demo.files import SEED, DemoLogins, write_files
from gateway.demo.house import House
from gateway.demo.learnt import write_learnt
from gateway.demo.listening import write_calls
from gateway.demo.lives import live_on
from gateway.demo.members import settle_members
from gateway.demo.news import write_news
from gateway.demo.overlays import settle_overlays
from gateway.demo.places import BOOTH_OF_24, tree
from gateway.demo.reports import write_reports
from gateway.demo.staff import settle_staff
from gateway.demo.units import settle_units
from gateway.demo.views import write_views
from gateway.demo.voices import speak_all
from gateway.errors import Conflict, NotAllowed
from gateway.models import Member, Setting
from gateway.runtime import Runtime
from gateway.sounds import WRITTEN
from gateway.store import people
from gateway.store.activity import DEMO

logger = logging.getLogger(__name__)


def load(rt: Runtime) -> DemoLogins:
    """Load the demo organisation into an empty service; a second time changes nothing. Returns the logins.

    Raises NotAllowed where the provider is no emulator, Conflict where the service has members already.
    """
    if not rt.settings.is_emulated:
        raise NotAllowed("the demo is only loaded beside an emulator: its numbers must never be dialled")
    if _is_wanted(rt):
        _load(rt)
    return write_files(rt)


def _is_wanted(rt: Runtime) -> bool:
    with unit_of_work(rt.engine) as unit:
        if unit.db.get(Setting, DEMO) is not None:
            return False
        _refuse_others(unit)
    return True


def _load(rt: Runtime) -> None:
    written = content()
    notes = speak_all(rt, written.reports, SEED)
    with unit_of_work(rt.engine) as unit:
        house = House(unit, rt, rt.clock(), random.Random(SEED))  # noqa: S311
        if not _mark(house):
            return
        _refuse_others(unit)
        places = tree(written.places)
        settle_units(house, places)
        settle_staff(house, written)
        settle_members(house, cast(written, places, SEED))
        settle_overlays(house, written.places["blocks"])
        write_broadcasts(house, written.broadcasts)
        write_news(house, written.news)
        write_holidays(house)
        live_on(house, write_reports(house, written.reports, notes))
        write_calls(house)
        write_learnt(house)
        write_days(house)
        write_views(house)
        freeze_days(house)
        house.ring_sounds(WRITTEN, 0)
        _ring_names(house)
    logger.info("demo loaded members=%s reports=%s", len(house.people), len(written.reports))


def _mark(house: House) -> bool:
    """Claim the loading; somebody who loads at the same moment waits here and finds it done."""
    row = {"name": DEMO, "value": {"loaded_at": house.now.isoformat(), "seed": SEED}}
    marked = insert(Setting).values(row).on_conflict_do_nothing().returning(Setting.name)
    return house.unit.db.scalar(marked) is not None


def _refuse_others(unit: UnitOfWork) -> None:
    if unit.db.scalar(select(exists(select(Member.id)))):
        raise Conflict(
            "the demo is only loaded into an empty service, and this one has members: start with --no-demo"
        )


def _ring_names(house: House) -> None:
    """Names are spoken where a phone is shared; in the booth of 24 they should be there at the first call."""
    near = [each.number_id for each in house.people_under(BOOTH_OF_24)]
    for member_id in people.sharing(house.unit.db, near):
        house.ring_sounds("member", member_id)
