"""Staff of one block never see, count, export, hear or change anything of another, by any route or command.

The routes come from the application and the rows from the tables, so that neither a new page nor a new table can be
forgotten (reliability.md C13). See tests/gateway/walk.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.access.permissions import Role
from tests import databases
from tests.gateway.walk.doors import Door, doors
from tests.gateway.walk.house import (
    House,
    asked_for,
    counterpart,
    fingerprint,
    found_in,
    twins,
    typed_numbers,
)
from tests.gateway.walk.pages import TYPED, Form, Page
from tests.gateway.walk.world import ALFA, BETA, Side, grow

pytestmark = pytest.mark.timeout(300)  # some four thousand requests: a busy machine needs its time

CHANCE = re.compile(r'(csrf[-_]token|public_id)" (value|content)="[^"]+"')
NAMES_SOMETHING = re.compile(
    r"unit|code|parent|place|number|phone|under|member|kept|gone|into|email|overlay|staff|target|drive|broadcast"
)
REFUSED = (400, 403, 404, 409, 422)
# A part of a page, asked for by a script; by itself it leads to the whole page.
DRAWN_OTHERWISE = {"/broadcasts/<public_id>/results"}
_runs = itertools.count(1)


def test_nobody_finds_the_other_block_on_their_own_pages(house: House) -> None:
    wrong = []
    for role in Role:
        browser = house.browser(ALFA, role)
        for door in doors(house.app, "GET", ALFA):
            answer = browser.get(door.address)
            wrong += said_wrong(answer, (role, door.address), BETA)
    assert wrong == []


def test_other_blocks_things_are_not_there_for_anybody(house: House) -> None:
    wrong: list[object] = []
    for role in Role:
        browser = house.browser(ALFA, role)
        for door in theirs(house, "GET"):
            answer = browser.get(door.address)
            wrong += said_wrong(answer, (role, door.address), BETA, (403, 404))
    assert wrong == []


def test_stranger_is_let_in_nowhere(house: House) -> None:
    browser = house.app.test_client()
    wrong: list[object] = []
    for side in (ALFA, BETA):
        for door in doors(house.app, "GET", side):
            answer = browser.get(door.address)
            wrong += said_wrong(answer, ("nobody", door.address), ALFA)
            wrong += said_wrong(answer, ("nobody", door.address), BETA)
        for door in doors(house.app, "POST", side):
            wrong += said_wrong(browser.post(door.address), ("nobody", door.address), side, (400, 401, 404))
    assert wrong == []


def test_their_own_staff_do_find_it(house: House) -> None:
    """Else the walk would prove nothing: the marks stand on the pages of those who may see them."""
    browser = house.browser(BETA, Role.ADMINISTRATOR)
    blind = {
        door.rule
        for door in doors(house.app, "GET", BETA)
        if door.is_theirs and not found_in(browser.get(door.address), door.address, BETA)
    }
    assert blind - DRAWN_OTHERWISE == set()
    for start in ("/members", "/reports", "/broadcasts", "/news", "/units", "/house/staff"):
        assert found_in(browser.get(start), start, BETA), start


def test_nothing_of_the_other_block_is_changed_by_its_address(house: House) -> None:
    before = fingerprint(house.rt, BETA)
    wrong: list[object] = []
    for role in Role:
        browser = house.browser(ALFA, role)
        csrf = token_of(browser)
        for door in theirs(house, "POST"):
            answer = browser.post(door.address, data={"csrf_token": csrf})
            wrong += said_wrong(answer, (role, door.address), BETA, REFUSED)
        assert fingerprint(house.rt, BETA) == before, role
    assert wrong == []


def test_nothing_of_the_other_block_is_found_by_asking(house: House) -> None:
    """Every name behind a question mark, on any page, asked for what only the other block has."""
    browser = house.browser(ALFA, Role.ADMINISTRATOR)
    asked = {
        question
        for door in doors(house.app, "GET", ALFA)
        for question in page(browser, door.address).questions()
    }
    assert len(asked) >= 20
    wrong: list[object] = []
    for path, name in sorted(asked):
        for value in (*asked_for(), *typed_numbers()):
            answer = browser.get(path, query_string={name: value})
            wrong += said_wrong(answer, (path, name, value), BETA)
    assert wrong == []


def test_nothing_of_the_other_block_is_changed_by_a_form(house: House) -> None:
    """Every form that the first block's administrator is shown, sent with what is the other's in one field at a time."""
    browser = house.browser(ALFA, Role.ADMINISTRATOR)
    before, csrf = fingerprint(house.rt, BETA), token_of(browser)
    sent, wrong = 0, list[object]()
    for form in forms(house, browser):
        for name, value in foreign_values(form, asked_for()):
            values = {each: known.value for each, known in form.fields.items()}
            answer = browser.post(form.action, data={**values, name: value, "csrf_token": csrf})
            sent += 1
            wrong += said_wrong(answer, (form.action, name, value), BETA)
        assert fingerprint(house.rt, BETA) == before, form.action
    assert wrong == []
    assert sent > 50


def test_no_count_changes_with_what_happens_in_the_other_block(house: House, tmp_path: Path) -> None:
    """Noninterference: the first block's pages are the same, letter by letter, when the second has more of everything."""
    with_less, with_more = twins(house, tmp_path)
    different = []
    try:
        for _ in range(2):
            grow(with_more.rt, BETA)
        for role in (Role.ADMINISTRATOR, Role.AUDITOR):  # between them they may see every page
            here, there = with_less.browser(ALFA, role), with_more.browser(ALFA, role)
            for door in doors(house.app, "GET", ALFA):
                if not door.endpoint.startswith("health."):
                    one, other = plain(here.get(door.address)), plain(there.get(door.address))
                    different += [(role, door.address, line) for line in set(other) - set(one)]
        here, there = (each.browser(BETA, Role.ADMINISTRATOR) for each in (with_less, with_more))
        assert plain(here.get("/members")) != plain(
            there.get("/members")
        )  # there is more, for those it is of
    finally:
        for each in (with_less, with_more):
            each.rt.close()
            databases.drop(each.name)
    assert different == [], "\n".join(str(each) for each in different)


