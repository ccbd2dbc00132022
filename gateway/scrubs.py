"""A round with the operators' do-not-disturb register: our numbers out, the listed ones back, the date kept (L8).

Handed out are only numbers for which we cannot show a consent; they are shuffled by their hash and carry nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from sqlalchemy import func, select

from gateway.db import UnitOfWork
from gateway.errors import Conflict
from gateway.models import Scrub, Unit
from gateway.people.columns import Wanted
from gateway.people.lists import Row, open_table
from gateway.people.refusals import Refused, refuse
from gateway.phones import Number, NumberUnreadable, parse_number
from gateway.runtime import Runtime
from gateway.store import scrubs, staff, suppressions
from gateway.suppressions import By

BATCH = 1000


@dataclass(frozen=True)
class Answer:
    """What came back: `listed` of those asked about, `strange` numbers nobody asked about, rows that are no numbers."""

    listed: int
    strange: int
    refused: list[Refused]


def ask(unit: UnitOfWork, rt: Runtime, by: By, place: Unit) -> Scrub:
    """Begin a round for a unit and everything under it. Raises Conflict where no number needs to be asked about."""
    scrub = Scrub(unit_id=place.id, staff_id=by.staff_id, asked_at=rt.clock())
    asked = scrubs.select_asked(scrub, place.path).subquery()
    scrub.asked = unit.db.scalars(select(func.count()).select_from(asked)).one()
    if not scrub.asked:
        raise Conflict(
            "of every member here we can show the consent, or nobody agreed: there is nothing to ask"
        )
    unit.db.add(scrub)
    unit.db.flush()
    staff.add_audit(
        unit.db, by.staff_id, "scrub-begun", rt.clock(), "scrub", scrub.id, place.id, asked=scrub.asked
    )
    return scrub


def hand_out(unit: UnitOfWork, rt: Runtime, by: By, scrub: Scrub, place: Unit) -> Iterator[Number]:
    """Yield the numbers of a round, for the operator's eyes only; that they went out is noted first."""
    staff.add_audit(
        unit.db, by.staff_id, "scrub-exported", rt.clock(), "scrub", scrub.id, place.id, asked=scrub.asked
    )
    rows = [(row[0], row[1]) for row in unit.db.execute(scrubs.select_asked(scrub, place.path))]
    return (rt.vault.open_number(sealed, index) for sealed, index in rows)


def take_answer(unit: UnitOfWork, rt: Runtime, by: By, scrub: Scrub, place: Unit, stream: BinaryIO) -> Answer:
    """Take the operator's file: a column of the numbers that are listed. They are left alone from now on.

    A number that an earlier round listed and this one does not is free again. The same file again changes nothing.
    Raises ListUnreadable, and Conflict where hardly any row is a number: it would free whom it should list.
    """
    listed, strange, refused = 0, 0, list[Refused]()
    scrub.answered_at = rt.clock()
    table = open_table(stream, Wanted(("phone",)))
    while rows := list(islice(table.rows, BATCH)):
        indexes = {index for row in rows if (index := _index(rt, row, refused)) is not None}
        asked = scrubs.among_asked(unit.db, scrub, place.path, indexes)
        _keep(unit, rt, by, scrub, asked)
        listed, strange = listed + len(asked), strange + len(indexes) - len(asked)
    if refused and not listed:
        raise Conflict(
            "no row of this file is a number that was asked about; is it the operator's answer?", "no-answer"
        )
    scrub.listed = listed
    unit.db.flush()
    free = scrubs.no_longer_listed(unit.db, scrub, place.path)
    counts = {"listed": listed, "strange": strange, "free": free}
    staff.add_audit(unit.db, by.staff_id, "scrub-answered", rt.clock(), "scrub", scrub.id, place.id, **counts)
    return Answer(listed, strange, refused)


def _index(rt: Runtime, row: Row | Refused, refused: list[Refused]) -> bytes | None:
    if isinstance(row, Refused):
        refused.append(row)
        return None
    try:
        return rt.vault.index(parse_number(row.cells["phone"], rt.settings.country))
    except NumberUnreadable as error:
        refused.append(refuse(row.line, "phone", error.code))
        return None


def _keep(unit: UnitOfWork, rt: Runtime, by: By, scrub: Scrub, indexes: set[bytes]) -> None:
    common = {"reason": suppressions.DO_NOT_DISTURB, "source": suppressions.SCRUB, "at": rt.clock()}
    common |= {"staff_id": by.staff_id, "scrub_id": scrub.id}
    suppressions.add_listed(unit.db, [{"number_index": index, **common} for index in sorted(indexes)])
