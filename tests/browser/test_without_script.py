"""The core tasks with JavaScript off: listen and answer, and call a whole unit."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from gateway.demo.places import BOOTH_OF_24
from gateway.models import Report
from tests.browser.door import ASHA, FARID, poll, sign_in
from tests.house import House

Window = Callable[..., Page]


@pytest.fixture
def plain(window: Window) -> Page:
    return window(java_script_enabled=False)


def test_report_is_found_heard_and_answered(plain: Page, house: House) -> None:
    sign_in(plain, house.web, FARID)
    plain.get_by_role("link", name="Reports", exact=True).click()
    plain.get_by_text("Narrow the list").click()
    plain.locator("select[name=state]").select_option("received")
    plain.locator("select[name=voice]").select_option("yes")
    plain.get_by_role("button", name="Show", exact=True).click()
    plain.locator("ol.rows > li a").first.click()
    assert plain.locator(".player audio[controls]").is_visible()
    reference, address = plain.locator("h1 .ref").inner_text(), plain.url.partition("?")[0]
    plain.get_by_role("button", name="I have heard it").click()
    assert state_of(house, reference) == "heard"
    plain.locator("#text-hi").fill("आपकी बात सुन ली है। काम कल से शुरू होगा।")
    plain.locator("#answer button.main").click()
    expect(plain.locator("[data-part=flash]")).to_contain_text("phone will ring")
    plain.goto(address)  # meanwhile the next one of the list has opened
    expect(plain.locator("article.answer")).to_contain_text("काम कल से शुरू होगा")
    assert state_of(house, reference) == "answered"


def state_of(house: House, reference: str) -> str:
    return house.all_of(Report, Report.reference == reference)[0].state.value


def test_broadcast_is_written_approved_and_started(plain: Page, house: House) -> None:
    sign_in(plain, house.web, ASHA)
    plain.goto(f"{house.web}/broadcasts")
    plain.get_by_role("link", name="New broadcast").click()
    plain.locator("#unit").fill(BOOTH_OF_24)
    plain.get_by_label("Send an SMS").check()
    plain.locator("#title").fill("By SMS, without a script")
    plain.locator("#text-hi").fill("बैठक रविवार को दस बजे।")
    plain.get_by_role("button", name="Save and check").click()
    plain.get_by_role("button", name="Approve, start later").click()
    expect(plain.get_by_text("Approved by")).to_be_visible()
    plain.locator("#confirm ~ .deeds button.main").click()
    poll(plain, lambda: plain.reload() and "Finished" in plain.locator(".standing").inner_text(), 60)
    expect(plain.locator(".segments li.heard")).to_contain_text("delivered")
