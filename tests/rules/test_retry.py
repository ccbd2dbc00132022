"""Retries by cause (reach_and_retries.md 2.2), as conversations with the clock. Times are India's wall clock."""

import random
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.rules.classes import Kind, MessageClass
from gateway.rules.contact import Caps
from gateway.rules.habits import Record
from gateway.rules.retry import Cause, Done, Ending, Plan, RetryAt, Try, first_try, next_try
from gateway.rules.slots import Slot, slot_at
from tests.rules.cases import INDIA, KENYA, in_zone

C, E = Cause, Ending
ZONE = ZoneInfo("Asia/Kolkata")
JITTER = timedelta(minutes=5)
VOICE = Plan(profile=INDIA, message_class=MessageClass.ORGANISATIONAL, kind=Kind.VOICE, seed=7)
SMS = replace(VOICE, kind=Kind.SMS)
EVENINGS = Record(rang=(6, 2, 4), answered=(0, 0, 4))
NEVER = Record(rang=(4, 3, 3), answered=(0, 0, 0))
URGENT = replace(VOICE, message_class=MessageClass.EMERGENCY)


def on(text):
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-03-{day} {clock}").replace(tzinfo=ZONE)


def tried(*rings):
    return [Try(cause, on(when)) for cause, when in rings]


CASES = [  # plan, tries so far, next try about (or the ending), source
    (VOICE, [(C.BUSY, "10 11:00")], "10 11:30", "busy: +30 min"),
    (
        VOICE,
        [(C.BUSY, "10 11:00"), (C.BUSY, "10 11:30")],
        "10 13:30",
        "busy: once, then another part of the day",
    ),
    (VOICE, [(C.NO_ANSWER, "10 11:00")], "10 13:00", "no answer: +2 h"),
    (VOICE, [(C.NO_ANSWER, "10 11:00"), (C.NO_ANSWER, "10 13:00")], "10 15:00", "then another slot"),
    (VOICE, [(C.NO_ANSWER, "10 10:00"), (C.NO_ANSWER, "10 14:00")], "10 17:00", "another slot"),
    (
        VOICE,
        [(C.NO_ANSWER, "10 11:00"), (C.NO_ANSWER, "10 13:00"), (C.NO_ANSWER, "10 15:00")],
        "11 17:00",
        "then next day, the slot not tried yet",
    ),
    (
        VOICE,
        [(C.NO_ANSWER, "10 11:00"), (C.NO_ANSWER, "10 13:30"), (C.NO_ANSWER, "11 17:05")],
        "12 10:00",
        "then the day after",
    ),
    (VOICE, [(C.NO_ANSWER, f"{day} 11:00") for day in (10, 11, 12, 13)], E.TRIES_USED, "four in all"),
    (VOICE, [(C.OFF, "10 11:00")], "10 13:00", "switched off: later that day, nobody is disturbed"),
    (VOICE, [(C.OFF, "10 11:00"), (C.OFF, "10 13:00"), (C.OFF, "10 15:00")], "11 17:00", "then next day"),
    (VOICE, [(C.OFF, f"{day} 11:00") for day in (10, 11, 12, 13)], E.TRIES_USED, "four in all"),
    (VOICE, [(C.REJECTED, "10 11:00")], "11 13:30", "rejected: once"),
    (VOICE, [(C.REJECTED, "10 11:00"), (C.REJECTED, "11 13:30")], E.TRIES_USED, "rejected: never twice"),
    (VOICE, [(C.INVALID, "10 11:00")], E.INVALID, "invalid: stop and flag"),
    (VOICE, [(C.FAILED, "10 11:00")], "11 13:30", "other: once"),
    (VOICE, [(C.FAILED, "10 11:00"), (C.FAILED, "11 13:30")], E.FAILED, "other: once"),
    (VOICE, [(C.NETWORK, "10 11:00")], "10 11:05", "reliability.md A3: back-off"),
    (VOICE, [(C.NETWORK, "10 11:00"), (C.NETWORK, "10 11:05")], "10 11:20", "A3: back-off"),
    (VOICE, [(C.NETWORK, "10 11:00")] * 5, E.TRIES_USED, "A3: not for ever"),
    (VOICE, [(C.UNKNOWN, "10 11:00")], "10 13:30", "A3 (3): never in the same part of the day"),
    (VOICE, [(C.UNKNOWN, "10 18:00")], "11 10:00", "A3 (3): another day, then"),
    (VOICE, [(C.UNKNOWN, "10 11:00"), (C.UNKNOWN, "10 13:30")], E.IN_DOUBT, "A3 (3): once more, no more"),
    (replace(VOICE, slots=(Slot.EVENING,)), [(C.UNKNOWN, "10 18:00")], "11 17:00", "A3 (3), D25"),
    (URGENT, [(C.UNKNOWN, "10 11:00")], "10 11:30", "A3 (3): urgent voice, one more"),
    (URGENT, [(C.UNKNOWN, "10 11:00"), (C.UNKNOWN, "10 11:30")], E.IN_DOUBT, "A3 (3): one"),
    (replace(URGENT, kind=Kind.SMS), [(C.UNKNOWN, "10 11:00")], "10 11:30", "A3 (3): a text only in danger"),
    (VOICE, [(C.ANSWERED_NOT_HEARD, "10 11:00")], "10 13:30", "journeys.md M4: one in another slot"),
    (VOICE, [(C.ANSWERED_NOT_HEARD, "10 13:00")], "10 15:00", "M4; not within two hours: 2.2"),
    (VOICE, [(C.ANSWERED_NOT_HEARD, "10 18:00")], "11 10:00", "M4: the day is over"),
    (
        VOICE,
        [(C.ANSWERED_NOT_HEARD, "10 11:00"), (C.ANSWERED_NOT_HEARD, "10 13:30")],
        E.TRIES_USED,
        "M4: one",
    ),
    (VOICE, [(C.HEARD, "10 11:00")], E.REACHED, "answered half or more: done"),
    (VOICE, [(C.HEARD, "10 11:00"), (C.BUSY, "10 11:30")], E.REACHED, "late news of the first: done"),
    (SMS, [(C.DELIVERED, "10 11:00")], E.REACHED, "delivered"),
    (SMS, [(C.NETWORK, "10 11:00")], "10 11:05", "A3: surely not sent"),
    (SMS, [(C.FAILED, "10 11:00")], E.FAILED, "the provider has tried for days"),
    (SMS, [(C.UNKNOWN, "10 11:00")], E.IN_DOUBT, "A3 (3)"),
    (SMS, [(C.OFF, "10 11:00")], E.TRIES_USED, "the provider keeps it for the phone"),
    (VOICE, [(C.BUSY, "10 20:20")], "11 10:00", "never outside the window"),
    (
        VOICE,
        [(C.NO_ANSWER, "10 10:05"), (C.NO_ANSWER, "10 12:05"), (C.BUSY, "10 12:10")],
        "11 13:30",
        "max 3 a day",
    ),
    (
        VOICE,
        [
            (C.OFF, "8 11:00"),
            (C.OFF, "9 11:00"),
            *[(C.BUSY, "10 11:00")] * 2,
            *[(C.NO_ANSWER, "11 11:00")] * 2,
        ],
        E.TRIES_USED,
        "max 6 a campaign: L9",
    ),
    (replace(VOICE, caps=Caps(attempts_in_broadcast=1)), [(C.BUSY, "10 11:00")], E.TRIES_USED, "a setting"),
    (replace(VOICE, expires_at=on("10 11:20")), [(C.BUSY, "10 11:00")], E.EXPIRED, "stop at expiry"),
    (replace(VOICE, slots=(Slot.EVENING,)), [(C.OFF, "10 17:30")], "10 19:30", "D25: the member chose"),
    (replace(VOICE, slots=(Slot.EVENING,)), [(C.OFF, "10 19:30")], "11 17:00", "D25: the member chose"),
    (
        replace(VOICE, slots=(Slot.MORNING,)),
        [(C.BUSY, "10 13:15")],
        "11 10:00",
        "D25: not half an hour later",
    ),
    (replace(VOICE, slots=()), [(C.OFF, "10 19:30")], "11 10:00", "no choice is every choice"),
    (replace(VOICE, record=EVENINGS), [(C.REJECTED, "10 11:00")], "11 17:00", "D25: learned"),
    (replace(VOICE, record=NEVER), [(C.NO_ANSWER, "10 11:00")], "10 13:00", "hardly answers: two tries"),
    (
        replace(VOICE, record=NEVER),
        [(C.NO_ANSWER, "10 11:00"), (C.OFF, "10 13:00")],
        E.TRIES_USED,
        "hardly answers: two tries",
    ),
    (
        replace(URGENT, record=NEVER),
        [(C.NO_ANSWER, "10 11:00"), (C.OFF, "10 13:00")],
        "10 15:00",
        "danger tries on",
    ),
    (replace(VOICE, slots=(Slot.MORNING,)), [(C.ANSWERED_NOT_HEARD, "10 11:00")], "11 10:00", "D25"),
]


