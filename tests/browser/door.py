"""Steps that several browser tests share: signing in, waiting without eval, phones on the handset page, a small sound."""

from __future__ import annotations

import io
import math
import struct
import wave
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from playwright.sync_api import ConsoleMessage, Locator, Page

from tests.house import House, until

ASHA, MEERA, KAMAL, FARID = (f"{name}@demo.example" for name in ("asha", "meera", "kamal", "farid"))
PASSWORD = "neem-tree-radio"  # of every demo login
PATIENCE_MS = 15_000
TONE_HERTZ = 800
Complaints = list[str]


def is_complaint(said: ConsoleMessage) -> bool:
    """Whether the page complains; that a phone may refuse (409) is an answer like any other."""
    return said.type == "error" and "409" not in said.text


def sign_in(page: Page, web: str, who: str) -> None:
    page.goto(f"{web}/sign-in")
    page.locator("#email").fill(who)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button.main").click()
    page.wait_for_url(f"{web}/")


def poll(page: Page, ready: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait for something; a page's policy forbids `wait_for_function`, which needs eval (console.md 9)."""

    def look() -> Any:
        page.wait_for_timeout(50)  # lets the browser's own events through
        return ready()

    return until(look, seconds, 0.0)


class Handset:
    """One phone on the handset page: what a person there sees and does. Never acts past the page."""

    def __init__(self, page: Page, house: House, number: str, nth: int = 0) -> None:
        self.page, self._house, self.number = page, house, number
        self.box = page.locator(".handset").nth(nth)

    def dial(self, line: str) -> None:
        """Type the ten digits and press the green key."""
        self.page.keyboard.type(line.removeprefix("+91"))
        self.page.keyboard.press("Enter")

    def key(self, key: str) -> None:
        """Press a key with the mouse once the line listens for keys."""
        self.wants("digits")
        self.box.get_by_role("button", name=key, exact=True).click()

    def wants(self, what: str) -> None:
        """Wait until the screen asks for this: `digits` or `record`."""
        self.box.locator(f".wants.{what}").wait_for()

    def hears(self, words: str, seconds: float = 20.0) -> None:
        try:
            poll(self.page, lambda: words in self.captions, seconds)
        except AssertionError as error:
            raise AssertionError(
                f"it was not said within {seconds} s: {words}; but {self.captions[-500:]}"
            ) from error

    def rings(self, seconds: float = 30.0) -> None:
        poll(self.page, lambda: self.box.evaluate("box => box.classList.contains('rings')"), seconds)

    def pick_up(self) -> None:
        self.box.locator(".green").click()

    def hang_up(self) -> None:
        self.box.locator(".red").click()
        self.is_idle()

    def is_idle(self, seconds: float = 30.0) -> None:
        poll(self.page, lambda: self.shown["state"] == "idle", seconds)

    @property
    def captions(self) -> str:
        return " | ".join(self.box.locator(".captions li").all_inner_texts())

    @property
    def shown(self) -> dict[str, Any]:
        phone: dict[str, Any] = self._house.get(f"phones/{quote(self.number)}")
        return phone


def open_phones(page: Page, house: House, *numbers: str) -> list[Handset]:
    """Open these phones beside each other and switch them on."""
    page.goto(f"{house.phones_url}/?phones={quote(','.join(numbers))}")
    phones = [Handset(page, house, number, nth) for nth, number in enumerate(numbers)]
    for each in phones:
        each.box.locator(".wake").click()
    poll(page, lambda: all(each.shown["on"] and each.shown["in_hand"] == "page" for each in phones))
    return phones


def plays(page: Page, box: Locator) -> bool:
    """Whether the sound in this box plays: its time moves on."""
    return bool(
        poll(page, lambda: box.locator("audio").first.evaluate("it => !it.error && it.currentTime > 0.2"))
    )


def a_sound(seconds: float = 2.0) -> bytes:
    """A WAV with one tone: surely heard, and found again in whatever it was joined to."""
    rate = 16_000
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        levels = (
            math.sin(math.tau * TONE_HERTZ * at / rate) * (0.6 + 0.4 * math.sin(at / 1500))
            for at in range(round(seconds * rate))
        )
        file.writeframes(b"".join(struct.pack("<h", round(9000 * level)) for level in levels))
    return out.getvalue()
