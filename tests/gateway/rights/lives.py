"""A member with something in every corner: what an erasure, a summary and a purge must find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import make_url

from flows.steps import OpenReport
from gateway.db import unit_of_work
from gateway.models import (
    Addition,
    Answer,
    Call,
    Delivery,
    Enrolment,
    Member,
    Message,
    NumberChange,
    OtherNumber,
    PhoneNumber,
    Post,
    ReportEvent,
    VoiceNote,
)
from gateway.phones import Number
from gateway.reports.opening import open_report
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import CallState, DeliveryReason
from gateway.store import enrolments, numbers
from gateway.store.reports import ADDITION_PURPOSE, NOTE_PURPOSE
from tests.builders import a_member, a_number

NAME = "Kanarika Devi"
WORDS = "kanarika says the pump is broken"


@dataclass(frozen=True)
class Life:
    """Where the canaries sit."""

    member_id: int
    number: Number
    number_id: int
    report_id: int
    note_id: int
    delivery_id: int


def a_life(rt: Runtime, number: Number | None = None, unit: str = "BOOTH-1") -> Life:
    """A member who called, wrote, was answered and is owed something."""
    number = number or a_number()
    member_id = a_member(rt, NAME, number=number, unit=unit)
    now = rt.clock()
    with unit_of_work(rt.engine) as work:
        db = work.db
        member = db.get_one(Member, member_id)
        call = Call(
            provider="p",
            provider_id=f"call-{member_id}",
            is_inbound=True,
            line="+918000000001",
            number_id=member.number_id,
            member_id=member_id,
            state=CallState.ENDED,
            facts={"member": {"name": NAME}},
            started_at=now,
            stepped_at=now,
        )
        db.add(call)
        db.flush()
        note = VoiceNote(
            call_id=call.id,
            member_id=member_id,
            announced_at=now,
            fetched_at=now,
            clip_key="0" * 31 + str(member_id % 10),
            peaks=[1, 2],
        )
        message = Message(
            provider="p",
            provider_id=f"message-{member_id}",
            is_inbound=True,
            line="sms",
            number_id=member.number_id,
            member_id=member_id,
            sealed_text=rt.vault.seal_text(WORDS, "messages.text", f"message-{member_id}"),
            at=now,
        )
        db.add_all([note, message])
        db.flush()
        member.name_note_id = note.id
        scene = Scene(member.number_id, member_id, "hi", message_id=message.id)
        report = open_report(work, rt, scene, OpenReport(text=WORDS, note=str(note.id)))
        report.call_id = call.id
        owed = Delivery(
            reason=DeliveryReason.ANSWER,
            kind="voice",
            report_id=report.id,
            member_id=member_id,
            number_id=member.number_id,
            due_at=now,
            created_at=now,
        )
        db.add_all(
            [
                owed,
                Answer(report_id=report.id, texts={"hi": f"{NAME}, it is mended"}, sounds={}, at=now),
                ReportEvent(
                    report_id=report.id,
                    at=now,
                    kind="note",
                    sealed_note=rt.vault.seal_text(f"spoke with {NAME}", NOTE_PURPOSE, report.id),
                ),
                Addition(
                    report_id=report.id,
                    at=now,
                    kind="more",
                    sealed_text=rt.vault.seal_text(f"{NAME} again", ADDITION_PURPOSE, report.id),
                ),
                Post(member_id=member_id, unit_id=member.unit_id, title="Kanarika post", since=now),
                OtherNumber(
                    member_id=member_id,
                    number_id=numbers.add_number(db, rt.vault, a_number(), now),
                    since=now,
                ),
            ]
        )
        place = rt.vault.seal_text("Kanarika nagar", enrolments.PLACE_PURPOSE, member_id)
        db.add(Enrolment(member_id=member_id, way="call", begun_at=now, sealed_place=place))
        db.add(NumberChange(number_id=member.number_id, member_id=member_id, unit_id=member.unit_id, at=now))
        db.flush()
        assert member.number_id is not None
        return Life(member_id, number, member.number_id, report.id, note.id, owed.id)


def dump(rt: Runtime) -> str:
    """Everything that stands in the database, as a thief would read it."""
    url = make_url(rt.settings.database_url).set(drivername="postgresql")
    found: list[str] = []
    with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
        tables: Any = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        for (name,) in tables:
            found += [str(row) for row in connection.execute(f'SELECT t::text FROM "{name}" t').fetchall()]
    return "\n".join(found).casefold()


def is_dialable(rt: Runtime, number_id: int) -> bool:
    with unit_of_work(rt.engine) as work:
        return work.db.get_one(PhoneNumber, number_id).sealed != b""
