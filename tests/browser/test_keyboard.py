"""Keys: the inbox without a mouse, keys that stay out of fields and can be switched off, and the phone by keyboard."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.door import FARID, MEERA, open_phones, plays, poll
from tests.house import House

Window = Callable[..., Page]
RAJU = "+917000000012"


@pytest.fixture
def inbox(window: Window, house: House) -> Page:
    page = window(FARID)
    page.goto(f"{house.web}/reports?tab=all&voice=yes")
    page.locator("[data-row]").nth(2).wait_for()
    return page


def here(page: Page) -> int:
    """Which row the keys stand on, -1 for none."""
    rows = page.locator("[data-row]")
    return next(
        (nth for nth in range(rows.count()) if "here" in (rows.nth(nth).get_attribute("class") or "")), -1
    )


def test_j_and_k_walk_through_the_rows(inbox: Page) -> None:
    stops = []
    for key in "jjk":
        inbox.keyboard.press(key)
        stops.append(here(inbox))
    assert stops == [0, 1, 0]


def test_p_plays_and_pauses_the_row(inbox: Page) -> None:
    inbox.keyboard.press("j")
    inbox.keyboard.press("p")
    pinned = inbox.locator(".player.pinned")
    assert plays(inbox, pinned)
    inbox.keyboard.press("p")
    assert pinned.locator("audio").evaluate("it => it.paused")


def test_slash_finds_and_keys_stay_out_of_fields(inbox: Page) -> None:
    inbox.keyboard.press("/")
    expect(inbox.locator("#q")).to_be_focused()
    inbox.keyboard.type("jpae?")
    expect(inbox.locator("#q")).to_have_value("jpae?")
    assert here(inbox) == -1
    assert not inbox.locator("dialog[open]").count()


def test_escape_leaves_a_field_and_closes_the_help(inbox: Page) -> None:
    inbox.keyboard.press("/")
    inbox.keyboard.type("12")
    inbox.keyboard.press("Escape")
    expect(inbox.locator("#q")).not_to_be_focused()
    expect(inbox.locator("#q")).to_have_value("12")  # what was typed stays, nothing is lost
    inbox.keyboard.press("?")
    expect(inbox.locator("dialog[open]")).to_be_visible()
    inbox.keyboard.press("Escape")
    expect(inbox.locator("dialog[open]")).to_have_count(0)
    inbox.keyboard.press("j")
    assert here(inbox) == 0


def test_e_opens_the_answer_of_the_row(inbox: Page) -> None:
    inbox.keyboard.press("j")
    inbox.keyboard.press("e")
    inbox.wait_for_url("**/reports/*#answer")


def test_a_assigns_the_row_to_me(window: Window, house: House) -> None:
    page = window(MEERA)
    page.goto(f"{house.web}/reports?state=received")
    page.locator("[data-row]").first.wait_for()
    page.keyboard.press("j")
    wanted = page.locator("[data-row].here").get_attribute("data-row")
    page.keyboard.press("a")
    expect(page.get_by_role("status").filter(has_text="Done with 1 report.")).to_be_visible()
    page.goto(f"{house.web}/reports/{wanted}")
    expect(page.locator("aside")).to_contain_text("Meera Ghantiwal")


def test_rows_are_chosen_assigned_and_given_back_by_keys(window: Window, house: House) -> None:
    page = window(MEERA)
    page.goto(f"{house.web}/reports?tab=unassigned")
    page.locator("[data-row]").nth(1).wait_for()
    for key in "jxjx":
        page.keyboard.press(key)
    expect(page.locator("[data-chosen]")).to_have_text("Chosen: 2")
    wanted = [box.get_attribute("value").partition(".")[0] for box in page.locator(".pick :checked").all()]  # type: ignore[union-attr]
    page.keyboard.press("a")
    expect(page.get_by_role("status").filter(has_text="Done with 2 reports.")).to_be_visible()
    page.keyboard.press("u")
    expect(page.get_by_role("status").filter(has_text="Undone for 2 reports.")).to_be_visible()
    assert {each.get_attribute("data-row") for each in page.locator("[data-row]").all()} >= set(wanted)


def test_g_and_a_letter_go_to_a_page(inbox: Page) -> None:
    inbox.keyboard.press("g")
    inbox.keyboard.press("s")
    inbox.wait_for_url(lambda url: url.endswith("/"))
    inbox.keyboard.press("g")
    inbox.keyboard.press("i")
    inbox.wait_for_url("**/reports")


def test_keys_rest_for_whoever_switched_them_off(window: Window, house: House) -> None:
    page = window(MEERA)
    switch(page, house, is_on=False)
    page.goto(f"{house.web}/reports?tab=all")
    page.locator("[data-row]").first.wait_for()
    for key in "jx?":
        page.keyboard.press(key)
    assert here(page) == -1
    assert not page.locator("dialog[open]").count()
    switch(page, house, is_on=True)
    page.goto(f"{house.web}/reports?tab=all")
    page.keyboard.press("j")
    assert here(page) == 0


def switch(page: Page, house: House, *, is_on: bool) -> None:
    page.goto(f"{house.web}/account")
    page.locator("input[name=keys]").set_checked(is_on)
    page.locator("form:has(input[name=keys]) button").click()
    page.get_by_role("status").wait_for()


def test_phone_is_dialled_pressed_and_hung_up_by_keyboard(window: Window, house: House) -> None:
    page = window()
    (phone,) = open_phones(page, house, RAJU)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    phone.wants("digits")
    page.keyboard.press("1")
    poll(page, lambda: len(phone.shown["heard"]) >= 2)
    page.keyboard.press("Escape")
    phone.is_idle()