@pytest.mark.parametrize(("plan", "rings", "expected", "source"), CASES)
def test_next_try(plan, rings, expected, source):
    rings = [(cause, when.zfill(8)) for cause, when in rings]
    tries = tried(*rings)
    answer = next_try(tries, plan, tries[-1].rang_at + timedelta(minutes=1))
    if isinstance(expected, Ending):
        assert answer == Done(expected), source
    else:
        assert isinstance(answer, RetryAt), source
        assert on(expected) <= answer.at <= on(expected) + JITTER, source


def test_next_try_when_nothing_was_tried():
    assert next_try([], VOICE, on("10 23:00")).at - on("11 10:00") <= JITTER


def test_next_try_when_the_news_came_late():
    busy = tried((C.BUSY, "10 11:00"))
    assert next_try(busy, VOICE, on("10 11:25")).at < on("10 11:36")  # timed from the ring
    assert next_try(busy, VOICE, on("10 14:00")).at >= on("10 14:00")  # and never in the past


def test_next_try_when_asked_twice_and_by_others():
    busy = tried((C.BUSY, "10 11:00"))
    instants = {next_try(busy, replace(VOICE, seed=n), on("10 11:01")).at for n in range(200)}
    assert next_try(busy, VOICE, on("10 11:01")) == next_try(busy, VOICE, on("10 11:20"))
    assert len(instants) > 100  # spread, so that what fell due together does not ring together
    assert max(instants) - min(instants) <= JITTER


