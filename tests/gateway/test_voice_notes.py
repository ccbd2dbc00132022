"""Recordings from the announcement to our own store: fetched once, kept as they came, tried over minutes, lost in the open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import select

from audio.wav import wav_of
from gateway import voice_notes
from gateway.db import unit_of_work
from gateway.models import Report, ReportEvent, VoiceNote
from gateway.reports import recordings
from gateway.runtime import Runtime
from gateway.states import ReportState
from tests.conftest import TestClock
from tests.gateway.channels.stand_in import Answer, StandIn, answer, stand_in
from tests.gateway.console.seats import a_report, a_sound, a_tree


def allowed(rt: Runtime, server: StandIn) -> Runtime:
    return replace(rt, channels=replace(rt.channels, recording_hosts=frozenset({server.host})))


def an_announced(rt: Runtime, url: str) -> int:
    """A report by voice whose recording lies at that address."""
    a_tree(rt)
    public_id = a_report(rt)
    with unit_of_work(rt.engine) as unit:
        report = unit.db.scalars(select(Report).where(Report.public_id == public_id)).one()
        note = VoiceNote(announced_at=rt.clock(), due_at=rt.clock(), tries=0)
        unit.db.add(note)
        unit.db.flush()
        note.sealed_url = rt.vault.seal_text(url, voice_notes.URL_PURPOSE, note.public_id)
        report.voice_note_id, report.source = note.id, "voice"
        return note.id


def the_note(rt: Runtime, note_id: int) -> VoiceNote:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(VoiceNote, note_id)


def hiss(seconds: float = 4.0) -> bytes:
    samples = np.random.default_rng(1).normal(0, 3000, round(8000 * seconds))
    return wav_of(samples.astype("<i2").tobytes())


def test_recording_is_kept_as_it_came_beside_what_is_played(rt: Runtime) -> None:
    sound = a_sound()
    with stand_in(answer(200, sound, "audio/wav")) as server:
        note_id = an_announced(rt, f"{server.url}/a.wav")
        assert voice_notes.fetch(allowed(rt, server), note_id)
        assert voice_notes.fetch(allowed(rt, server), note_id)
    note = the_note(rt, note_id)
    assert server.connections == 1 and note.seconds == pytest.approx(3, abs=0.2)
    assert rt.notes.original(note.original_key or "") == sound
    assert note.clip_key not in (None, note.original_key) and rt.notes.clip_of(note.clip_key or "")
    kept = [path for path in (rt.settings.data_dir / "voice-notes").rglob("*") if path.is_file()]
    assert not [path for path in kept if sound[44:200] in path.read_bytes()]


MISHAPS: dict[str, Answer] = {
    "it is not there yet": answer(404),
    "the provider is down": answer(503),
    "a page comes": answer(200, b"<html>Please sign in</html>" * 20, "text/html"),
    "it is cut off": answer(200, a_sound()[:30], "audio/wav"),
}


@pytest.mark.parametrize("name", MISHAPS)
def test_recording_is_asked_for_again_over_minutes(rt: Runtime, clock: TestClock, name: str) -> None:
    with stand_in(MISHAPS[name], answer(200, a_sound(), "audio/wav")) as server:
        note_id = an_announced(rt, f"{server.url}/a.wav")
        ours = allowed(rt, server)
        assert not voice_notes.fetch(ours, note_id)
        first = the_note(rt, note_id)
        assert (first.tries, first.fetched_at) == (1, None) and first.due_at == clock() + timedelta(seconds=2)
        clock.forward(seconds=3)
        assert voice_notes.fetch_due(ours) == 1
    assert the_note(rt, note_id).clip_key


def test_recording_that_never_comes_is_lost_after_more_than_an_hour(rt: Runtime, clock: TestClock) -> None:
    with stand_in(*[answer(404)] * 9) as server:
        note_id, ours = an_announced(rt, f"{server.url}/a.wav"), allowed(rt, server)
        began = clock()
        while not voice_notes.fetch(ours, note_id, recordings.kept):
            due = the_note(rt, note_id).due_at
            assert due is not None
            clock.forward(seconds=(due - clock()).total_seconds())
    note = the_note(rt, note_id)
    assert len(server.requests) == len(voice_notes.WAITS) + 1
    assert note.lost_at == clock() and clock() - began > timedelta(hours=1)
    assert "lost" in told_of(rt)


def told_of(rt: Runtime) -> list[str]:
    with unit_of_work(rt.engine) as unit:
        return list(unit.db.scalars(select(ReportEvent.kind).order_by(ReportEvent.id)))


def test_noise_alone_is_asked_for_again_once_and_stays_at_the_desk(rt: Runtime) -> None:
    with stand_in(answer(200, hiss(), "audio/wav")) as server:
        note_id = an_announced(rt, f"{server.url}/a.wav")
        voice_notes.fetch(allowed(rt, server), note_id, recordings.kept)
    assert the_note(rt, note_id).is_noisy is True
    with unit_of_work(rt.engine) as unit:
        report = unit.db.scalars(select(Report).where(Report.voice_note_id == note_id)).one()
        assert report.state == ReportState.RECEIVED
        recordings.kept(unit, rt, unit.db.get_one(VoiceNote, note_id))
    assert told_of(rt).count("go_on") == 1 and "noisy" in told_of(rt)


def test_ten_minutes_and_twenty_megabytes_are_the_most(rt: Runtime) -> None:
    with stand_in(
        answer(200, wav_of(b"\0" * 16_000 * 601), "audio/wav"), answer(200, b"x" * 20_000_001)
    ) as server:
        note_id, ours = an_announced(rt, f"{server.url}/a.wav"), allowed(rt, server)
        for tries in (1, 2):
            assert not voice_notes.fetch(ours, note_id)
            assert the_note(rt, note_id).tries == tries
    assert the_note(rt, note_id).clip_key is None
