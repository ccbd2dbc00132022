"""Reading aloud at the console: the pages of sounds, an upload, a refused file, an old reading put back, and who may."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy import select

from gateway import sounds, takes
from gateway.db import unit_of_work
from gateway.models import Broadcast, Script, Take
from gateway.runtime import Runtime
from tests.audio.sounds import file_of, speech_like
from tests.builders import a_broadcast, a_unit
from tests.gateway.console.desk import Desk, a_desk
from tests.gateway.test_takes import a_voice

NAME = "goodbye.member"


@pytest.fixture
def script(rt: Runtime) -> Script:
    with unit_of_work(rt.engine) as unit:
        takes.keep_scripts(unit, rt, sounds.catalogue(rt))
        found = unit.db.scalars(select(Script).where(Script.name == NAME, Script.language == "hi")).one()
        unit.db.expunge_all()
    return found


@pytest.fixture
def admin(app: Flask, rt: Runtime) -> Desk:
    from gateway.store import units

    with unit_of_work(rt.engine) as unit:
        code = units.root_unit(unit.db).code
    return a_desk(app, rt, role="administrator", unit=code)


def give(desk: Desk, script: Script, raw: bytes, name: str = "voice.wav", then: str = "stay") -> str:
    answer = desk.post(f"/sounds/scripts/{script.id}", sound=(io.BytesIO(raw), name), then=then)
    return desk.read(answer.location) if answer.status_code == 302 else answer.get_data(as_text=True)


def chosen(rt: Runtime) -> list[str]:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(Take.public_id).where(Take.is_chosen)))


def test_a_reading_is_uploaded_heard_and_put_back(rt: Runtime, admin: Desk, script: Script) -> None:
    page = admin.read(f"/sounds/scripts/{script.id}")
    assert script.words in page and str(script.number) in page and "No sound yet" in page
    assert "heard from now on" in give(admin, script, a_voice())
    first = chosen(rt)
    assert "recorded in the browser" in give(admin, script, a_voice(2.7), "recording.wav")
    assert chosen(rt) != first
    answer = admin.post(f"/sounds/takes/{first[0]}/choose")
    assert (answer.status_code, chosen(rt)) == (302, first)
    admin.post(f"/sounds/takes/{first[0]}/drop")
    assert chosen(rt) == []
    assert "Put it back" in admin.read(f"/sounds/scripts/{script.id}")


def test_the_missing_ones_are_read_in_a_row(rt: Runtime, admin: Desk, script: Script) -> None:
    page = admin.read("/sounds/hi")
    assert "Record the missing ones in a row" in page
    answer = admin.post(f"/sounds/scripts/{script.id}", sound=(io.BytesIO(a_voice()), "a.wav"), then="next")
    assert answer.location != f"/sounds/scripts/{script.id}"
    assert "Read aloud" in admin.read(answer.location)
    assert script.words in admin.read("/sounds/hi?show=human")
    before = script.number - 1
    assert script.words not in admin.read(f"/sounds/hi?show=none&after={before}")
    assert script.words in admin.read(f"/sounds/hi?after={before}")
    assert "More" in page and len(page) < 40_000
    assert "1" in admin.read("/sounds")


REFUSED = {
    "empty": (b"", "The file is empty"),
    "none": (b"no sound at all" * 99, "WAV, MP3, OGG and FLAC work"),
    "archive": (b"PK\x03\x04" + bytes(5000), "WAV, MP3, OGG and FLAC work"),
    "silence": (a_voice(2.5, 0.0), "Nothing can be heard"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_no_reading_is_refused_in_words_and_the_old_one_stays(
    rt: Runtime, admin: Desk, script: Script, kind: str
) -> None:
    give(admin, script, a_voice())
    before = chosen(rt)
    raw, said = REFUSED[kind]
    assert said in give(admin, script, raw)
    assert chosen(rt) == before


def test_a_faulty_reading_waits_until_somebody_says_that_it_will_do(
    rt: Runtime, admin: Desk, script: Script
) -> None:
    give(admin, script, a_voice())
    before = chosen(rt)
    page = give(admin, script, file_of(speech_like(28, 8000)))
    assert "not heard yet" in page and "Use it anyway" in page
    assert chosen(rt) == before


def test_a_narrator_is_named_for_a_language(admin: Desk, script: Script) -> None:
    admin.post("/sounds/hi/narrator", narrator="Meera  Devi")
    assert "Meera Devi" in admin.read("/sounds") and "Narrator: Meera Devi" in admin.read(
        f"/sounds/scripts/{script.id}"
    )
    assert admin.get("/sounds/xx").status_code == 404


def test_a_coordinator_reads_messages_of_their_unit_and_no_prompts(
    app: Flask, rt: Runtime, script: Script
) -> None:
    desk = a_desk(app, rt)
    assert desk.get("/sounds").status_code == 403
    assert desk.get(f"/sounds/scripts/{script.id}").status_code == 404
    own, others = a_broadcast(rt, "BOOTH-1"), a_broadcast(rt, "BOOTH-2")
    with unit_of_work(rt.engine) as unit:
        ids = [unit.db.get_one(Broadcast, each).public_id for each in (own, others)]
    answer = desk.post(f"/broadcasts/{ids[0]}/read/hi")
    page = desk.read(answer.location)
    assert "press 6" in page and "Keep it" in page
    desk.post(answer.location, sound=(io.BytesIO(a_voice(4)), "a.wav"))
    with unit_of_work(rt.engine) as unit:
        take = unit.db.scalars(select(Take)).one()
        assert unit.db.get_one(Broadcast, own).sounds == {"hi": take.clip_key}
    assert desk.post(f"/broadcasts/{ids[1]}/read/hi").status_code == 404
    assert a_desk(app, rt, "Kamal", unit="BOOTH-2").get(answer.location).status_code == 404
    assert a_desk(app, rt, "Sunita", role="staff").get(answer.location).status_code == 403


def test_an_administrator_of_a_part_sees_the_prompts_and_changes_none(
    app: Flask, rt: Runtime, script: Script
) -> None:
    with unit_of_work(rt.engine) as unit:
        a_unit(unit.db, "BOOTH-1", under="BLOCK-1")
    desk = a_desk(app, rt, role="administrator", unit="BOOTH-1")
    assert "Only administrators of the whole organisation" in desk.read(f"/sounds/scripts/{script.id}")
    answer = desk.post(f"/sounds/scripts/{script.id}", sound=(io.BytesIO(a_voice()), "a.wav"))
    assert (answer.status_code, chosen(rt)) == (403, [])
