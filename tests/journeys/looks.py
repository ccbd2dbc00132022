"""What journeys look at: the one report of a number, what a clip sounds like, what words a prompt has."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sqlalchemy import select

from audio.convert import Sound, measure
from flows.steps import Speak
from gateway.db import unit_of_work
from gateway.models import PhoneNumber, Report, VoiceNote
from gateway.phones import Number
from gateway.store import numbers
from tests.house import House, until

LONGEST_GAP_SECONDS = 3.0
QUIETEST, LOUDEST = -23.0, -15.0


def number_id(house: House, number: str) -> int:
    with unit_of_work(house.rt.engine) as unit:
        return numbers.add_number(unit.db, house.rt.vault, Number(number), house.rt.clock())


def reports_of(house: House, number: str) -> list[Report]:
    own = select(PhoneNumber.id).where(PhoneNumber.id == number_id(house, number))
    return house.all_of(Report, Report.number_id.in_(own))


def report_of(house: House, number: str) -> Report:
    """The only report of a number, waiting for it."""
    found = until(lambda: reports_of(house, number))
    assert len(found) == 1
    return found[0]


def words(house: House, prompt: str, language: str = "hi", **values: str) -> str:
    return house.rt.words.text(Speak(prompt, language, values))


def fetched_note(house: House, report: Report) -> VoiceNote:
    """The report's recording, once it is in our own store."""
    return until(
        lambda: house.all_of(
            VoiceNote, VoiceNote.id == report.voice_note_id, VoiceNote.fetched_at.is_not(None)
        ),
        150,  # a busy machine forks and imports for each job of sounds
    )[0]


def sound_of(house: House, url: str) -> Sound:
    """Fetch a clip as the provider does and measure it."""
    answer = house.fetch(url)
    assert answer.status == 200
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(answer.data)
        file.flush()
        return measure(Path(file.name))


def sounds_good(sound: Sound) -> bool:
    """Loud enough for a keypad phone, never silent for long (issue, "Done when")."""
    return QUIETEST <= sound.lufs <= LOUDEST and sound.longest_gap <= LONGEST_GAP_SECONDS
