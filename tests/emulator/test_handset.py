"""The page with the phones: what it serves, and the phone driven in a real browser."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from gateway.emulator.config import Person
from gateway.emulator.words import WORDS
from tests.emulator.conftest import LINE, RAMESH, SITA, Desk, FakeGateway, response, until

CHROMIUM = Path("/usr/bin/chromium")
PERSONS = (
    Person(RAMESH, "Ramesh", "Bharatpur", "B-101", "hi"),
    Person(SITA, "Sita", "Sonapur", "B-102", "hi"),
)


@pytest.fixture
def booth(start: Callable[..., Desk]) -> Desk:
    return start(persons=PERSONS)


def fetch(desk: Desk, path: str) -> Any:
    return desk.http.request("GET", desk.url + path)


def test_page_allows_only_its_own_scripts(booth: Desk) -> None:
    page = fetch(booth, "/?lang=hi")
    assert "script-src 'self'; style-src 'self'" in page.headers["Content-Security-Policy"]
    assert 'lang="hi"' in page.data.decode()
    assert "लाइन आज़माने के फ़ोन" in page.data.decode()


@pytest.mark.parametrize("name", WORDS)
def test_label_is_there_in_both_languages(name: str) -> None:
    assert all(text.strip() for text in WORDS[name])


def test_directory_lists_one_booth_when_asked(booth: Desk) -> None:
    persons = fetch(booth, "/handset/directory?booth=B-101").json()["persons"]
    assert persons == [{"number": RAMESH, "name": "Ramesh", "village": "Bharatpur", "unit": "B-101"}]


def test_watched_phone_rings_instead_of_being_answered(gateway: FakeGateway, booth: Desk) -> None:
    number = quote(RAMESH)
    first = fetch(booth, f"/handset/watch?phones={number}&held={number}").json()
    booth.call(RAMESH)
    path = f"/handset/watch?phones={number}&held={number}&wire=0&sign="
    until(lambda: fetch(booth, path).json()["phones"][0]["state"] == "ringing")
    assert first["phones"][0]["in_hand"] == "page"
    assert gateway.posts == []
    booth.phone(RAMESH, "answer")
    assert until(gateway.voice_posts)[0]["callSessionState"] == "Answered"


def test_first_deed_is_ticked_when_the_line_was_dialled(gateway: FakeGateway, booth: Desk) -> None:
    gateway.voice = lambda form: response("<Reject/>")
    booth.phone(RAMESH, "dial", to=LINE)
    gateway.final()
    assert fetch(booth, "/handset/watch?phones=").json()["deeds"] == ["dial"]


def test_media_is_served_only_from_the_gateway(gateway: FakeGateway, booth: Desk) -> None:
    clip = fetch(booth, "/media?url=" + quote(f"{gateway.url}/clips/1.wav"))
    assert (clip.status, clip.data[:4]) == (200, b"RIFF")
    assert fetch(booth, "/media?url=" + quote("http://192.0.2.1/a.wav")).status == 403
    assert fetch(booth, "/media?url=" + quote(f"{gateway.url}/clips/missing.wav")).status == 502


@pytest.fixture
def browser_page() -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.fail("no Chromium: sudo apt-get install -y chromium fonts-noto-core")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        page.set_default_timeout(10_000)
        yield page
        browser.close()


@pytest.mark.browser
def test_person_dials_presses_and_speaks_when_in_a_browser(
    gateway: FakeGateway, booth: Desk, browser_page: Any
) -> None:
    menu = response(f'<GetDigits numDigits="1" timeout="9">{gateway.play(1)}</GetDigits>')
    replies = {"first": menu, "1": response('<Record maxLength="9" timeout="5" finishOnKey="#"/>')}
    gateway.voice = lambda form: (
        replies.get(form.get("dtmfDigits", "first"), "")
        if "recordingUrl" not in form
        else response("<Say>Bye</Say>")
    )
    browser_page.goto(f"{booth.url}/?phones={quote(RAMESH)}")
    browser_page.get_by_role("button", name="Switch on").first.click()
    browser_page.locator(".green").click()
    browser_page.locator(".captions .now").wait_for()
    browser_page.keyboard.press("1")
    browser_page.get_by_role("button", name="Speak a sample voice").click()
    until(lambda: booth.get(f"phones/{quote(RAMESH)}")["call"]["seconds"] >= 2)
    browser_page.locator(".pad .key").last.click()
    assert gateway.final(10)["status"] == "Success"
    assert gateway.voice_posts()[2]["recordingUrl"].startswith(booth.url)
    browser_page.locator("#steps .done").nth(1).wait_for()


@pytest.mark.browser
def test_phone_rings_and_is_answered_when_in_a_browser(
    gateway: FakeGateway, booth: Desk, browser_page: Any
) -> None:
    gateway.voice = lambda form: response("<Say>Your report is solved</Say>")
    browser_page.goto(f"{booth.url}/?phones={quote(SITA)}")
    browser_page.get_by_role("button", name="Switch on").first.click()
    browser_page.locator(".content svg").wait_for()
    until(lambda: booth.get(f"phones/{quote(SITA)}")["in_hand"] == "page")
    booth.call(SITA)
    browser_page.locator(".handset.rings").wait_for()
    browser_page.locator(".green").click()
    browser_page.locator(".captions", has_text="Your report is solved").wait_for()
    assert gateway.final(10)["hangupCause"] == "NORMAL_CLEARING"


def test_sample_voice_speaks_a_sentence_when_a_page_holds_the_phone(
    gateway: FakeGateway, booth: Desk
) -> None:
    number = quote(RAMESH)
    fetch(booth, f"/handset/watch?phones={number}&held={number}")
    until(lambda: "hi" in booth.network._sample.spoken, 15)
    assert 40_000 < booth.network.sample(None, "hi").size < 200_000
