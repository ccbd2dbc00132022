"""Makes what tests need, with sensible defaults: `a_unit`, `a_member`, `a_broadcast` … The cast: Sita, Ramesh, Asha."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from sqlalchemy.orm import Session

from gateway import enrolment
from gateway.broadcasts import draft as drafts
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import Broadcast, Member, Staff, Unit
from gateway.phones import Number
from gateway.runtime import Runtime
from gateway.store import members, numbers, units

_tails = itertools.count(1)


def a_number(tail: int | None = None) -> Number:
    """An invented number of the block that no provider is asked to dial."""
    return Number(f"+917000{(tail if tail is not None else next(_tails)):06d}")


def a_unit(
    db: Session, code: str = "BOOTH-1", name: str = "Booth 1", kind: str = "booth", under: str = ""
) -> Unit:
    """A unit, found or made; `under` is the code of its parent."""
    found = units.find_unit_by_code(db, code)
    if found is not None:
        return found
    parent = a_unit(db, under, under.title(), "block") if under else None
    return units.add_unit(db, code, name, kind, parent)


def a_member(
    rt: Runtime,
    name: str = "Sita",
    *,
    number: Number | None = None,
    unit: str = "BOOTH-1",
    under: str = "",
    language: str = "hi",
    consent: str | None = "paper",
) -> int:
    """A member with a number and, unless told otherwise, a consent on paper; returns the id."""
    with unit_of_work(rt.engine) as work:
        return _member(
            work, rt, name, number or a_number(), a_unit(work.db, unit, under=under), language, consent
        ).id


def _member(
    work: UnitOfWork, rt: Runtime, name: str, number: Number, place: Unit, language: str, consent: str | None
) -> Member:
    number_id = numbers.add_number(work.db, rt.vault, number, rt.clock())
    member = members.add_member(work.db, number_id, place.id, rt.clock(), name, language)
    if consent:
        enrolment.import_consent(work, rt, member, consent, None)
        work.db.flush()
        work.db.refresh(member)
    return member


def a_person_of_staff(rt: Runtime, name: str = "Asha", role: str = "staff", unit: str = "BOOTH-1") -> int:
    """Somebody with a login, bound to a unit; returns the id."""
    with unit_of_work(rt.engine) as work:
        staff = Staff(
            email=f"{name.lower()}@example.org",
            name=name,
            role=role,
            unit_id=a_unit(work.db, unit).id,
            created_at=rt.clock(),
        )
        work.db.add(staff)
        work.db.flush()
        return staff.id


def a_broadcast(
    rt: Runtime,
    unit: str = "BOOTH-1",
    kind: str = "voice",
    texts: Mapping[str, str] | None = None,
    message_class: str = "organisational",
) -> int:
    """A draft of a broadcast to a unit; returns the id."""
    with unit_of_work(rt.engine) as work:
        made: Broadcast = drafts.draft(
            work,
            rt,
            kind=kind,
            title="Meeting",
            place=a_unit(work.db, unit),
            texts=texts or {"hi": "कल दस बजे मीटिंग है।"},
            sounds={},
            message_class=message_class,
        )
        return made.id
