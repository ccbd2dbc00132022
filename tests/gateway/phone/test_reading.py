"""Reading aloud by phone: behind the code a number is keyed, read, heard and kept; each only what its reader may read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from audio.clips import Utterance
from gateway import reading, sounds, takes
from gateway.access import passwords
from gateway.db import unit_of_work
from gateway.models import AuditEntry, Broadcast, Script, Staff, Take, VoiceNote
from gateway.runtime import Runtime
from gateway.store import numbers, units
from tests.builders import a_broadcast, a_member, a_number, a_person_of_staff, a_unit
from tests.gateway.test_takes import a_voice
from tests.lines import Caller

CODE = "48213"
KEPT = passwords.hash_password(CODE)


@pytest.fixture
def prompt(rt: Runtime) -> Iterator[Script]:
    """The script of a prompt, with all sounds of the catalogue left to the provider's voice."""
    with unit_of_work(rt.engine) as unit:
        takes.keep_scripts(unit, rt, sounds.catalogue(rt))
        found = unit.db.scalars(
            select(Script).where(Script.name == "goodbye.member", Script.language == "hi")
        ).one()
        unit.db.expunge_all()
    yield found


def a_reader(
    rt: Runtime, client: FlaskClient, role: str = "administrator", code: str | None = None
) -> Caller:
    """Somebody of staff who has joined, beyond the code and asked for a number."""
    number = a_number()
    a_member(rt, "Meera", number=number, under="BLOCK-1")
    with unit_of_work(rt.engine) as unit:
        place = code or units.root_unit(unit.db).code
    staff_id = a_person_of_staff(rt, "Meera", role, place)
    with unit_of_work(rt.engine) as unit:
        person = unit.db.get_one(Staff, staff_id)
        person.number_id = numbers.add_number(unit.db, rt.vault, number, rt.clock())
        person.phone_code_hash = KEPT
    phone = Caller(client, number)
    phone.ring()
    phone.press("6")
    phone.press(CODE)
    phone.wait()
    return phone


def heard(rt: Runtime, phone: Caller, prompt: str) -> bool:
    return rt.words.texts["hi"][prompt].split("{")[0].strip() in phone.heard[-1]


def key_in(phone: Caller, script: Script) -> None:
    phone.press(str(script.number))
    phone.wait()


def come(rt: Runtime, raw: bytes) -> None:
    """The recording of the call has been fetched."""
    with unit_of_work(rt.engine) as unit:
        note = unit.db.scalars(select(VoiceNote).order_by(VoiceNote.id.desc())).first()
        assert note is not None
        note.original_key = rt.notes.store_original(raw)
        reading.keep(unit, rt, note)


def test_a_prompt_is_read_heard_and_kept(rt: Runtime, client: FlaskClient, prompt: Script) -> None:
    phone = a_reader(rt, client)
    assert heard(rt, phone, "reading.number")
    key_in(phone, prompt)
    assert prompt.words in phone.heard[-1] and heard(rt, phone, "reading.speak")
    phone.speak()
    come(rt, a_voice())
    phone.wait()
    phone.wait()
    assert heard(rt, phone, "reading.keep") and not heard(rt, phone, "reading.flaw")
    with unit_of_work(rt.engine) as unit:
        take = unit.db.scalars(select(Take)).one()
    assert (take.is_chosen, take.via, take.call_id is not None) == (False, "phone", True)
    phone.press("1")
    phone.wait()
    assert heard(rt, phone, "reading.kept")
    clip = rt.clips.find(Utterance(prompt.words, "hi", prompt.name))
    assert clip is not None and clip.key == take.clip_key
    with unit_of_work(rt.engine) as unit:
        said = unit.db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert said[-2:] == ["take-read", "take-chosen"]


def test_whoever_is_not_content_reads_again_and_a_flaw_is_told(
    rt: Runtime, client: FlaskClient, prompt: Script
) -> None:
    phone = a_reader(rt, client)
    key_in(phone, prompt)
    phone.speak()
    come(rt, a_voice(30))
    phone.wait()
    phone.wait()
    assert heard(rt, phone, "reading.flaw")
    phone.press("2")
    phone.speak("http://127.0.0.1:9/recordings/2.wav")
    phone.wait()
    assert not heard(rt, phone, "reading.keep")  # the first reading is not taken for the second
    come(rt, a_voice())
    phone.wait()
    phone.wait()
    phone.press("1")
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Take.is_chosen).order_by(Take.id)).all() == [False, True]


def test_a_recording_that_never_comes_ends_in_a_word(
    rt: Runtime, client: FlaskClient, prompt: Script
) -> None:
    phone = a_reader(rt, client)
    key_in(phone, prompt)
    phone.speak()
    for _ in range(6):
        phone.wait()
    assert heard(rt, phone, "reading.later")


def test_a_coordinator_reads_their_own_messages_and_nothing_else(
    rt: Runtime, client: FlaskClient, prompt: Script
) -> None:
    with unit_of_work(rt.engine) as unit:
        a_unit(unit.db, "BOOTH-1", under="BLOCK-1")
    ids = [a_broadcast(rt, unit) for unit in ("BOOTH-1", "BOOTH-2")]
    with unit_of_work(rt.engine) as unit:
        own, other = (takes.script_for(unit, rt, unit.db.get_one(Broadcast, each), "hi") for each in ids)
        unit.db.expunge_all()
    phone = a_reader(rt, client, "coordinator", "BOOTH-1")
    for each in (prompt, other):
        key_in(phone, each)
        assert heard(rt, phone, "reading.unknown")
    key_in(phone, own)
    phone.speak()
    come(rt, a_voice(4))
    phone.wait()
    phone.wait()
    phone.press("1")
    with unit_of_work(rt.engine) as unit:
        take = unit.db.scalars(select(Take)).one()
        assert unit.db.get_one(Broadcast, ids[0]).sounds == {"hi": take.clip_key}


def test_who_was_let_go_in_the_middle_of_the_call_keeps_nothing(
    rt: Runtime, client: FlaskClient, prompt: Script
) -> None:
    phone = a_reader(rt, client)
    key_in(phone, prompt)
    phone.speak()
    come(rt, a_voice())
    phone.wait()
    phone.wait()
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Staff).values(disabled_at=rt.clock()))
    phone.press("1")
    phone.wait()
    assert heard(rt, phone, "reading.failed")
    with unit_of_work(rt.engine) as unit:
        assert not unit.db.scalars(select(Take.is_chosen)).one()
