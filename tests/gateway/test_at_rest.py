"""A stolen disk: what a member said, wrote and rang from is nowhere on it in a form that can be read (C19)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

import psycopg
from flask.testing import FlaskClient
from sqlalchemy import make_url, select, text

from audio.clips import take_key
from audio.convert import to_telephone
from flows.steps import Tell
from gateway import voice_notes
from gateway.db import unit_of_work
from gateway.models import Base, DutyNumber, Member, VoiceNote
from gateway.runtime import SPOKEN, VOICE_NOTES, Runtime
from gateway.speech import Speaker
from gateway.store import numbers
from tests import servers
from tests.builders import a_member, a_number
from tests.conftest import SECRET
from tests.gateway.console.seats import a_sound
from tests.lines import Caller

WORDS = "qzkanari the well behind the school is dry"
EVIL = "qzkanari somebody takes money for the card"


def test_words_numbers_and_voices_are_unreadable_on_disk(rt: Runtime, client: FlaskClient) -> None:
    number, stranger = a_number(), a_number()
    member_id = a_member(rt, "Sita", number=number)
    _duty(rt, member_id)
    for sender, words in ((number, f"REPORT {WORDS}"), (stranger, EVIL), (number, WORDS.upper())):
        _write(client, sender, words)
    for sender in (number, stranger):
        _report_danger_by_voice(client, sender)
    sound = a_sound()
    _fetch_all(rt, sound)
    _play_to_duty(rt, client, sound)
    wanted = [WORDS[:20], EVIL[:20], WORDS.upper()[:20], number[-10:], stranger[-10:], "qzkanari"]
    assert found_in(_dump(rt), wanted) == []
    assert found_in(_disk_of(rt), wanted) == []
    folder = _folder(rt.settings.data_dir)
    assert found_in(folder, wanted) == []
    pcm = to_telephone(sound).pcm[4000:4200]
    assert [name for name, content in _folder(rt.settings.data_dir) if pcm in content] == []
    for kept in (VOICE_NOTES, SPOKEN):
        assert any(name.startswith(f"{kept}/") for name, _ in folder), kept


def test_search_finds_what_is_readable() -> None:
    for form in (EVIL.encode(), EVIL.encode().hex().encode(), base64.b64encode(b"{" + EVIL.encode() + b"}")):
        assert found_in([("disk", b"\\x00" + form)], [EVIL[:20]]) == [("disk", EVIL[:20])]


def found_in(files: list[tuple[str, bytes]], wanted: list[str]) -> list[tuple[str, str]]:
    """Where one of these stands: as text, in hexadecimal digits, in base 64."""
    return [
        (name, each) for name, content in files for each in wanted for form in _forms(each) if form in content
    ]


def _forms(words: str) -> Iterator[bytes]:
    plain = words.encode()
    yield from (plain, plain.hex().encode(), words.encode("utf-16-le"))
    yield from (base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3) if len(plain) > 9)


def _dump(rt: Runtime) -> list[tuple[str, bytes]]:
    """Every table as a dump writes it."""
    url = (
        make_url(rt.settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    dumped = []
    with psycopg.connect(url) as connection:
        for name in Base.metadata.tables:
            with connection.cursor().copy(f'COPY "{name}" TO STDOUT') as rows:
                dumped.append((name, b"".join(bytes(piece) for piece in rows)))
    return dumped


def _disk_of(rt: Runtime) -> list[tuple[str, bytes]]:
    """The files of this database, and the log of writes."""
    with rt.engine.connect() as db:
        oid = db.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        db.execute(text("CHECKPOINT"))
    cluster = servers._folder() / "postgres" / "cluster"
    files = [*(cluster / "base" / str(oid)).glob("*"), *(cluster / "pg_wal").glob("*")]
    return [(path.name, path.read_bytes()) for path in files if path.is_file()]


def _folder(folder: Path) -> list[tuple[str, bytes]]:
    return [
        (str(path.relative_to(folder)), path.read_bytes()) for path in folder.rglob("*") if path.is_file()
    ]


def _write(client: FlaskClient, number: str, words: str) -> None:
    form = {"provider_id": f"sms-{len(words)}", "number": number, "line": "12345", "text": words}
    assert client.post(f"/callbacks/loopback/{SECRET}/sms", data=form).status_code == 200


def _report_danger_by_voice(client: FlaskClient, number: str) -> None:
    caller = Caller(client, number)
    caller.ring()
    caller.press("1")
    caller.speak(f"http://127.0.0.1:9/recordings/{number[-4:]}.wav")
    caller.press("3")
    caller.hang_up()


def _fetch_all(rt: Runtime, sound: bytes) -> None:
    with unit_of_work(rt.engine) as unit:
        due = list(unit.db.scalars(select(VoiceNote.id)))
    assert due
    for note_id in due:
        voice_notes._keep(rt, note_id, sound, to_telephone(sound), voice_notes.nothing)


def _duty(rt: Runtime, member_id: int) -> None:
    with unit_of_work(rt.engine) as unit:
        place = unit.db.get_one(Member, member_id).unit_id
        number_id = numbers.add_number(unit.db, rt.vault, a_number(), rt.clock())
        unit.db.add(DutyNumber(unit_id=place, number_id=number_id, name="Asha"))


def _play_to_duty(rt: Runtime, client: FlaskClient, sound: bytes) -> None:
    """A duty person hears the voice note itself, in a sound that is composed for the call and lies sealed."""
    speaker = Speaker(rt.words, rt.clips, rt.notes, has_captions=True)
    said = speaker.speak([Tell("", "hi", take_key(sound), is_personal=True)], is_first=True)
    assert said is not None
    answer = client.get(f"/clips/{said.clip}.wav")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")
    assert len(answer.data) > len(sound)
    part = client.get(f"/clips/{said.clip}.wav", headers={"Range": "bytes=0-99"})
    assert (part.status_code, part.data) == (206, answer.data[:100])
