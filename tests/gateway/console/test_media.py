"""Sounds over HTTP and what supervisors ask."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.models import AuditEntry
from gateway.runtime import Runtime
from tests.conftest import TestClock
from tests.gateway.console.seats import a_report, a_sound, a_tree, public_note_id, seat


def test_clip_may_be_kept_for_ever(client: FlaskClient, rt: Runtime) -> None:
    key = rt.clips.store_take(a_sound()).key
    answer = client.get(f"/clips/{key}.wav")
    assert (answer.status_code, answer.mimetype) == (200, "audio/wav")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (
        client.get(f"/clips/{key}.wav", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    )
    assert client.head(f"/clips/{key}.wav").headers["Content-Length"] == str(len(answer.data))


def test_clip_is_sent_in_pieces_when_asked(client: FlaskClient, rt: Runtime) -> None:
    key = rt.clips.store_take(a_sound()).key
    answer = client.get(f"/clips/{key}.wav", headers={"Range": "bytes=0-99"})
    assert (answer.status_code, len(answer.data)) == (206, 100)


def test_clip_that_is_none_is_not_there(client: FlaskClient) -> None:
    for name in (
        "0" * 32 + ".wav",
        "nonsense.wav",
        "..%2f..%2fsettings.py",
        "0" * 32 + ".mp3",
        "0" * 32 + ".exe",
    ):
        assert client.get(f"/clips/{name}").status_code == 404, name


def test_emulator_on_this_machine_learns_the_words_of_a_clip(client: FlaskClient, rt: Runtime) -> None:
    clip = rt.clips.store_take(a_sound())
    clip.path.with_suffix(".txt").write_text("नमस्ते जी", encoding="utf-8")
    near = client.get(f"/clips/{clip.key}.wav")
    far = client.get(f"/clips/{clip.key}.wav", environ_base={"REMOTE_ADDR": "203.0.113.5"})
    assert near.headers["X-Caption"].startswith("%E0%A4%A8") and "X-Caption" not in far.headers


def test_voice_note_is_played_by_staff_and_noted_once(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    note = public_note_id(rt, a_report(rt, has_voice=True))
    browser = seat(app, rt)
    assert browser.get(f"/voice-notes/{note}.wav").mimetype == "audio/wav"
    assert browser.get(f"/voice-notes/{note}.wav", headers={"Range": "bytes=100-"}).status_code == 206
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(AuditEntry.action)).all() == ["voice-note-played"]


def test_no_piece_of_a_voice_note_goes_unnoticed(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    note = public_note_id(rt, a_report(rt, has_voice=True))
    browser = seat(app, rt)
    for _ in range(2):
        browser.get(f"/voice-notes/{note}.wav", headers={"Range": "bytes=44-"})
        clock.forward(minutes=11)
    browser.get(f"/voice-notes/{note}.wav", headers={"Sec-Fetch-Dest": "document"})
    with unit_of_work(rt.engine) as work:
        noted = work.db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        units = set(work.db.scalars(select(AuditEntry.unit_id)))
    assert noted == ["voice-note-played", "voice-note-played", "voice-note-downloaded"]
    assert len(units) == 1 and None not in units


def test_voice_note_is_closed_to_strangers_and_to_those_who_only_audit(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    note = public_note_id(rt, a_report(rt, has_voice=True))
    assert app.test_client().get(f"/voice-notes/{note}.wav").status_code == 302
    assert seat(app, rt, role="auditor").get(f"/voice-notes/{note}.wav").status_code == 403


def test_service_is_alive_but_not_ready_when_no_worker_runs(client: FlaskClient) -> None:
    assert client.get("/health/live").json == {"live": True}
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json and answer.json["checks"]["database"]) == (503, True)
    assert answer.json and answer.json["checks"]["worker"] is False


def test_metrics_count_states_and_name_nobody(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    a_report(rt)
    text = app.test_client().get("/metrics").text
    assert 'memberline_reports{state="received"} 1.0' in text and "memberline_open_calls 0.0" in text
    assert "Sita" not in text and "7000" not in text
