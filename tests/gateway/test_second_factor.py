"""The second step at sign-in: codes work once, paper helps out, who must have it cannot go on without."""

from __future__ import annotations

import re

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from gateway.access.duties import SETTING
from gateway.db import unit_of_work
from gateway.models import RecoveryCode, Setting, Staff
from gateway.runtime import Runtime
from tests.conftest import TestClock
from tests.gateway.console.seats import PASSWORD, a_tree, enter, post, seat

PAGE = "/account/second-factor"


def set_up(browser: FlaskClient, clock: TestClock) -> tuple[pyotp.TOTP, list[str]]:
    """Switch the second step on; returns the app on the phone and the codes on paper."""
    post(browser, PAGE, password=PASSWORD)
    shown = browser.get(PAGE).text
    secret = "".join(re.findall(r"<code>([A-Z2-7 ]+)</code>", shown)).replace(" ", "")
    assert "<svg" in shown and len(secret) == 32
    totp = pyotp.TOTP(secret)
    answer = post(browser, f"{PAGE}/confirm", code=totp.at(clock()))
    clock.forward(seconds=90)
    return totp, re.findall(r"<li><code>([a-z2-7-]+)</code>", answer.text)


def code(browser: FlaskClient, typed: str) -> int:
    return post(browser, "/sign-in/code", page="/sign-in/code", code=typed).status_code


@pytest.fixture
def asha(app: Flask, rt: Runtime) -> FlaskClient:
    a_tree(rt)
    return seat(app, rt)


def test_password_alone_opens_nothing_when_the_second_step_is_on(
    app: Flask, asha: FlaskClient, clock: TestClock
) -> None:
    totp, _ = set_up(asha, clock)
    browser = app.test_client()
    assert enter(browser).headers["Location"].startswith("/sign-in/code")
    assert browser.get("/").status_code == 302
    half = browser.get_cookie("memberline")
    assert code(browser, totp.at(clock())) == 302
    whole = browser.get_cookie("memberline")
    assert half and whole and half.value != whole.value
    assert browser.get("/").status_code == 200
    browser.set_cookie("memberline", half.value)
    assert browser.get("/").status_code == 302


def test_code_works_once(app: Flask, asha: FlaskClient, clock: TestClock) -> None:
    totp, _ = set_up(asha, clock)
    first, second = app.test_client(), app.test_client()
    enter(first)
    enter(second)
    typed = totp.at(clock())
    assert (code(first, typed), code(second, typed)) == (302, 401)


def test_code_of_long_ago_is_not_taken(app: Flask, asha: FlaskClient, clock: TestClock) -> None:
    totp, _ = set_up(asha, clock)
    typed = totp.at(clock())
    clock.forward(seconds=90)
    browser = app.test_client()
    enter(browser)
    assert code(browser, typed) == 401


def test_code_on_paper_works_once_and_typed_as_people_do(
    app: Flask, rt: Runtime, asha: FlaskClient, clock: TestClock
) -> None:
    _, paper = set_up(asha, clock)
    assert len(set(paper)) == 10
    with unit_of_work(rt.engine) as work:
        kept = set(work.db.scalars(select(RecoveryCode.code_hash)))
    assert not kept & {each.encode() for each in paper}
    for expected in (302, 401):
        browser = app.test_client()
        enter(browser)
        assert code(browser, paper[0].upper().replace("-", " ")) == expected


def test_codes_are_not_tried_without_end(app: Flask, asha: FlaskClient, clock: TestClock) -> None:
    set_up(asha, clock)
    browser = app.test_client()
    enter(browser)
    assert [code(browser, f"00000{figure}") for figure in range(6)][-1] == 429


def test_half_sign_in_is_over_after_ten_minutes(app: Flask, asha: FlaskClient, clock: TestClock) -> None:
    totp, _ = set_up(asha, clock)
    browser = app.test_client()
    enter(browser)
    clock.forward(minutes=11)
    assert browser.get("/sign-in/code").headers["Location"].startswith("/sign-in")
    assert post(browser, "/sign-in/code", page="/sign-in", code=totp.at(clock())).status_code == 302
    assert browser.get("/").status_code == 302


