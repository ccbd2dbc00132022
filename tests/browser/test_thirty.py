"""A morning at the desk: thirty reports listened to, sorted and answered with the keyboard alone, one opening after the other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from gateway.db import unit_of_work
from gateway.demo.places import DISTRICT
from gateway.models import Report, VoiceNote
from gateway.states import ReportState, Urgency
from gateway.store import units
from tests.browser.door import ASHA, plays
from tests.house import House

Window = Callable[..., Page]
THIRTY, AIM_SECONDS = 30, 20
DANGER = 4  # came fifth, and opens first


@pytest.fixture
def morning(house: House) -> list[str]:
    """Thirty spoken reports of one booth, a minute apart, the fifth of them a danger; returns their references in order."""
    with unit_of_work(house.rt.engine) as work:
        sound = work.db.scalars(select(VoiceNote).where(VoiceNote.clip_key.is_not(None)).limit(1)).one()
        booth = units.add_unit(
            work.db, "THIRTY", "Booth of Thirty", "booth", units.get_unit_by_code(work.db, DISTRICT)
        )
        begun = house.rt.clock() - timedelta(hours=2)
        for nth in range(THIRTY):
            note = VoiceNote(
                clip_key=sound.clip_key,
                seconds=sound.seconds,
                peaks=sound.peaks,
                announced_at=begun,
                fetched_at=begun,
            )
            work.db.add(note)
            work.db.flush()
            work.db.add(
                Report(
                    reference=f"{77_000 + nth}",
                    state=ReportState.RECEIVED,
                    urgency=Urgency.DANGER if nth == DANGER else Urgency.SOON,
                    source="voice",
                    unit_id=booth.id,
                    desk_unit_id=booth.id,
                    sight_unit_id=booth.id,
                    voice_note_id=note.id,
                    language="hi",
                    received_at=begun + timedelta(minutes=nth),
                )
            )
    rest = [f"{77_000 + nth}" for nth in range(THIRTY) if nth != DANGER]
    return [f"{77_000 + DANGER}", *rest]


def test_thirty_reports_by_keyboard_alone(window: Window, house: House, morning: list[str]) -> None:
    page = window(ASHA)
    page.goto(f"{house.web}/reports?unit=THIRTY")
    expect(page.locator("[data-row]")).to_have_count(18)
    press(page, "j", "o")
    took = []
    for nth, reference in enumerate(morning):
        expect(page.locator("h1 .ref")).to_have_text(reference)
        begun = time.monotonic()
        listen_and_sort(page)
        (assign if nth % 3 == 1 else answer)(page)
        took.append(time.monotonic() - begun)
    expect(page.locator("h1")).to_have_text("Reports")
    expect(page.locator("[data-row]")).to_have_count(10)  # what was only assigned
    assert worked(house) == {ReportState.ANSWERED: 20, ReportState.ASSIGNED: 10}
    assert statistics.median(took) <= AIM_SECONDS


def listen_and_sort(page: Page) -> None:
    """Hear the beginning, and say what it is about: village services, water."""
    expect(page.locator(".pin .player.live")).to_be_visible()  # the script has come
    press(page, "p")
    assert plays(page, page.locator(".pin"))
    press(page, "c", "2", "1")
    expect(page.locator("[data-subjects] [aria-pressed=true]")).to_have_attribute("value", "21")


def answer(page: Page) -> None:
    """The next one opens by itself."""
    press(page, "e")
    page.keyboard.type("मिस्त्री कल आएगा।")
    press(page, "Control+Enter")


def assign(page: Page) -> None:
    press(page, "a")
    expect(page.locator("[data-part=flash]")).to_contain_text("Assigned.")
    press(page, "j")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def worked(house: House) -> dict[ReportState, int]:
    with unit_of_work(house.rt.engine) as work:
        booth = units.get_unit_by_code(work.db, "THIRTY")
        states = work.db.scalars(
            select(Report.state).where(Report.unit_id == booth.id, Report.category == "21")
        ).all()
    return {each: states.count(each) for each in set(states)}
