"""Every page of the console, as people see it: both languages, both themes, phone and desk. axe, width, weight, complaints."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Response

from tests.browser.door import ASHA, PATIENCE_MS, is_complaint
from tests.browser.pages import OPEN_TO_ALL, addresses, endpoints
from tests.house import House

HEAVIEST_BYTES = 50_000
PHONE, NARROWEST, DESK = 390, 320, 1280
ON_NARROWEST = {"start.index", "reports.index", "broadcasts_compose.new"}
LOOKS = [("en", "light", DESK), ("en", "dark", PHONE), ("hi", "light", PHONE), ("hi", "dark", DESK)]
Cookies = Callable[[str], list[Any]]
_packed: dict[str, int] = {}


@dataclass
class Look:
    """A browser window of one language, theme and width; `weights` counts what the last page loaded."""

    page: Page
    language: str
    width: int
    complaints: list[str] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)

    @property
    def weight(self) -> int:
        """Bytes of the page, its style and its script, as they travel: the last two packed."""
        assert all(each.headers["content-encoding"] == "gzip" for each in self._of("stylesheet", "script"))
        packed = sum(packed_bytes(each) for each in self._of("stylesheet", "script"))
        return packed + sum(len(each.body()) for each in self._of("document"))

    def _of(self, *kinds: str) -> list[Response]:
        return [each for each in self.answers if each.request.resource_type in kinds]

    def overflows(self, width: int) -> bool:
        """Whether anything reaches beyond the screen."""
        self.page.set_viewport_size({"width": width, "height": 800})
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def packed_bytes(file: Response) -> int:
    """Weigh a file once a run: its address names its content."""
    if file.url not in _packed:
        _packed[file.url] = len(gzip.compress(file.body()))
    return _packed[file.url]


@pytest.fixture(scope="module")
def places(browser: Browser, house: House, cookies: Cookies) -> dict[str, str]:
    context = browser.new_context()
    context.add_cookies(cookies(ASHA))
    found = addresses(house, context.new_page())
    context.close()
    return found


def speak(page: Page, house: House, language: str) -> None:
    """Choose the language as people do: by its button."""
    page.goto(f"{house.web}/account")
    page.locator("details.me summary").click()
    page.locator(f".languages button[value={language}]").click()
    page.locator(f"html[lang={language}]").wait_for(state="attached")


@pytest.fixture(scope="module", params=LOOKS, ids=lambda look: "-".join(map(str, look)))
def look(browser: Browser, house: House, cookies: Cookies, request: pytest.FixtureRequest) -> Iterator[Look]:
    language, theme, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies(cookies(ASHA))
    page = context.new_page()
    speak(page, house, language)
    seen = Look(page, language, width)
    context.on("console", lambda said: is_complaint(said) and seen.complaints.append(said.text))
    context.on("weberror", lambda error: seen.complaints.append(str(error.error)))
    context.on("response", lambda answer: seen.answers.append(answer))
    yield seen
    speak(page, house, "en")
    context.close()


def open_page(look: Look, house: House, place: str, *, signed_in: bool = True) -> int:
    """Open it with nothing kept from the page before; returns the status."""
    look.complaints.clear()
    look.answers.clear()
    context, kept = look.page.context, look.page.context.cookies()
    if not signed_in:
        context.clear_cookies()
        context.add_cookies([{"name": "locale", "value": look.language, "url": house.web}])
    answer = look.page.goto(house.web + place)
    context.add_cookies(kept)
    assert answer is not None
    return answer.status


@pytest.mark.parametrize("endpoint", endpoints())
def test_page_is_good_when_looked_at(
    look: Look, house: House, places: dict[str, str], endpoint: str, pictures: Path | None
) -> None:
    status = open_page(look, house, places[endpoint], signed_in=endpoint not in OPEN_TO_ALL)
    assert status == 200
    assert look.page.locator("html").get_attribute("lang") == look.language
    assert look.weight <= HEAVIEST_BYTES
    if pictures:
        name = f"{endpoint}-{look.language}-{look.width}.png"
        look.page.screenshot(path=pictures / name, full_page=True)
    if look.width == DESK:  # each theme once; small screens are about width
        found = Axe().run(look.page)
        assert found.violations_count == 0, found.generate_report()
    for width in (PHONE, NARROWEST) if endpoint in ON_NARROWEST else (PHONE,):
        assert look.width != PHONE or not look.overflows(width)
    look.page.set_viewport_size({"width": look.width, "height": 900})
    assert not look.complaints
