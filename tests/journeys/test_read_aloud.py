"""Somebody of staff reads a prompt aloud by phone, and from then on the handset plays that very voice in its place."""

from __future__ import annotations

import pytest

from audio.clips import Utterance
from audio.wav import pcm_of
from gateway.access import passwords
from gateway.db import unit_of_work
from gateway.models import Script, Staff, Take
from gateway.store import numbers, units
from tests.builders import a_member, a_number, a_person_of_staff
from tests.hands import Phone
from tests.house import House, until
from tests.journeys.looks import words

CODE, PROMPT, OTHER = "482137", "main_menu.problem", "main_menu.more"


def a_reader(house: House, booth: str) -> Phone:
    """An administrator of the whole organisation who has joined, with a phone code."""
    number = a_number()
    a_member(house.rt, "Asha", number=number, unit=f"{booth}-R")
    with unit_of_work(house.rt.engine) as work:
        root = units.root_unit(work.db).code
    staff_id = a_person_of_staff(house.rt, f"Asha.{booth}", "administrator", root)
    with unit_of_work(house.rt.engine) as work:
        person = work.db.get_one(Staff, staff_id)
        person.number_id = numbers.add_number(work.db, house.rt.vault, number, house.rt.clock())
        person.phone_code_hash = passwords.hash_password(CODE)
    return house.phone(number)


def hears(phone: Phone, said: str) -> None:
    """Wait until the phone hears these words."""
    until(lambda: said in phone.show()["heard"][-1]["text"], 40)


def is_heard(house: House, phone: Phone, voice: bytes) -> bool:
    """Whether the next call of this phone hears that voice, sample by sample."""
    taken = phone.call()
    return any(voice in house.fetch(url).data for url in taken.clips)


def script_of(house: House, prompt: str) -> Script:
    return house.scripts(Script.name == prompt, Script.language == "hi")[0]


@pytest.mark.timeout(240)
def test_a_prompt_is_read_by_phone_and_heard_on_the_next_call(house: House, booth: str) -> None:
    phone, script = a_reader(house, booth), script_of(house, PROMPT)
    phone.dial()
    phone.press("6")
    phone.press(CODE)
    hears(phone, words(house, "reading.number"))
    phone.press(f"{script.number}#")
    hears(phone, words(house, "reading.speak"))
    house.control("speed", speed=1)  # its reader waits some breaths for the reading, on a slow machine too
    phone.speak(3.0)
    hears(phone, words(house, "reading.keep"))
    house.control("speed", speed=house.speed)
    phone.press("1")
    hears(phone, words(house, "reading.kept"))
    phone.hang_up()
    take = house.all_of(Take, Take.script_id == script.id, Take.is_chosen)[0]
    clip = house.rt.clips.clip_of(take.clip_key)
    other = house.rt.clips.find(Utterance(script_of(house, OTHER).words, "hi", OTHER))
    assert clip is not None and other is not None and take.via == "phone"
    until(lambda: is_heard(house, phone, pcm_of(clip.content())), 40)
    assert not is_heard(
        house, phone, pcm_of(other.content())
    )  # another prompt's clip in its place would fail
    with unit_of_work(house.rt.engine) as work:  # the other journeys hear the house's own voice
        work.db.get_one(Take, take.id).is_chosen = False
