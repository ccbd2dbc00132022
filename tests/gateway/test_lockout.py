"""Tries at somebody else's account: they slow down whoever makes them, and keep nobody else out (reliability.md C11)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from gateway.access.password_rules import why_refused
from gateway.access.rates import network_of
from gateway.app import create_app
from gateway.db import unit_of_work
from gateway.models import AuditEntry
from gateway.runtime import Runtime
from tests.conftest import TestClock
from tests.gateway.console.desk import token_in
from tests.gateway.console.seats import PASSWORD, a_tree, enter, seat

OWN = ("asha.devi@example.org", "Asha Devi", "Gram Sabha Sangathan")


def from_address(browser: FlaskClient, address: str, password: str = "wrong") -> TestResponse:
    """Try to sign in as Asha from this address."""
    browser.delete_cookie("memberline")  # signed out, and still known
    form = {"email": "asha@example.org", "password": password, "csrf_token": token_in(browser, "/sign-in")}
    return browser.post("/sign-in", data=form, environ_overrides={"REMOTE_ADDR": address})


def test_known_browser_never_waits_for_the_tries_of_others(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    seat(app, rt)
    own, stranger = app.test_client(), app.test_client()
    enter(own)
    for _ in range(12):
        last = from_address(stranger, "127.0.0.1")  # even from the very same network
    assert last.status_code == 429
    assert from_address(own, "127.0.0.1", PASSWORD).status_code == 302


def test_new_browser_is_let_in_while_many_addresses_attack(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    seat(app, rt)
    stranger = app.test_client()
    for place in range(12):
        for _ in range(3):
            from_address(stranger, f"198.51.100.{place}")
    assert from_address(app.test_client(), "203.0.113.9", PASSWORD).status_code == 302
    with unit_of_work(rt.engine) as work:
        assert list(work.db.scalars(select(AuditEntry.action))).count("sign-in-attack") == 1


def test_known_browser_waits_for_its_own_tries(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    seat(app, rt)
    own = app.test_client()
    enter(own)
    for _ in range(10):
        from_address(own, "127.0.0.1")
        clock.forward(seconds=70)
    assert from_address(own, "127.0.0.1", PASSWORD).status_code == 429
    clock.forward(minutes=15)
    assert from_address(own, "127.0.0.1", PASSWORD).status_code == 302


def test_computer_that_people_share_is_known_for_each_of_them(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    seat(app, rt)
    seat(app, rt, name="Bina")
    shared, stranger = app.test_client(), app.test_client()
    for email in ("asha@example.org", "bina@example.org"):
        shared.delete_cookie("memberline")
        enter(shared, email)
    for _ in range(5):
        from_address(stranger, "127.0.0.1")
    assert from_address(stranger, "127.0.0.1", PASSWORD).status_code == 429
    assert from_address(shared, "127.0.0.1", PASSWORD).status_code == 302


def test_known_browser_of_one_person_is_a_stranger_to_another(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    seat(app, rt)
    seat(app, rt, name="Bina")
    bina, stranger = app.test_client(), app.test_client()
    enter(bina, "bina@example.org")
    for _ in range(5):
        from_address(stranger, "127.0.0.1")
    assert from_address(bina, "127.0.0.1", PASSWORD).status_code == 429


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3::9", "2001:db8:1:2::"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("", ""),
    ],
)
def test_one_customer_is_one_place(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("ninechars", "short"),
        ("x7" * 150, "long"),
        ("password12", "common"),
        ("P@ssw0rd123", "common"),
        ("JaiHind@2025", "common"),
        ("welcomeadmin!!", "common"),
        ("99117220458", "common"),
        ("1234567890", "run"),
        ("0987654321", "run"),
        ("abcabcabcabc", "run"),
        ("qwertyuiop", "run"),
        ("asha.devi2024", "yours"),
        ("GramSabha#123", "yours"),
        ("Gram Sabha Sangathan", "yours"),
        ("neem tree at the well", None),
        ("पीपल के नीचे कुआँ है", None),
        ("8c7xK!p2Qz", None),
        ("asha sells bangles here", None),
    ],
)
def test_password_is_refused_when_it_is_tried_first(password: str, why: str | None) -> None:
    assert why_refused(password, OWN) == why


@pytest.mark.parametrize(("proxies", "status"), [(0, 429), (1, 302)])
def test_address_that_a_proxy_tells_is_believed_only_where_one_is_ours(
    rt: Runtime, proxies: int, status: int
) -> None:
    app = create_app(rt.settings, replace(rt, settings=replace(rt.settings, trusted_proxies=proxies)))
    a_tree(rt)
    seat(app, rt)
    for place, password in (*((9, "wrong"),) * 6, (7, PASSWORD)):
        browser = app.test_client()
        form = {
            "email": "asha@example.org",
            "password": password,
            "csrf_token": token_in(browser, "/sign-in"),
        }
        last = browser.post("/sign-in", data=form, headers={"X-Forwarded-For": f"6.6.6.6, 203.0.113.{place}"})
    assert last.status_code == status


def test_known_browser_is_not_held_back_with_the_strangers_of_its_address(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    seat(app, rt)
    own, stranger = app.test_client(), app.test_client()
    enter(own)
    for number in range(31):
        last = enter(stranger, f"nobody{number}@example.org", "wrong")
    assert last.status_code == 429
    assert from_address(own, "127.0.0.1", PASSWORD).status_code == 302