def test_next_try_when_spreading_would_miss_the_end():
    busy = tried((C.BUSY, "10 19:59"))
    plans = [replace(VOICE, seed=n, expires_at=on("10 20:29") + timedelta(seconds=2)) for n in range(20)]
    assert all(next_try(busy, plan, on("10 20:00")).at < plan.expires_at for plan in plans)


def test_next_try_when_the_network_failed_often_today():
    tries = tried(*[(C.NETWORK, "10 11:00")] * 3, (C.BUSY, "10 11:30"))
    assert next_try(tries, VOICE, on("10 11:31")).at < on(
        "10 12:06"
    )  # nobody's phone rang: it does not count


def test_next_try_when_the_demo_is_open_all_day():
    plan = replace(VOICE, open_all_day=True)
    assert next_try(tried((C.BUSY, "10 22:00")), plan, on("10 22:01")).at < on("10 22:36")


SLOTS = [("09:00", Slot.MORNING), ("13:29", Slot.MORNING), ("13:30", Slot.MIDDAY), ("17:00", Slot.EVENING)]


@pytest.mark.parametrize(("clock", "slot"), SLOTS)
def test_slot_at(clock, slot):
    assert slot_at(INDIA, MessageClass.SERVICE, on(f"10 {clock}")) is slot


FIRST = [  # plan, now, first tried, source
    (VOICE, "10 11:00", "10 11:00", "nothing is known: at once"),
    (replace(VOICE, slots=(Slot.EVENING,)), "10 11:00", "10 17:00", "D25: the member's slot"),
    (replace(VOICE, slots=(Slot.MORNING,)), "10 15:00", "10 15:00", "D25: it is over for today: at once"),
    (replace(VOICE, record=EVENINGS), "10 11:00", "10 17:00", "D25: learned"),
    (
        replace(VOICE, record=EVENINGS, slots=(Slot.MORNING,)),
        "10 11:00",
        "10 11:00",
        "D25: chosen before learned",
    ),
    (replace(VOICE, record=EVENINGS, expires_at=on("10 16:00")), "10 11:00", "10 11:00", "before it expires"),
    (replace(URGENT, record=EVENINGS), "10 11:00", "10 11:00", "danger does not wait"),
    (replace(SMS, record=EVENINGS), "10 11:00", "10 11:00", "texts wait in the phone"),
]


@pytest.mark.parametrize(("plan", "now", "expected", "source"), FIRST)
def test_first_try(plan, now, expected, source):
    assert first_try(plan, on(now)) == on(expected), source


@pytest.mark.parametrize("profile", [INDIA, KENYA, in_zone("America/New_York")], ids=lambda p: p.zone)
def test_whole_deliveries_when_a_year_is_fuzzed(profile):
    chance = random.Random(17)
    for seed in range(150):
        message_class = chance.choice([c for c in MessageClass if c is not MessageClass.EMERGENCY])
        plan = replace(VOICE, profile=profile, message_class=message_class, seed=seed)
        tries, now = [], on("01 00:00") + timedelta(seconds=chance.randrange(365 * 86400))
        while isinstance(answer := next_try(tries, plan, now), RetryAt):
            hours, wall = profile.soft[message_class], answer.at.astimezone(ZoneInfo(profile.zone))
            assert hours.opens <= wall.time() < hours.closes
            assert answer.at >= now
            tries.append(Try(chance.choice([*C][1:9]), answer.at))
            now = answer.at + timedelta(minutes=chance.randrange(90))
        rang = [
            t.rang_at.astimezone(ZoneInfo(profile.zone)).date() for t in tries if t.cause is not C.NETWORK
        ]
        assert len(rang) <= 6
        assert all(rang.count(day) <= 3 for day in rang)
