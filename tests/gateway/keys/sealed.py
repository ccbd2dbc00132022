"""A house in which every sealed column holds something, written by the code that writes it in life."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from gateway import number_changes, voice_notes
from gateway.access import second_factor
from gateway.db import unit_of_work
from gateway.keys.cells import Cell
from gateway.models import (
    Addition,
    Enrolment,
    Member,
    Report,
    ReportEvent,
    RightsRequest,
    Staff,
    VoiceNote,
    new_public_id,
)
from gateway.people.everything import REQUEST_TEXT
from gateway.phones import Number
from gateway.rights import erase
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.store import enrolments
from gateway.store.reports import ADDITION_PURPOSE, NOTE_PURPOSE, NUMBER_PURPOSE
from tests.builders import a_member, a_number, a_person_of_staff
from tests.conftest import SECRET
from tests.lines import Caller

ROUNDS = ("Sita", "Ramesh")


def fill(rt: Runtime, client: FlaskClient) -> None:
    """Two rows at least of every sealed column."""
    for name in ROUNDS:
        number = a_number()
        a_member(rt, name, number=number)
        write(client, number, f"REPORT the well of {name} is dry", f"sms-{name}")
        caller = Caller(client, number)
        caller.ring()
        caller.press("1")
        caller.speak(f"http://127.0.0.1:9/recordings/{name}.wav")
        caller.hang_up()
        _second_factor(rt, name)
        _erased(rt, name)
        _asked(rt, name)
    _drafts(rt)
    _about_reports(rt)


def _drafts(rt: Runtime) -> None:
    with unit_of_work(rt.engine) as unit:
        for note in unit.db.scalars(select(VoiceNote)):
            voice_notes.write_draft(rt, note, "the well is dry", "en", 0.9)


def write(client: FlaskClient, number: Number, text: str, provider_id: str) -> None:
    form = {"provider_id": provider_id, "number": number, "line": "12345", "text": text}
    assert client.post(f"/callbacks/loopback/{SECRET}/sms", data=form).status_code == 200


def opened(rt: Runtime, cell: Cell) -> dict[int, bytes]:
    """Open one column, by row; raises InvalidTag where one does not open as the list of cells says."""
    return {
        row_id: rt.vault.purpose(cell.purpose).open(sealed, cell.bound_to(row))
        for row_id, sealed, row in rows(rt, cell)
    }


def rows(rt: Runtime, cell: Cell) -> list[Any]:
    query = select(cell.table.c.id, cell.column, cell.row_column).where(cell.key != b"")
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.execute(query.order_by(cell.table.c.id)))


def _about_reports(rt: Runtime) -> None:
    """What was added to each report, what staff noted about it, and the number of who stayed unnamed."""
    with unit_of_work(rt.engine) as unit:
        for report in unit.db.scalars(select(Report)).all():
            more = rt.vault.seal_text(f"more of {report.reference}", ADDITION_PURPOSE, report.id)
            note = rt.vault.seal_text(f"note on {report.reference}", NOTE_PURPOSE, report.id)
            report.sealed_number = rt.vault.seal_text("1", NUMBER_PURPOSE, report.reference)
            unit.db.add(Addition(report_id=report.id, at=rt.clock(), kind="more", sealed_text=more))
            unit.db.add(ReportEvent(report_id=report.id, at=rt.clock(), kind="note", sealed_note=note))


def _second_factor(rt: Runtime, name: str) -> None:
    with unit_of_work(rt.engine) as unit:
        person = unit.db.get_one(Staff, a_person_of_staff(rt, f"{name}-at-the-desk"))
        person.sealed_totp = rt.vault.seal_text(f"SECRETOF{name}", second_factor.PLACE, person.id)


def _erased(rt: Runtime, name: str) -> None:
    member_id = a_member(rt, f"{name} who left")
    with unit_of_work(rt.engine) as unit:
        erase.erase(unit, rt, member_id, "staff")


def _asked(rt: Runtime, name: str) -> None:
    """The village of somebody who joins, and what somebody says is wrong."""
    member_id = a_member(rt, f"{name} who joined")
    public_id = new_public_id()
    with unit_of_work(rt.engine) as unit:
        village = rt.vault.seal_text(f"village of {name}", enrolments.PLACE_PURPOSE, member_id)
        unit.db.add(Enrolment(member_id=member_id, way="sms", begun_at=rt.clock(), sealed_place=village))
        wrong = rt.vault.seal_text(f"{name} is my sister", REQUEST_TEXT, public_id)
        place = unit.db.get_one(Member, member_id).unit_id
        unit.db.add(
            RightsRequest(
                public_id=public_id,
                kind="correction",
                how="sms",
                unit_id=place,
                sealed_text=wrong,
                at=rt.clock(),
            )
        )
        number_id = unit.db.get_one(Member, member_id).number_id
        number_changes.claim(unit, rt, Scene(number_id, member_id, "en"), None, f"{name} of the old number")
