"""People of staff in front of a browser, and the reports they find: what the tests of the console begin with."""

from __future__ import annotations

import hashlib

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from audio.wav import wav_of
from gateway.access.passwords import hash_password
from gateway.db import unit_of_work
from gateway.models import Report, Staff, VoiceNote
from gateway.runtime import Runtime
from gateway.states import ReportState, Urgency
from gateway.store import members, reports, staff, units
from gateway.store.sight import EVERYTHING
from tests.builders import a_member, a_person_of_staff, a_unit
from tests.gateway.console.desk import form_token

PASSWORD = "neem tree at the well"
_kept: list[str] = []


def a_tree(rt: Runtime) -> None:
    """Agra with two blocks, a booth under each."""
    with unit_of_work(rt.engine) as work:
        agra = units.add_unit(work.db, "AGRA", "Agra", "district", None)
        for code, name, booth in (("ACH", "Achhnera", "BOOTH-1"), ("BAH", "Bah", "BOOTH-2")):
            block = units.add_unit(work.db, code, name, "block", agra)
            units.add_unit(work.db, booth, booth.title(), "booth", block)


def seat(app: Flask, rt: Runtime, name: str = "Asha", role: str = "staff", unit: str = "ACH") -> FlaskClient:
    """A browser in which this person has signed in (without the tenth of a second that a password takes)."""
    _kept or _kept.append(hash_password(PASSWORD))
    staff_id = a_person_of_staff(rt, name, role, unit)
    token = f"token-of-{name}"
    with unit_of_work(rt.engine) as work:
        work.db.execute(update(Staff).where(Staff.id == staff_id).values(password_hash=_kept[0]))
        staff.add_sign_in(work.db, staff_id, hashlib.sha256(token.encode()).digest(), rt.clock())
    browser = app.test_client()
    browser.set_cookie("memberline", token)
    return browser


def enter(
    browser: FlaskClient, email: str = "asha@example.org", password: str = PASSWORD, **more: str
) -> TestResponse:
    """Fill in the form of the sign-in page and send it."""
    return post(browser, "/sign-in", page="/sign-in", email=email, password=password, **more)


def post(browser: FlaskClient, path: str, page: str = "/account", **form: object) -> TestResponse:
    """Send a form as a browser would, with the token of a page it has seen."""
    return browser.post(path, data={"csrf_token": form_token(browser, page), **form})


def a_report(
    rt: Runtime,
    unit: str = "BOOTH-1",
    *,
    name: str = "Sita",
    state: ReportState = ReportState.RECEIVED,
    urgency: Urgency = Urgency.SOON,
    text: str | None = "पानी नहीं है",
    has_voice: bool = False,
    desk: str | None = None,
) -> str:
    """A report from a member of this unit; with `desk` it went past the local staff. Returns its public id."""
    member_id = a_member(rt, name, unit=unit)
    with unit_of_work(rt.engine) as work:
        member, place = members.get_member(work.db, member_id), a_unit(work.db, unit)
        note = _note(rt) if has_voice else None
        if note:
            work.db.add(note)
            work.db.flush()
        reference = f"{4000 + reports.next_number(work.db) * 7}"
        made = Report(
            reference=reference,
            state=state,
            urgency=urgency,
            source="voice" if has_voice else "sms",
            member_id=member.id,
            number_id=member.number_id,
            unit_id=place.id,
            desk_unit_id=a_unit(work.db, desk).id if desk else place.id,
            sight_unit_id=a_unit(work.db, desk).id if desk else place.id,
            is_past_local=desk is not None,
            voice_note_id=note.id if note else None,
            sealed_text=rt.vault.seal_text(text, reports.TEXT_PURPOSE, reference)
            if text and not note
            else None,
            language="hi",
            received_at=rt.clock(),
        )
        work.db.add(made)
        work.db.flush()
        return made.public_id


def a_sound(seconds: float = 3.0) -> bytes:
    """A WAV file in which something is heard."""
    samples = ((6000 if index // 20 % 2 else -6000) for index in range(int(8000 * seconds)))
    return wav_of(b"".join(each.to_bytes(2, "little", signed=True) for each in samples))


def _note(rt: Runtime) -> VoiceNote:
    clip = rt.notes.store_take(a_sound())
    return VoiceNote(
        clip_key=clip.key,
        seconds=clip.seconds,
        peaks=[40] * 160,
        announced_at=rt.clock(),
        fetched_at=rt.clock(),
    )


def public_note_id(rt: Runtime, report: str) -> str:
    """The public id of a report's recording."""
    with unit_of_work(rt.engine) as work:
        found = reports.get_visible(work.db, EVERYTHING, report)
        assert found.voice_note_id is not None
        return work.db.get_one(VoiceNote, found.voice_note_id).public_id


def state_of(rt: Runtime, report: str) -> ReportState:
    with unit_of_work(rt.engine) as work:
        return reports.get_visible(work.db, EVERYTHING, report).state
