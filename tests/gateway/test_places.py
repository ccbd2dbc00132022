"""Sealed files in a folder and in the bucket of a real S3-compatible store: the same answers, and nothing lost while it is away."""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from audio.private import PrivateClips
from gateway import voice_notes
from gateway.app import create_app
from gateway.backup.bring_back import bring_back
from gateway.backup.save import save
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.files import PIECE, SealedFiles
from gateway.keys import rotate
from gateway.places import Bucket, StoreAway, place_of
from gateway.reports import recordings
from gateway.rights import forget
from gateway.runtime import FILES, SPOKEN, VOICE_NOTES, Runtime, sealed_folders
from gateway.settings import Settings
from tests.buckets import with_bucket
from tests.conftest import TestClock
from tests.gateway.channels.stand_in import answer, stand_in
from tests.gateway.console.seats import a_sound, seat
from tests.gateway.test_voice_notes import allowed, an_announced, the_note

NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def far(rt: Runtime) -> Runtime:
    """The same house, its files in a bucket."""
    return _with_files(rt, with_bucket(rt.settings))


@pytest.fixture
def away(rt: Runtime) -> Runtime:
    """The same house, and the store does not answer."""
    pytest.importorskip("obstore", reason="the extra `s3` is not installed")
    nobody = {"store": "s3://none", "store_endpoint": NOBODY, "store_key": "key", "store_secret": "secret"}
    return _with_files(rt, replace(rt.settings, **nobody))


def _with_files(rt: Runtime, settings: Settings) -> Runtime:
    folders = sealed_folders(settings, rt.vault)
    notes = PrivateClips(folders[VOICE_NOTES], folders[SPOKEN])
    return replace(rt, settings=settings, notes=notes, files=folders[FILES])


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, rt: Runtime) -> SealedFiles:
    return rt.files if request.param == "folder" else request.getfixturevalue("far").files


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_what_is_put_comes_back(files: SealedFiles, size: int) -> None:
    content = secrets.token_bytes(size)
    key = files.put(io.BytesIO(content))
    assert (files.read(key), files.size(key)) == (content, size)
    with files.place.open(key) as lying:
        assert size < 8 or content[:8] not in lying.read()


def test_file_is_kept_once_removed_and_not_found(files: SealedFiles) -> None:
    key = secrets.token_hex(16)
    assert files.size(key) is None
    files.keep(key, b"first")
    files.keep(key, b"second")
    assert files.read(key) == b"first"
    files.remove(key)
    files.remove(key)
    assert files.size(key) is None
    with pytest.raises(NotFound):
        files.read(key)


def test_file_that_was_moved_does_not_open(files: SealedFiles) -> None:
    one, other = secrets.token_hex(16), secrets.token_hex(16)
    files.keep(one, b"a form")
    with files.place.open(one) as lying:
        files.place.write(other, [lying.read()])
    with pytest.raises(InvalidTag):
        files.read(other)


def test_files_are_listed_with_their_time_and_old_ones_removed(files: SealedFiles) -> None:
    keys = {files.put(io.BytesIO(b"a list")) for _ in range(3)}
    found = list(files.place.all())
    assert {each.name for each in found} == keys
    assert all(abs(each.written_at - time.time()) < 60 for each in found)
    assert files.remove_before(0.0) == 0
    assert files.remove_before(time.time() + 60) == 3 and not list(files.place.all())


def test_file_that_goes_while_it_is_sealed_anew_stays_gone(files: SealedFiles) -> None:
    key = files.put(io.BytesIO(b"a form"))
    pieces = files.pieces

    def removed_meanwhile(name: str) -> Iterator[bytes]:
        yield from pieces(name)
        files.remove(name)

    files.pieces = removed_meanwhile  # type: ignore[method-assign]
    files.seal_anew(key)
    assert files.size(key) is None


def test_keys_change_in_a_bucket_as_well(far: Runtime) -> None:
    key = far.files.put(io.BytesIO(b"a form"))
    rotate.begin(far)
    assert far.files.list_outdated() == [key]
    rotate.seal_all(far, lambda _: None)
    assert far.files.list_outdated() == [] and far.files.read(key) == b"a form"


def test_recording_lies_in_the_bucket_and_nowhere_here(far: Runtime) -> None:
    with stand_in(answer(200, a_sound(), "audio/wav")) as server:
        note_id = an_announced(far, f"{server.url}/a.wav")
        assert voice_notes.fetch(allowed(far, server), note_id, recordings.kept)
    note = the_note(far, note_id)
    assert far.notes.original(note.original_key or "") == a_sound()
    assert not (far.settings.data_dir / VOICE_NOTES).exists()
    names = {each.name for each in sealed_folders(far.settings, far.vault)[VOICE_NOTES].place.all()}
    assert names == {note.clip_key, note.original_key}
    app = create_app(runtime=far)
    page = seat(app, far).get(f"/voice-notes/{note.public_id}.wav")
    assert (page.status_code, page.data[:4]) == (200, b"RIFF")
    with unit_of_work(far.engine) as unit:
        assert forget.stray_files(unit.db, far) == []
        forget.purge_notes(unit, far, [note_id])
    assert not list(sealed_folders(far.settings, far.vault)[VOICE_NOTES].place.all())


def test_backup_of_a_bucket_comes_back_into_a_folder(rt: Runtime, far: Runtime, tmp_path: Path) -> None:
    key = far.files.put(io.BytesIO(b"a form"))
    save(far, tmp_path / "all.backup")
    bring_back(rt, tmp_path / "all.backup", may_empty=True)
    assert rt.files.read(key) == b"a form"


def test_recording_waits_while_the_store_is_away_and_no_try_is_counted(
    rt: Runtime, away: Runtime, clock: TestClock
) -> None:
    with stand_in(*[answer(200, a_sound(), "audio/wav")] * 4) as server:
        note_id = an_announced(rt, f"{server.url}/a.wav")
        for _ in range(3):
            assert not voice_notes.fetch(allowed(away, server), note_id, recordings.kept)
        waiting = the_note(rt, note_id)
        assert (waiting.tries, waiting.lost_at, waiting.fetched_at) == (0, None, None)
        assert waiting.due_at == clock() + voice_notes.STORE_WAIT
        assert voice_notes.fetch(allowed(rt, server), note_id, recordings.kept)
    assert the_note(rt, note_id).clip_key


def test_page_says_that_the_store_is_away(rt: Runtime, away: Runtime) -> None:
    with stand_in(answer(200, a_sound(), "audio/wav")) as server:
        note_id = an_announced(rt, f"{server.url}/a.wav")
        voice_notes.fetch(allowed(rt, server), note_id)
    page = seat(create_app(runtime=away), away).get(f"/voice-notes/{the_note(rt, note_id).public_id}.wav")
    assert page.status_code == 503 and "Nothing was lost" in page.text


def test_wrong_secret_is_said_without_the_secret(far: Runtime) -> None:
    wrong = place_of(replace(far.settings, store_secret="no-secret-of-ours"), FILES)
    with pytest.raises(StoreAway) as raised:
        wrong.size("0" * 32)
    assert "secret" not in str(raised.value) and "127" not in str(raised.value)


def test_what_is_joined_for_a_call_stays_on_this_machine(far: Runtime) -> None:
    places = sealed_folders(far.settings, far.vault)
    assert not isinstance(places[SPOKEN].place, Bucket)
    assert all(isinstance(places[name].place, Bucket) for name in (VOICE_NOTES, FILES))
