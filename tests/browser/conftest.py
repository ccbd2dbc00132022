"""One Chromium and one demo house for all browser tests; doors for whoever signs in, and what a page complained about.

`--pictures DIR` keeps pictures of the pages in both themes. A missing Chromium fails; it is never a reason to skip.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.door import PATIENCE_MS, Complaints, is_complaint, sign_in
from tests.house import House, the_demo_house

NO_CHROMIUM = "browser tests need Chromium: apt-get install chromium (or put `chromium` on PATH)"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", metavar="DIR", help="keep pictures of the pages there, in both themes")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All are marked; the first one may have to wait until the house has made its sounds."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(360))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    chromium = next(
        filter(None, map(shutil.which, ("/usr/bin/chromium", "chromium", "chromium-browser"))), None
    )
    if chromium is None:
        pytest.fail(NO_CHROMIUM)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield opened
        with suppress(PlaywrightError):
            opened.close()


@pytest.fixture(scope="package")
def house() -> Iterator[House]:
    """The demo organisation on its line; phones that no page holds always answer, and live fast."""
    running = the_demo_house()
    yield running
    running.stop()


@pytest.fixture(scope="package")
def cookies(browser: Browser, house: House) -> Callable[[str], list[Any]]:
    """Sign in once per person and run, however many windows are opened."""
    kept: dict[str, list[Any]] = {}

    def of(who: str) -> list[Any]:
        if who not in kept:
            context = browser.new_context()
            sign_in(context.new_page(), house.web, who)
            kept[who] = context.cookies()
            context.close()
        return kept[who]

    return of


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Whatever a page complains about fails the test that saw it."""
    heard: Complaints = []
    yield heard
    assert not heard


@pytest.fixture
def window(
    browser: Browser, house: House, cookies: Callable[[str], list[Any]], complaints: Complaints
) -> Iterator[Callable[..., Page]]:
    """Open a window; `who` is signed in there."""
    opened: list[BrowserContext] = []

    def open_window(who: str = "", **how: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **how})
        opened.append(context)
        if who:
            context.add_cookies(cookies(who))
        context.on("console", lambda said: is_complaint(said) and complaints.append(said.text))
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.set_default_timeout(PATIENCE_MS)
        return context.new_page()

    yield open_window
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def pictures(request: pytest.FixtureRequest) -> Path | None:
    """Where pictures go, or None where nobody wants them."""
    wanted = request.config.getoption("--pictures", default=None)
    if wanted is None:
        return None
    folder = Path(wanted)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
