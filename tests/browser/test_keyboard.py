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
    expect(page.get_by_role("status").filter(has_text="Assigned.")).to_be_visible()
    page.goto(f"{house.web}/reports/{wanted}")
    expect(page.locator("aside")).to_contain_text("Meera Ghantiwal")


def test_keys_rest_when_switched_off(inbox: Page) -> None:
    inbox.keyboard.press("?")
    inbox.locator("[data-keys-off]").check()
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("j")
    assert here(inbox) == -1
    inbox.reload()
    inbox.keyboard.press("j")
    assert here(inbox) == -1


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
