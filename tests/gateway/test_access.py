"""Who may come in: the provider's secret, signing in and staying so, failures, roles, tokens on forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from gateway import spool
from gateway.access import Permission, Role, may_role, passwords
from gateway.access.passwords import NOBODY
from gateway.access.sign_in import wait_after
from gateway.db import unit_of_work
from gateway.models import AuditEntry, Base, SignIn, Staff
from gateway.runtime import Runtime
from tests.conftest import SECRET, TestClock
from tests.gateway.console.desk import token_in
from tests.gateway.console.seats import PASSWORD, a_tree, enter, post, seat

RANG = {
    "provider_id": "call-1",
    "number": "+917000000001",
    "line": "+918000000002",
    "is_inbound": "yes",
    "is_over": "no",
}
NOON = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize("path", ["voice", "sms", "receipts", "opt-outs", "ussd"])
def test_callback_is_not_there_when_the_secret_is_wrong(client: FlaskClient, path: str) -> None:
    answer = client.post(f"/callbacks/loopback/{SECRET}x/{path}", data={"sessionId": "1"})
    assert (answer.status_code, answer.data) == (404, b"")


def test_callback_is_not_there_when_the_provider_is_another(client: FlaskClient) -> None:
    assert client.post(f"/callbacks/elsewhere/{SECRET}/voice", data={"a": "b"}).status_code == 404


def test_callback_is_refused_when_it_is_too_large(client: FlaskClient) -> None:
    answer = client.post(f"/callbacks/loopback/{SECRET}/voice", data={"a": "x" * 70_000})
    assert answer.status_code == 413


def test_phone_hears_an_apology_when_the_callback_fails_inside(client: FlaskClient, rt: Runtime) -> None:
    rt.quick.close()  # the database is away for the hot path
    answer = client.post(f"/callbacks/loopback/{SECRET}/voice", data=RANG)
    assert (answer.status_code, answer.text != "") == (200, True)
    assert (rt.settings.data_dir / spool.FILE).read_bytes()  # the next sweep applies it


def test_sign_in_opens_the_start_page_when_the_password_is_right(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    seat(app, rt)
    browser = app.test_client()
    assert enter(browser).headers["Location"] == "/"
    assert browser.get("/").status_code == 200


def test_sign_in_says_the_same_when_the_account_does_not_exist(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    seat(app, rt)
    stranger = app.test_client()
    known = enter(stranger, password="wrong")
    other = enter(stranger, "nobody@example.org", "wrong")
    assert (known.status_code, other.status_code) == (401, 401)
    assert _error(known.text) == _error(other.text)


def test_unknown_account_takes_as_long_as_a_known_one() -> None:
    made = passwords.hash_password("something else")
    assert NOBODY.rpartition("$")[0].rpartition("$")[0] == made.rpartition("$")[0].rpartition("$")[0]
    assert passwords.is_password(None, "anything") is False


def test_only_the_hash_of_a_token_is_kept(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    seat(app, rt)
    browser = app.test_client()
    enter(browser)
    cookie = browser.get_cookie("memberline")
    assert cookie and cookie.http_only and cookie.same_site == "Lax"
    with unit_of_work(rt.engine) as work:
        assert cookie.value.encode() not in set(work.db.scalars(select(SignIn.token_hash)))


def test_sign_in_gives_a_new_token_each_time(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    first = seat(app, rt)
    old = first.get_cookie("memberline")
    second = app.test_client()
    enter(second)
    new = second.get_cookie("memberline")
    assert old and new and old.value != new.value


@pytest.mark.parametrize(("hours", "is_in"), [(11, True), (13, False)])
def test_sign_in_ends_when_nobody_used_it_for_twelve_hours(
    app: Flask, rt: Runtime, clock: TestClock, hours: int, is_in: bool
) -> None:
    a_tree(rt)
    browser = seat(app, rt)
    clock.forward(hours=hours)
    assert (browser.get("/").status_code == 200) is is_in


def test_sign_in_ends_after_seven_days_however_it_was_used(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    browser = seat(app, rt)
    for _ in range(16):
        assert browser.get("/").status_code == 200
        clock.forward(hours=10)
    clock.forward(hours=9)
    assert browser.get("/").status_code == 302


def test_old_cookie_opens_nothing_after_signing_out(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt)
    cookie = browser.get_cookie("memberline")
    assert cookie and post(browser, "/sign-out").status_code == 302
    browser.set_cookie("memberline", cookie.value)
    assert browser.get("/").status_code == 302


def test_every_browser_is_signed_out_when_asked_everywhere(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    first, second = seat(app, rt), app.test_client()
    enter(second)
    post(second, "/sign-out", everywhere="1")
    assert first.get("/").status_code == 302


def test_right_password_must_wait_after_many_wrong_ones(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    seat(app, rt)
    browser = app.test_client()
    for _ in range(4):
        enter(browser, password="wrong")
    assert enter(browser).status_code == 429
    clock.forward(minutes=15)
    assert enter(browser).status_code == 302


@pytest.mark.parametrize(("failures", "seconds"), [(0, 0), (3, 0), (4, 2), (5, 4), (9, 64), (10, 900)])
def test_wait_grows_with_the_failures(failures: int, seconds: int) -> None:
    assert wait_after([NOON] * failures, NOON) == timedelta(seconds=seconds)


def test_form_is_refused_when_it_carries_no_token(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt)
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or ()) and not rule.rule.startswith("/callbacks/"):
            path = "".join(
                "x" if part.endswith(">") else part for part in rule.rule.replace("<", "\0<").split("\0")
            )
            assert browser.post(path).status_code in (400, 404), rule.rule


def test_sign_in_changes_the_token_of_the_forms(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = app.test_client()
    before = token_in(browser, "/sign-in")
    seat(app, rt)
    enter(browser)
    assert browser.post("/sign-out", data={"csrf_token": before}).status_code == 400


def test_pages_change_nothing_when_they_are_only_looked_at(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt, role="administrator")
    before = _rows(rt)
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and "<" not in rule.rule:
            assert browser.get(rule.rule).status_code < 500 or rule.rule == "/health/ready"
    assert _rows(rt) == before


def test_address_after_sign_in_is_never_another_site(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    seat(app, rt)
    for wanted in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        browser = app.test_client()
        answer = enter(browser, next=wanted)
        assert answer.headers["Location"] == "/"


def test_signing_in_is_noted(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    seat(app, rt)
    enter(app.test_client())
    with unit_of_work(rt.engine) as work:
        assert "sign-in" in set(work.db.scalars(select(AuditEntry.action)))


def test_password_of_ones_own_comes_first_when_it_must(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt)
    with unit_of_work(rt.engine) as work:
        work.db.execute(update(Staff).values(must_change_password=True))
    assert browser.get("/reports").headers["Location"] == "/account"
    assert post(browser, "/reports/x/take").status_code == 403
    before = browser.get_cookie("memberline")
    post(browser, "/account/password", old=PASSWORD, new="a banyan by the school")
    after = browser.get_cookie("memberline")
    assert before and after and before.value != after.value
    assert browser.get("/reports").status_code == 200


def test_password_that_is_tried_first_is_refused_when_changing(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt)
    for weak in ("password123", "asha2024!!", "short"):
        assert post(browser, "/account/password", old=PASSWORD, new=weak).status_code == 422


def test_open_browser_cannot_try_passwords_without_end(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt)
    tried = [post(browser, "/account/password", old="wrong", new="a banyan by the school") for _ in range(5)]
    assert [each.status_code for each in tried] == [422] * 4 + [429]


@pytest.mark.parametrize(
    ("role", "permission", "may"),
    [
        (Role.LISTENER, Permission.HEAR_REPORTS, True),
        (Role.LISTENER, Permission.ANSWER_REPORTS, False),
        (Role.AUDITOR, Permission.HEAR_REPORTS, False),
        (Role.STAFF, Permission.ANSWER_REPORTS, True),
        (Role.STAFF, Permission.WRITE_BROADCASTS, False),
        (Role.APPROVER, Permission.APPROVE_BROADCASTS, True),
        (Role.APPROVER, Permission.ANSWER_REPORTS, False),
        (Role.ADMINISTRATOR, Permission.CHANGE_UNITS, True),
    ],
)
def test_role_may_do_what_its_row_says(role: Role, permission: Permission, may: bool) -> None:
    assert may_role(role, permission) is may


def _error(text: str) -> str:
    return text.partition('class="summary"')[2].partition("</div>")[0]


def _rows(rt: Runtime) -> dict[str, int]:
    with unit_of_work(rt.engine) as work:
        return {
            table.name: work.db.scalars(select(func.count()).select_from(table)).one()
            for table in Base.metadata.sorted_tables
        }
