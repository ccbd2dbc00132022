"""Readings: judged, kept as they came, heard once chosen, put back with one deed; the old one stays where a new one is no good."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from audio.clips import RECORDED, Utterance
from audio.errors import ClipError
from gateway import sounds, takes
from gateway.db import unit_of_work
from gateway.errors import Conflict, NotFound
from gateway.models import AuditEntry, Broadcast, Script, Take
from gateway.runtime import Runtime
from gateway.states import BroadcastState
from gateway.store import takes as store
from tests.audio.sounds import file_of, speech_like, tone
from tests.builders import a_broadcast, a_person_of_staff

NAME = "goodbye.member"


@pytest.fixture
def script(rt: Runtime) -> Script:
    """The script of one prompt in Hindi."""
    with unit_of_work(rt.engine) as unit:
        takes.keep_scripts(unit, rt, sounds.catalogue(rt))
        found = unit.db.scalars(select(Script).where(Script.name == NAME, Script.language == "hi")).one()
        unit.db.expunge_all()
    return found


@pytest.fixture
def reader(rt: Runtime) -> int:
    return a_person_of_staff(rt)


def a_voice(seconds: float = 2.5, seed: float = 0.2) -> bytes:
    return file_of(speech_like(seconds, 16000, seed), 16000)


def give(rt: Runtime, script: Script, raw: bytes, reader: int) -> Take:
    reading = takes.read(rt, raw, script)
    with unit_of_work(rt.engine) as unit:
        made = takes.keep(unit, rt, script, reading, staff_id=reader, via=takes.UPLOAD)
        unit.db.flush()
        unit.db.refresh(made)
        unit.db.expunge_all()
    return made


def heard(rt: Runtime, script: Script) -> str | None:
    clip = rt.clips.find(Utterance(script.words, script.language, script.name))
    return clip.key if clip and clip.voice == RECORDED else None


def test_every_prompt_of_every_language_has_one_number(rt: Runtime, script: Script) -> None:
    with unit_of_work(rt.engine) as unit:
        takes.keep_scripts(unit, rt, sounds.catalogue(rt))  # a second time changes nothing
        rows = unit.db.scalars(select(Script)).all()
    wanted = {(each.language, each.text) for each in sounds.catalogue(rt) if each.recorded_as}
    assert len(rows) == len(wanted) == len({each.number for each in rows})
    assert min(each.number for each in rows) == 101
    assert {each.language for each in rows} == {"hi", "bn", "ur", "en"} & {each.language for each in rows}


def test_a_good_reading_is_heard_at_once_and_the_one_before_can_be_put_back(
    rt: Runtime, script: Script, reader: int
) -> None:
    first = give(rt, script, a_voice(), reader)
    assert (first.is_chosen, first.faults, heard(rt, script)) == (True, [], first.clip_key)
    assert -20 <= first.lufs <= -18 and first.peak_dbfs <= -3
    second = give(rt, script, a_voice(2.6), reader)
    assert heard(rt, script) == second.clip_key
    with unit_of_work(rt.engine) as unit:
        take, of = store.get_take(unit.db, first.public_id, "/", True)
        takes.choose(unit, rt, of, take, reader)
    assert heard(rt, script) == first.clip_key
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Take.is_chosen).order_by(Take.id)).all() == [True, False]
        said = unit.db.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert said[-5:] == ["take-read", "take-chosen", "take-read", "take-chosen", "take-chosen"]


def test_what_came_is_kept_sealed_and_the_clip_is_made_of_it_again(
    rt: Runtime, script: Script, reader: int
) -> None:
    raw = a_voice()
    take = give(rt, script, raw, reader)
    assert rt.files.read(take.original_key or "") == raw
    there = rt.clips.path_of(take.clip_key)
    before = there.read_bytes()
    there.unlink()
    assert heard(rt, script) is None
    assert takes.mend(rt) == 1
    assert (heard(rt, script), there.read_bytes()) == (take.clip_key, before)


def test_the_same_bytes_twice_are_one_take(rt: Runtime, script: Script, reader: int) -> None:
    one, other = (give(rt, script, a_voice(), reader) for _ in range(2))
    assert one.id == other.id
    assert len(list((rt.settings.data_dir / "files").glob("??/*"))) == 1


def test_changed_words_are_another_script(rt: Runtime, script: Script, reader: int) -> None:
    take = give(rt, script, a_voice(), reader)
    changed = Utterance(script.words + " फिर मिलेंगे।", "hi", NAME)
    others = [each for each in sounds.catalogue(rt) if each.text != script.words]
    with unit_of_work(rt.engine) as unit:
        takes.keep_scripts(unit, rt, [*others, changed])
        new = unit.db.scalars(select(Script).where(Script.words == changed.text)).one()
        old = unit.db.get_one(Script, script.id)
        assert (old.retired_at is not None, new.number > script.number) == (True, True)
        assert [each.take.id for each in store.list_takes(unit.db, new)] == [take.id]  # for older words
    rt.chosen.forget()
    assert rt.clips.find_spoken(changed) is None
    with unit_of_work(rt.engine) as unit:  # the old words come back, and their voice with them
        takes.keep_scripts(unit, rt, sounds.catalogue(rt))
    rt.chosen.forget()
    assert heard(rt, script) == take.clip_key


BAD: dict[str, Callable[[], bytes]] = {
    "clipped": lambda: file_of(speech_like(2.5, 16000, 3.0), 16000),
    "quiet": lambda: file_of(speech_like(2.5, 16000, 0.01), 16000),
    "long": lambda: a_voice(30),
    "gap": lambda: a_voice_with_a_gap(),
    "noisy": lambda: file_of(tone(440, 3.0, 16000), 16000),
}


def a_voice_with_a_gap() -> bytes:
    import numpy as np

    voice = speech_like(1.5, 16000)
    return file_of(np.concatenate([voice, np.zeros(16000 * 4), voice]), 16000)


@pytest.mark.parametrize("fault", BAD)
def test_a_reading_with_a_fault_waits_and_the_old_one_stays(
    rt: Runtime, script: Script, reader: int, fault: str
) -> None:
    good = give(rt, script, a_voice(), reader)
    bad = give(rt, script, BAD[fault](), reader)
    assert fault in bad.faults and not bad.is_chosen
    assert heard(rt, script) == good.clip_key


NO_SOUND = {
    "nothing": b"",
    "words": b"this is no sound at all " * 50,
    "an archive": b"PK\x03\x04" + bytes(2000),
    "a header that lies": a_voice()[:44] + b"",
    "silence": file_of(tone(440, 3.0, 16000, 0.0), 16000),
}


@pytest.mark.parametrize("kind", NO_SOUND)
def test_what_is_no_sound_is_refused_in_a_sentence_and_keeps_nothing(
    rt: Runtime, script: Script, reader: int, kind: str
) -> None:
    good = give(rt, script, a_voice(), reader)
    with pytest.raises(ClipError, match=r"\w+ \w+"):
        takes.read(rt, NO_SOUND[kind], script)
    assert heard(rt, script) == good.clip_key
    assert len(list((rt.settings.data_dir / "files").glob("??/*"))) == 1


def test_a_message_carries_the_voice_it_was_given_while_it_is_a_draft(rt: Runtime, reader: int) -> None:
    broadcast_id = a_broadcast(rt, "BOOTH-1", texts={"hi": "कल बैठक है।"})
    with unit_of_work(rt.engine) as unit:
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        of = takes.script_for(unit, rt, broadcast, "hi")
        assert takes.script_for(unit, rt, broadcast, "hi").number == of.number
        with pytest.raises(NotFound):
            takes.script_for(unit, rt, broadcast, "bn")
        unit.db.expunge_all()
    take = give(rt, of, a_voice(), reader)
    with unit_of_work(rt.engine) as unit:
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        assert broadcast.sounds == {"hi": take.clip_key}
        broadcast.state = BroadcastState.APPROVED
        with pytest.raises(Conflict, match="no draft any more"):
            takes.choose(unit, rt, of, None, reader)


def test_a_voice_is_heard_in_other_processes_and_stays_while_the_database_is_away(
    rt: Runtime, script: Script, reader: int
) -> None:
    from gateway.store.chosen import Chosen, read_chosen

    changes: list[int] = []
    elsewhere = Chosen(lambda: read_chosen(rt.quick), lambda: changes.append(1))
    assert elsewhere(script.utterance_key or "") is None
    take = give(rt, script, a_voice(), reader)
    elsewhere.forget()
    assert (elsewhere(script.utterance_key or ""), changes) == (take.clip_key, [1])
    with rt.quick.connection() as connection:
        connection.execute("ALTER TABLE takes RENAME TO takes_away")
    try:
        elsewhere.forget()
        assert elsewhere(script.utterance_key or "") == take.clip_key
    finally:
        with unit_of_work(rt.engine) as unit:
            unit.db.execute(text("ALTER TABLE takes_away RENAME TO takes"))