def test_number_of_the_other_block_tells_nothing_when_it_is_typed(house: House) -> None:
    """Last, because it leaves traces: a number belongs to nobody, so it may be taken, but says not whose it is."""
    browser = house.browser(ALFA, Role.ADMINISTRATOR)
    csrf = token_of(browser)
    told = []
    for form in forms(house, browser):
        for name, value in foreign_values(form, typed_numbers()):
            values = {each: known.value for each, known in form.fields.items()}
            answer = browser.post(form.action, data={**values, name: value, "csrf_token": csrf})
            marks = [mark for mark in found_in(answer, value, BETA) if not mark[-4:].isdigit()]
            told += [(form.action, name, value, *marks)] if marks or answer.status_code == 500 else []
    assert told == []


def said_wrong(
    answer: TestResponse, asked: tuple[str, ...], side: Side, allowed: tuple[int, ...] = ()
) -> list[object]:
    """What is wrong with an answer: it says something of that side, or it is none of the allowed, or broken."""
    is_fine = answer.status_code in allowed if allowed else answer.status_code != 500
    trouble: list[object] = found_in(answer, asked[-1], side)  # type: ignore[assignment]
    trouble += [] if is_fine else [answer.status_code]
    return [(*asked, *trouble)] if trouble else []


def theirs(house: House, method: str) -> Iterator[Door]:
    """Every route of that method with something of the other block in its address."""
    return (door for door in doors(house.app, method, ALFA, BETA) if door.is_theirs)


def page(browser: FlaskClient, address: str) -> Page:
    answer = browser.get(address)
    return Page(address, answer.text if answer.mimetype == "text/html" else "")


def forms(house: House, browser: FlaskClient) -> list[Form]:
    """Every form that is sent, once an address; those of one's own account apart."""
    found: dict[str, Form] = {}
    for door in doors(house.app, "GET", ALFA):
        for form in page(browser, door.address).forms:
            if form.method == "post" and not form.action.startswith(("/account", "/sign-")):
                found.setdefault(form.action, form)
    return list(found.values())


def foreign_values(form: Form, typed: list[str]) -> Iterator[tuple[str, str]]:
    """Yield (field, value of the other block): its counterpart of what may be chosen, and what could be typed."""
    for name, known in form.fields.items():
        if name == "csrf_token":
            continue
        if known.kind in TYPED and not NAMES_SOMETHING.search(name):
            continue  # words of one's own: whoever types a mark finds it again
        for value in dict.fromkeys((known.value, *known.choices)):
            if (theirs := counterpart(value)) != value:
                yield name, theirs
                break
        if known.kind in TYPED:
            yield from ((name, value) for value in typed)


def token_of(browser: FlaskClient) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/account").text)
    assert found
    return found.group(1)


def plain(answer: TestResponse) -> list[str]:
    """The answer by line, without what differs at every look."""
    return [
        str(answer.status_code),
        *CHANCE.sub("", answer.get_data().decode("utf-8", "replace")).split("\n"),
    ]
