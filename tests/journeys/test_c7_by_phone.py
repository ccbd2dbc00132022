"""C7 by phone: members answer a broadcast's questions, and who is in charge pauses and stops it from a keypad."""

from __future__ import annotations

from sqlalchemy import select

from gateway.access import passwords
from gateway.broadcasts import launch
from gateway.db import unit_of_work
from gateway.models import Broadcast, BroadcastAnswer, Staff
from gateway.questions import Question
from gateway.states import BroadcastState
from gateway.store import numbers
from tests.broadcast_steps import WORDS, act, begin, first_round_is_over, has_sound, many_members, wait_for
from tests.builders import a_broadcast, a_member, a_number, a_person_of_staff
from tests.hands import Phone
from tests.house import House, until
from tests.journeys.looks import words

CODE = "482135"
COMING = Question(texts={"hi": "क्या आप आएँगे?"}, choices=({"hi": "हाँ"}, {"hi": "नहीं"}))


def asked(house: House, unit: str, kind: str) -> int:
    """A broadcast with a question, begun as staff do."""
    broadcast_id = a_broadcast(house.rt, unit, kind, WORDS)
    with unit_of_work(house.rt.engine) as work:
        work.db.get_one(Broadcast, broadcast_id).questions = [COMING.kept()]
    act(house, broadcast_id, lambda work, it: launch.approve(work, house.rt, it, None))
    until(lambda: has_sound(house, broadcast_id), 60)
    act(house, broadcast_id, lambda work, it: launch.start(work, house.rt, it))
    return broadcast_id


def answers(house: House, broadcast_id: int) -> list[str | None]:
    with unit_of_work(house.rt.engine) as work:
        query = select(BroadcastAnswer.key).where(BroadcastAnswer.broadcast_id == broadcast_id)
        return sorted(work.db.scalars(query), key=str)


def test_members_answer_by_key_and_who_says_nothing_has_heard_it(house: House, booth: str) -> None:
    members = many_members(house, 4, booth)
    for number, key in zip(members, ("1", "2", "1"), strict=False):
        house.phone(number).answers_with({1: key})
    house.phone(members[3]).answers_with({})
    broadcast_id = asked(house, booth, "voice")
    found = wait_for(house, broadcast_id, first_round_is_over, 60)
    assert (found.heard, answers(house, broadcast_id)) == (4, ["1", "1", "2"])
    assert "क्या आप आएँगे? हाँ के लिए एक दबाइए। नहीं के लिए दो दबाइए।" in house.phone(members[0]).rung().words


def test_a_reply_by_sms_is_the_answer(house: House, booth: str) -> None:
    phone = house.phone(many_members(house, 1, booth)[0])
    broadcast_id = asked(house, booth, "sms")
    wait_for(house, broadcast_id, first_round_is_over, 60)
    assert phone.inbox()[-1].splitlines()[1:4] == ["क्या आप आएँगे?", "1 हाँ", "2 नहीं"]
    phone.sms("2")
    until(lambda: answers(house, broadcast_id) == ["2"], 20)
    until(lambda: "आपका जवाब लिख लिया" in phone.inbox()[-1], 20)


def a_leader(house: House, booth: str) -> Phone:
    """A coordinator of this booth who has joined, with a phone code."""
    number = a_number()
    a_member(house.rt, "Meera", number=number, unit=f"{booth}-X")
    staff_id = a_person_of_staff(house.rt, f"Meera.{booth}", "coordinator", booth)
    with unit_of_work(house.rt.engine) as work:
        person = work.db.get_one(Staff, staff_id)
        person.number_id = numbers.add_number(work.db, house.rt.vault, number, house.rt.clock())
        person.phone_code_hash = passwords.hash_password(CODE)
    return house.phone(number)


def test_a_leader_pauses_goes_on_and_stops_from_the_keypad(house: House, booth: str) -> None:
    members = many_members(house, 2, booth)
    house.script(members[0], answers="busy")  # so that it has not ended when the leader rings
    leader, broadcast_id = a_leader(house, booth), begin(house, booth)
    wait_for(house, broadcast_id, first_round_is_over, 60)
    way_in = {1: "6", 2: CODE}
    taken = leader.call({**way_in, 4: "1"})
    assert "दो में से एक तक पहुँचा" in taken.words
    assert (words(house, "steering.paused") in taken.words, state(house, broadcast_id)) == (True, "paused")
    leader.call({**way_in, 4: "2"})
    assert state(house, broadcast_id) == "running"
    wrong = leader.call({1: "6", 2: "753124", 3: "1", 4: "1"})
    assert words(house, "steering.wrong") in wrong.words
    assert state(house, broadcast_id) == "running"
    leader.call({**way_in, 4: "3", 5: "1", 6: "1"})
    assert state(house, broadcast_id) == "stopped"


def state(house: House, broadcast_id: int) -> BroadcastState:
    return house.all_of(Broadcast, Broadcast.id == broadcast_id)[0].state