def test_switching_on_gives_a_new_token_and_signs_out_others(
    app: Flask, asha: FlaskClient, clock: TestClock
) -> None:
    other = app.test_client()
    enter(other)
    before = asha.get_cookie("memberline")
    set_up(asha, clock)
    after = asha.get_cookie("memberline")
    assert before and after and before.value != after.value
    assert (asha.get("/").status_code, other.get("/").status_code) == (200, 302)


def test_wrong_password_sets_nothing_up(rt: Runtime, asha: FlaskClient) -> None:
    assert post(asha, PAGE, password="wrong").status_code == 422
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(Staff.sealed_totp)).all() == [None]


def test_secret_is_sealed_for_its_own_row(rt: Runtime, asha: FlaskClient) -> None:
    post(asha, PAGE, password=PASSWORD)
    shown = "".join(re.findall(r"<code>([A-Z2-7 ]+)</code>", asha.get(PAGE).text)).replace(" ", "")
    with unit_of_work(rt.engine) as work:
        kept = work.db.scalars(select(Staff.sealed_totp)).one()
    assert kept and shown.encode() not in kept


@pytest.mark.parametrize(
    ("role", "unit", "is_asked"),
    [("administrator", "ACH", True), ("coordinator", "AGRA", True), ("coordinator", "ACH", False)],
)
def test_role_that_can_do_most_harm_must_have_it_after_some_days(
    app: Flask, rt: Runtime, clock: TestClock, role: str, unit: str, is_asked: bool
) -> None:
    a_tree(rt)
    seat(app, rt, role=role, unit=unit)
    clock.forward(days=6)
    browser = app.test_client()
    enter(browser)
    page = browser.get("/")
    assert (page.status_code, PAGE in page.text) == (200, is_asked)
    clock.forward(days=2)
    browser = app.test_client()
    enter(browser)
    assert (browser.get("/").headers.get("Location") == PAGE) is is_asked
    if is_asked:
        assert post(browser, "/house/staff/new", page=PAGE).status_code == 403
        set_up(browser, clock)
        assert browser.get("/").status_code == 200
        assert post(browser, f"{PAGE}/off", page=PAGE, password=PASSWORD).status_code == 422


def test_demo_is_only_offered_it(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    seat(app, rt, role="administrator", unit="AGRA")
    with unit_of_work(rt.engine) as work:
        work.db.add(Setting(name="demo", value={"loaded_at": clock().isoformat()}))
    clock.forward(days=60)
    browser = app.test_client()
    enter(browser)
    assert browser.get("/").status_code == 200


def test_row_of_the_settings_decides(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    with unit_of_work(rt.engine) as work:
        work.db.add(Setting(name=SETTING, value={"is_forced": True, "days": 0}))
    assert seat(app, rt, role="administrator", unit="AGRA").get("/").headers["Location"] == PAGE


def test_administrator_is_signed_out_after_half_an_idle_hour(
    app: Flask, rt: Runtime, clock: TestClock
) -> None:
    a_tree(rt)
    browser = seat(app, rt, role="administrator")
    for _ in range(3):
        clock.forward(minutes=29)
        assert browser.get("/").status_code == 200
    clock.forward(minutes=20)
    browser.get("/?fragment=1")  # a page that asks for news by itself is not use
    clock.forward(minutes=20)
    assert browser.get("/").status_code == 302


def test_one_browser_is_ended_and_nobody_elses(app: Flask, rt: Runtime, asha: FlaskClient) -> None:
    other, bina = app.test_client(), seat(app, rt, name="Bina")
    agent = "Mozilla/5.0 (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0"
    other.environ_base["HTTP_USER_AGENT"] = agent
    enter(other)
    shown = asha.get("/account").text
    assert "Firefox · Android" in shown and "Mozilla" not in shown
    (ending,) = re.findall(r"/account/browsers/\d+/end", shown)
    assert post(bina, ending).status_code == 404
    assert post(asha, ending).status_code == 302
    assert [each.get("/").status_code for each in (asha, other, bina)] == [200, 302, 200]
