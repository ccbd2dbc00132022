"""C7: a broadcast to a booth of 24 with every kind of answer; SMS with receipts; pause and stop take hold at once."""

from __future__ import annotations

import time
from collections import Counter

from gateway.broadcasts import audience, launch
from gateway.db import unit_of_work
from gateway.models import Broadcast
from gateway.phones import Number
from gateway.states import BroadcastState
from tests.broadcast_steps import WORDS, act, begin, first_round_is_over, many_members, stand, wait_for
from tests.builders import a_broadcast
from tests.house import House, until
from tests.journeys.looks import sound_of, sounds_good, words

STOPS_WITHIN = 2.0


def calls_to(house: House, numbers: list[Number]) -> Counter[str]:
    known = set(numbers)
    return Counter(each for each in house.accepted() if each in known)


def test_booth_of_24_is_called_once_each_whatever_they_do(house: House, booth: str) -> None:
    members = many_members(house, 24, booth)
    ways = ["busy", "busy", "off", "off", "off", "no", "no", "no", "reject", "reject"]
    for number, way in zip(members, ways, strict=False):
        house.script(number, answers=way)
    house.script(members[10], answers=True, keys=[{"key": "8", "on_prompt": 1}])
    house.script(members[11], answers=True, hang_up_after=1.5)
    broadcast_id = begin(house, booth)
    found = wait_for(house, broadcast_id, first_round_is_over, 60)
    assert found.not_reached == {"busy": 2, "off": 3, "no_answer": 3, "rejected": 2}
    assert (found.asked, found.heard, found.answered_not_heard, found.to_retry) == (24, 13, 1, 11)
    assert sorted(calls_to(house, members).items()) == [(number, 1) for number in sorted(members)]


def test_who_pressed_eight_is_no_audience_any_more(house: House, booth: str) -> None:
    members = many_members(house, 2, booth)
    house.script(members[0], answers=True, keys=[{"key": "8", "on_prompt": 1}])
    broadcast_id = begin(house, booth)
    wait_for(house, broadcast_id, first_round_is_over, 60)
    again = a_broadcast(house.rt, booth, "voice", WORDS)
    with unit_of_work(house.rt.engine) as unit:
        found = audience.count(unit.db, unit.db.get_one(Broadcast, again))
    assert (found.count, found.left_out) == (1, {"opted-out": 1})


def test_member_hears_the_announcement_well_and_how_to_stop_it(house: House, booth: str) -> None:
    phone = house.phone(many_members(house, 1, booth)[0])
    wait_for(house, begin(house, booth), first_round_is_over, 60)
    heard = phone.rung()
    assert WORDS["hi"] in heard.words
    assert words(house, "announcement.again_or_stop") in heard.words
    measured = {url: sound_of(house, url) for url in heard.clips}
    assert [(url, sound) for url, sound in measured.items() if not sounds_good(sound)] == []


def test_bar_ends_and_the_broadcast_is_finished_when_everybody_heard_it(house: House, booth: str) -> None:
    many_members(house, 3, booth)
    broadcast_id = begin(house, booth)
    wait_for(house, broadcast_id, lambda found: found.heard == 3, 60)

    def is_finished() -> bool:
        return house.all_of(Broadcast, Broadcast.id == broadcast_id)[0].state == BroadcastState.FINISHED

    until(is_finished, 40)


def test_nobody_more_is_called_two_seconds_after_a_pause_or_stop(house: House, booth: str) -> None:
    house.control("speed", speed=2)
    members = many_members(house, 260, booth)
    broadcast_id = begin(house, booth)
    until(lambda: calls_to(house, members), 30, 0.01)
    act(house, broadcast_id, lambda unit, it: launch.pause(unit, it))
    time.sleep(STOPS_WITHIN)
    at_pause = calls_to(house, members)
    assert len(at_pause) < len(members)
    act(house, broadcast_id, lambda unit, it: launch.resume(unit, house.rt, it))
    until(lambda: len(calls_to(house, members)) > len(at_pause), 20, 0.01)
    act(house, broadcast_id, lambda unit, it: launch.stop(unit, house.rt, it))
    time.sleep(STOPS_WITHIN)
    at_stop = calls_to(house, members)
    house.control("speed", speed=200)
    found = wait_for(house, broadcast_id, lambda now: now.in_progress == 0, 40)
    assert calls_to(house, members) == at_stop
    assert max(at_stop.values()) == 1
    assert found.heard + found.not_yet_tried == len(members)


def test_sms_broadcast_reaches_every_inbox_once_and_counts_receipts(house: House, booth: str) -> None:
    members = many_members(house, 12, booth)
    house.control(f"phones/{members[0]}/switch", on=False)
    broadcast_id = begin(house, booth, "sms", {"hi": "कल बैठक है।"})
    found = wait_for(house, broadcast_id, lambda now: now.heard == 11, 30)
    assert found.in_progress == 1
    assert [house.phone(number).inbox() for number in members[1:]] == [["कल बैठक है।"]] * 11
    house.control(f"phones/{members[0]}/switch", on=True)
    assert wait_for(house, broadcast_id, first_round_is_over, 30).heard == 12
    assert house.phone(members[0]).inbox() == ["कल बैठक है।"]
    assert stand(house, broadcast_id).to_retry == 0
