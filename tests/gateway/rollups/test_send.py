"""The roll-up reaches whoever asked for it: by SMS, by a call, once each, within the hours, also after a stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.sms_text import segments
from gateway.db import unit_of_work
from gateway.deliveries.owe import TEXT_PURPOSE
from gateway.deliveries.send import send_some
from gateway.models import Delivery, PhoneNumber, Rollup, RollupRow, Staff, Unit
from gateway.rollups import send, spoken
from gateway.runtime import Runtime
from gateway.states import DeliveryState, Urgency
from gateway.store import numbers, suppressions
from tests.builders import a_member, a_number, a_person_of_staff, a_unit
from tests.conftest import TestClock
from tests.gateway.rollups.frozen import EVENING, MONDAY, a_report, frozen

ROOT = Path(__file__).parents[3]


def a_leader(
    rt: Runtime, name: str, brief: str, unit: str = "BLOCK", role: str = "coordinator", locale: str = "en"
) -> int:
    """Somebody of staff with a phone who asked for the roll-up; returns the id."""
    staff_id = a_person_of_staff(rt, name, role, unit)
    with unit_of_work(rt.engine) as work:
        person = work.db.get_one(Staff, staff_id)
        person.number_id = numbers.add_number(work.db, rt.vault, a_number(), rt.clock())
        person.brief, person.locale = brief, locale
    return staff_id


@pytest.fixture
def evening(rt: Runtime, clock: TestClock) -> None:
    """A block with two reports of the day, a minute after half past eight."""
    with unit_of_work(rt.engine) as work:
        block = a_unit(work.db, "BLOCK", "Bah", "block", "organisation")
        a_unit(work.db, "BOOTH-1", "Booth 1", "booth", block.code)
    sita = a_member(rt, unit="BOOTH-1")
    a_report(rt, sita, category="21")
    a_report(rt, sita, category="21", urgency=Urgency.DANGER)
    clock.forward(**EVENING)


def owed(rt: Runtime) -> list[Delivery]:
    with unit_of_work(rt.engine) as work:
        query = select(Delivery).where(Delivery.reason == "brief").order_by(Delivery.staff_id, Delivery.kind)
        return list(work.db.scalars(query))


def text_of(rt: Runtime, delivery: Delivery) -> str:
    assert delivery.sealed_text is not None
    return rt.vault.open_text(delivery.sealed_text, TEXT_PURPOSE, delivery.dedupe or "")


def test_each_gets_it_as_they_asked_and_about_their_own_unit(rt: Runtime, evening: None) -> None:
    both = a_leader(rt, "Asha", "both")
    sms = a_leader(rt, "Hari", "sms", unit="organisation", locale="hi")
    a_leader(rt, "Mina", "")
    a_leader(rt, "Omar", "sms", role="listener")
    frozen(rt)
    send.send_due(rt)
    assert [(each.staff_id, each.kind) for each in owed(rt)] == [(both, "sms"), (both, "voice"), (sms, "sms")]
    assert text_of(rt, owed(rt)[0]) == (
        "Bah, 23 Nov: 2 new, 1 danger, 0 answered, 0 solved. Waiting 2, late 0. Silent 0 of 0."
    )
    assert "नई 2" in text_of(rt, owed(rt)[2])


def test_it_is_sent_once_however_often_and_by_how_many(rt: Runtime, evening: None) -> None:
    a_leader(rt, "Asha", "both")
    frozen(rt)
    threads = [threading.Thread(target=send.send_due, args=(rt,)) for _ in range(3)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    send.send_due(rt)
    with unit_of_work(rt.engine) as work:
        rollup = work.db.scalars(select(Rollup)).one()
        assert rollup.sent_at is not None
        rollup.sent_at = None  # as if the mark had been lost
    send.send_due(rt)
    assert len(owed(rt)) == 2


def test_phone_rings_within_the_hours_only(rt: Runtime, clock: TestClock, evening: None) -> None:
    a_leader(rt, "Asha", "both")
    frozen(rt)
    send.send_due(rt)
    clock.now = datetime(2026, 11, 23, 15, 31, tzinfo=UTC)  # 21:01 in India
    send_some(rt, "voice"), send_some(rt, "sms")
    assert {each.state for each in owed(rt)} == {DeliveryState.HELD}
    clock.now = datetime(2026, 11, 24, 3, 31, tzinfo=UTC)
    send_some(rt, "voice"), send_some(rt, "sms")
    assert (len(rt.voice.placed), len(rt.sms.sent)) == (1, 1)


def test_nobody_is_rung_after_stop_or_when_the_next_day_is_there(
    rt: Runtime, clock: TestClock, evening: None
) -> None:
    stopped, late = a_leader(rt, "Asha", "sms"), a_leader(rt, "Hari", "voice")
    frozen(rt)
    send.send_due(rt)
    with unit_of_work(rt.engine) as work:
        number = work.db.get_one(PhoneNumber, work.db.get_one(Staff, stopped).number_id)
        suppressions.add_suppression(work.db, number.index, "opt-out", rt.clock())
    send_some(rt, "sms")
    clock.forward(days=1)
    send_some(rt, "voice")
    assert [(each.staff_id, each.state) for each in owed(rt)] == [
        (stopped, DeliveryState.REFUSED),
        (late, DeliveryState.REFUSED),
    ]


def test_roll_up_of_a_day_long_past_is_sent_to_nobody(rt: Runtime, clock: TestClock, evening: None) -> None:
    a_leader(rt, "Asha", "both")
    frozen(rt)
    clock.forward(days=2)
    send.send_due(rt)
    assert owed(rt) == []


def test_kill_between_freezing_and_sending_sends_once(rt: Runtime, evening: None) -> None:
    """A process of its own freezes, says so and is killed before it sends; the next one sends, once."""
    a_leader(rt, "Asha", "both")
    code = (
        "import os, sys, time; from dataclasses import replace; from datetime import datetime\n"
        "from gateway.runtime import build_runtime; from gateway.settings import Settings\n"
        "from gateway.rollups import freeze\n"
        "rt = replace(build_runtime(Settings.from_env(os.environ)), clock=lambda: datetime.fromisoformat(sys.argv[1]))\n"
        "freeze.freeze_due(rt); print('frozen', flush=True); time.sleep(60)\n"
    )
    settings = rt.settings
    environment = {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "MEMBERLINE_PUBLIC_URL": "http://127.0.0.1:8000",
        "MEMBERLINE_SECRET_KEY": "secret-key-of-the-tests",
        "MEMBERLINE_CALLBACK_SECRET": settings.callback_secret,
        "MEMBERLINE_AFRICASTALKING_URL": "http://127.0.0.1:9",
        "MEMBERLINE_DATA": str(settings.data_dir),
    }
    command = [sys.executable, "-c", code, rt.clock().isoformat()]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "frozen\n"
        process.send_signal(signal.SIGKILL)
    assert owed(rt) == []
    assert frozen(rt) is None
    for _ in range(2):
        send.send_due(rt)
    assert [each.kind for each in owed(rt)] == ["sms", "voice"]


LARGE = dict.fromkeys(("received", "danger", "answered", "confirmed", "waiting", "overdue", "asked"), 98_765)


@pytest.mark.parametrize(("language", "name"), [("en", "B" * 60), ("hi", "बूथ" * 20), ("bn", "বুথ" * 20)])
def test_sms_fits_two_messages_with_the_longest_name(rt: Runtime, language: str, name: str) -> None:
    rollup = Rollup(day=MONDAY + timedelta(days=2))
    text = send.text_of(rt, rollup, RollupRow(**LARGE), Unit(name=name), language)
    assert segments(text) <= 2
    assert not text.endswith("...")


def test_voice_says_counts_as_words_and_leaves_out_what_there_was_none_of(rt: Runtime, evening: None) -> None:
    made = frozen(rt)
    assert made is not None
    with unit_of_work(rt.engine) as work:
        place = a_unit(work.db, "BLOCK")
        found = spoken.facts(work.db, rt, made.id, place.id, "hi")
        nothing = spoken.facts(work.db, rt, made.id, a_unit(work.db, "BOOTH-9").id, "hi")
    assert (found["new"], found["danger"], found["solved"], found["first"], found["second"]) == (
        "दो",
        "एक",
        "",
        "21",
        "",
    )
    assert (found["unit"], found["date"], found["is_corrected"]) == ("Bah", "तेईस नवंबर", False)
    assert nothing["new"] == nothing["silent"] == ""
