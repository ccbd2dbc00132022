"""Giving the line a voice at the console: a file, the microphone, an old reading put back, and what lacks one after the other."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, expect

from audio.clips import RECORDED, Utterance
from gateway.models import Script
from tests.audio.sounds import file_of, speech_like
from tests.browser.door import ASHA, plays, poll
from tests.house import House

Window = Callable[..., Page]
LISTENED = 2.0  # seconds of Chromium's own microphone, which beeps


def a_file(seconds: float) -> FilePayload:
    return {
        "name": "voice.wav",
        "mimeType": "audio/wav",
        "buffer": file_of(speech_like(seconds, 16000), 16000),
    }


def keep(page: Page, button: str) -> None:
    page.get_by_role("button", name=button, exact=True).click()
    page.locator("[data-part=flash]").wait_for()


def readings(page: Page) -> list[str]:
    return page.locator("article.answer > p:first-child").all_inner_texts()


@pytest.fixture
def page(window: Window) -> Page:
    return window(ASHA)


@pytest.fixture
def script(house: House) -> Script:
    """Words that no other journey listens to."""
    return house.scripts(Script.name == "steering.really", Script.language == "hi")[0]


def heard(house: House, script: Script) -> str:
    clip = house.rt.clips.find(Utterance(script.words, script.language, script.name))
    return clip.voice if clip else ""


def test_voice_from_a_file_and_by_the_microphone_and_the_old_one_put_back(
    page: Page, house: House, script: Script
) -> None:
    page.goto(f"{house.web}/sounds/scripts/{script.id}")
    page.locator("#sound").set_input_files(a_file(6.0))
    keep(page, "Keep it")
    assert "heard now" in readings(page)[0] and "uploaded" in readings(page)[0]
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_timeout(1000 * LISTENED)
    page.get_by_role("button", name="Stop", exact=True).click()
    page.locator("[data-recorder] audio").evaluate("it => it.play()")
    assert plays(page, page.locator("[data-recorder]"))
    keep(page, "Keep it")
    assert "recorded in the browser" in readings(page)[0]
    expect(page.locator("article.answer").first.locator(".error")).not_to_have_count(0)  # beeps are no words
    assert "heard now" in readings(page)[1]
    keep(page, "Use it anyway")
    assert "heard now" in readings(page)[0]
    keep(page, "Put it back")
    assert "heard now" in readings(page)[1]
    poll(page, lambda: heard(house, script) == RECORDED)
    assert Axe().run(page).violations_count == 0
    keep(page, "Let the computer speak again")
    poll(page, lambda: heard(house, script) != RECORDED)


def test_what_lacks_is_read_in_a_row(page: Page, house: House) -> None:
    page.goto(f"{house.web}/sounds")
    page.locator("main table a[lang=sw], main table a[lang=ur]").first.click()
    shown = page.url
    before = int(page.locator(".tabs a[href*='show=human']").inner_text().split()[-1])
    page.get_by_role("link", name="Record the missing ones in a row").click()
    first = page.url
    words = page.locator(".aloud").inner_text()
    page.locator("#sound").set_input_files(a_file(1.0 + len(words) / 14))
    keep(page, "Keep it, and on to the next")
    assert page.url != first and page.locator(".aloud").inner_text() != words
    page.goto(shown)
    assert int(page.locator(".tabs a[href*='show=human']").inner_text().split()[-1]) == before + 1
    expect(page.locator("tbody tr", has_text=words).first).to_contain_text("A person’s voice")
    page.goto(first)
    keep(page, "Let the computer speak again")
