"""Owes the day's roll-up to those of staff who asked for it: an SMS, a call of a minute, or both, each about their own unit.

The roll-up and what is owed of it are two units of work. A stop in between loses nothing: what was not sent is found by
the sweep, and each person is owed each way once, by the name of the delivery. It is not urgent: it rings within the
hours, is tried again like any other call, and nobody is rung once the next day is frozen.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from babel.dates import format_date

from flows.sms_text import cut
from flows.steps import Speak
from gateway.content import BASE_LANGUAGE, SPOKEN
from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries import owe
from gateway.models import Rollup, RollupRow, Staff, Unit
from gateway.runtime import Runtime
from gateway.store import rollups

logger = logging.getLogger(__name__)

BOTH = "both"
LONGEST_SMS = 2
LONGEST_NAME = 30  # of a unit, inside an SMS
LATEST = timedelta(days=1)  # then the next day's comes


def send_due(rt: Runtime) -> None:
    """Send the last day's roll-up where that was not done; twice, or twice at once, owes nothing more."""
    with unit_of_work(rt.engine) as unit:
        rollup = rollups.lock_unsent(unit.db)
        if rollup is None:
            return
        if rt.clock() < rollup.until + LATEST:
            _owe_all(unit, rt, rollup)
        rollup.sent_at = rt.clock()


def language_of(rt: Runtime, person: Staff) -> str:
    """The language of a person's screens, where we speak it too."""
    return person.locale if person.locale in SPOKEN[rt.settings.country] else BASE_LANGUAGE


def text_of(rt: Runtime, rollup: Rollup, row: RollupRow | None, place: Unit, language: str) -> str:
    """The SMS of a unit's day: its figures and nothing of anybody's, in two messages at most."""
    found = row or RollupRow()
    counts = ("received", "danger", "answered", "confirmed", "waiting", "overdue", "asked")
    values = {name: str(getattr(found, name) or 0) for name in counts}
    values |= {"silent": str(silent(found)), "unit": place.name[:LONGEST_NAME]}
    values["date"] = format_date(rollup.day, "d MMM", locale=language)
    return cut(rt.words.text(Speak("sms.rollup", language, values)), LONGEST_SMS)


def silent(row: RollupRow) -> int:
    """Units that were asked and said nothing."""
    answered = sum(getattr(row, name) or 0 for name in ("nothing", "something", "could_not"))
    return (row.asked or 0) - answered


def _owe_all(unit: UnitOfWork, rt: Runtime, rollup: Rollup) -> None:
    setting = rollups.find_setting(unit.db)
    wanting = rollups.list_wanting(unit.db, setting.roles)
    rows = rollups.rows_by_unit(unit.db, rollup.id, [place.id for _, place in wanting])
    for person, place in wanting:
        for kind in (owe.SMS, owe.VOICE) if person.brief == BOTH else (person.brief,):
            _owe(unit, rt, rollup, person, place, rows.get(place.id), kind)
    logger.info("roll-up owed rollup_id=%s people=%s", rollup.id, len(wanting))


def _owe(
    unit: UnitOfWork,
    rt: Runtime,
    rollup: Rollup,
    person: Staff,
    place: Unit,
    row: RollupRow | None,
    kind: str,
) -> None:
    language = language_of(rt, person)
    owe.owe_brief(
        unit,
        rt,
        kind,
        rollup_id=rollup.id,
        staff_id=person.id,
        number_id=person.number_id or 0,
        language=language,
        expires_at=rollup.until + LATEST,
        text=text_of(rt, rollup, row, place, language) if kind == owe.SMS else None,
    )
