"""Drafts of recordings: only with a model whose sums are right, sealed, labelled, gone with the recording, for nobody's decision.

The real path runs where faster-whisper is installed and MEMBERLINE_TEST_WHISPER names a model's folder (130 MB: not in CI).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from audio.convert import to_telephone
from audio.drafts import SUMS, Draft, Drafter, check
from audio.errors import VoiceUnavailable
from audio.tts.espeak import Espeak
from audio.wav import wav_of
from gateway import drafts
from gateway.db import unit_of_work
from gateway.models import Report, VoiceNote
from gateway.runtime import Runtime
from tests.conftest import TestClock
from tests.gateway.console.seats import a_report, a_tree, seat

SAID = "zqkanari the well behind the school is dry"


def said(sound: bytes) -> Draft:
    assert sound[:4] == b"RIFF"
    return Draft(SAID, "en", 0.66)


@pytest.fixture
def house(rt: Runtime, tmp_path: Path) -> Iterator[Runtime]:
    yield replace(rt, settings=replace(rt.settings, whisper=str(tmp_path)))


@pytest.fixture
def public_id(house: Runtime) -> str:
    a_tree(house)
    return a_report(house, has_voice=True)


def due(rt: Runtime) -> list[int]:
    with unit_of_work(rt.engine) as unit:
        return drafts.list_due(unit, rt)


def the_note(rt: Runtime) -> VoiceNote:
    with unit_of_work(rt.engine) as unit:
        return unit.db.query(VoiceNote).one()


def test_draft_is_written_once_and_sealed(
    house: Runtime, public_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    (note_id,) = due(house)
    assert drafts.write(house, note_id, said)
    assert not drafts.write(house, note_id, said) and due(house) == []
    note = the_note(house)
    assert (note.guessed_language, note.guessed_surely) == ("en", 0.66)
    assert note.sealed_transcript and b"kanari" not in note.sealed_transcript
    assert drafts.text_of(house, note) == SAID and "kanari" not in caplog.text


def test_nothing_is_due_without_a_model(rt: Runtime, public_id: str) -> None:
    assert due(rt) == []


def test_recording_of_last_month_is_left_alone(house: Runtime, public_id: str, clock: TestClock) -> None:
    clock.forward(days=8)
    assert due(house) == []


def test_recording_that_is_withheld_meanwhile_gets_none(house: Runtime, public_id: str) -> None:
    def withheld_meanwhile(sound: bytes) -> Draft:
        with unit_of_work(house.engine) as unit:
            unit.db.query(VoiceNote).one().withheld_at = house.clock()
        return said(sound)

    assert not drafts.write(house, due(house)[0], withheld_meanwhile)
    assert the_note(house).sealed_transcript is None


def test_draft_of_a_withheld_recording_is_not_opened(house: Runtime, public_id: str) -> None:
    drafts.write(house, due(house)[0], said)
    with unit_of_work(house.engine) as unit:
        note = unit.db.query(VoiceNote).one()
        note.withheld_at = house.clock()
        assert drafts.text_of(house, note) == ""


def test_page_shows_it_as_a_draft_to_those_who_may_listen(app: Flask, house: Runtime, public_id: str) -> None:
    drafts.write(house, due(house)[0], said)
    page = seat(app, house).get(f"/reports/{public_id}").text
    assert SAID in page and "Machine text: it may be wrong, listen" in page
    assert SAID not in seat(app, house, "Ravi", role="auditor").get(f"/reports/{public_id}").text


def test_draft_decides_nothing(house: Runtime, public_id: str) -> None:
    with unit_of_work(house.engine) as unit:
        before = {key: value for key, value in vars(unit.db.query(Report).one()).items() if key[0] != "_"}
    drafts.write(house, due(house)[0], lambda sound: Draft("fire, danger now, 3", "sw", 1.0))
    with unit_of_work(house.engine) as unit:
        after = vars(unit.db.query(Report).one())
        assert {key: after[key] for key in before} == before


def sums_of(folder: Path) -> str:
    names = sorted(path.name for path in folder.iterdir() if path.name != SUMS)
    return "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)


def test_folder_is_refused_for_each_file_that_is_not_as_listed(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json"):
        (tmp_path / name).write_text(name)
    with pytest.raises(VoiceUnavailable, match="sha256sum"):
        check(tmp_path)
    (tmp_path / SUMS).write_text(sums_of(tmp_path))
    check(tmp_path)
    (tmp_path / "config.json").write_text("another")
    with pytest.raises(VoiceUnavailable, match=r"config\.json"):
        check(tmp_path)
    (tmp_path / SUMS).write_text(sums_of(tmp_path))
    (tmp_path / "extra.py").write_text("")
    with pytest.raises(VoiceUnavailable, match=r"extra\.py"):
        check(tmp_path)


def test_model_writes_down_what_was_said_over_the_phone(house: Runtime, public_id: str) -> None:
    folder = os.environ.get("MEMBERLINE_TEST_WHISPER")
    if not folder:
        pytest.skip("MEMBERLINE_TEST_WHISPER names no model's folder")
    pytest.importorskip("faster_whisper", reason="the extra `transcripts` is not installed")
    voice = Espeak()
    try:
        raw = voice.speak(
            "Hello. The hand pump behind the school has been broken for two months.", "en", 0.85
        )
    finally:
        voice.close()
    made = Drafter(Path(folder), ("hi", "en")).draft(wav_of(to_telephone(raw).pcm))
    assert made.language == "en" and made.surely > 0.5
    assert {"hand", "broken", "two", "months"} <= set(made.text.lower().replace(".", "").split())
