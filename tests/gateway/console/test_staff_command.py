"""`memberline staff`: a login is made from the command line and opens the console."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result
from flask import Flask

from gateway.cli.staff import staff
from gateway.runtime import Runtime
from tests.gateway.console.seats import a_tree, enter, post, seat


def run(rt: Runtime, *arguments: str, piped: str = "") -> Result:
    """Call the command beside the runtime of the test."""
    environ = {
        "DATABASE_URL": rt.settings.database_url,
        "REDIS_URL": rt.settings.redis_url,
        "MEMBERLINE_PUBLIC_URL": rt.settings.public_url,
        "MEMBERLINE_SECRET_KEY": rt.settings.secret_key,
        "MEMBERLINE_CALLBACK_SECRET": rt.settings.callback_secret,
        "MEMBERLINE_AFRICASTALKING_URL": rt.settings.africastalking_url,
        "MEMBERLINE_DATA": str(rt.settings.data_dir),
    }
    return CliRunner(env=environ).invoke(staff, list(arguments), input=piped)


def test_added_person_signs_in_with_the_password_that_was_printed(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    ran = run(rt, "add", "Leela@Example.org", "--role", "staff", "--unit", "AGRA/ACH", "--json")
    told = json.loads(ran.stdout)
    assert (told["email"], told["unit"]) == ("leela@example.org", "ACH")
    assert enter(app.test_client(), "leela@example.org", told["password"]).status_code == 302


def test_piped_password_is_taken_and_not_printed(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    ran = run(rt, "add", "leela@example.org", "--role", "staff", "--json", piped="a well by the road\n")
    assert "password" not in json.loads(ran.stdout)
    assert enter(app.test_client(), "leela@example.org", "a well by the road").status_code == 302


def test_address_that_is_taken_is_refused(rt: Runtime) -> None:
    a_tree(rt)
    assert run(rt, "add", "leela@example.org", "--role", "staff").exit_code == 0
    assert run(rt, "add", "LEELA@example.org", "--role", "staff").exit_code == 1


def test_invited_person_chooses_a_password_by_the_printed_link(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    ran = run(rt, "invite", "leela@example.org", "--role", "listener", "--unit", "ACH", "--json")
    told = json.loads(ran.stdout)
    assert (told["role"], told["unit"]) == ("listener", "ACH")
    link = told["link"].removeprefix(rt.settings.public_url)
    post(app.test_client(), link, page=link, new="a well by the road")
    assert enter(app.test_client(), "leela@example.org", "a well by the road").status_code == 302


def test_colleague_is_changed_let_go_and_taken_back(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    seat(app, rt)
    who = "asha@example.org"
    changed = json.loads(run(rt, "role", who, "--role", "auditor", "--unit", "BAH", "--json").stdout)
    assert (changed["role"], changed["unit"]) == ("auditor", "BAH")
    enter(app.test_client())
    assert len(json.loads(run(rt, "sessions", who, "--json").stdout)) == 1
    assert json.loads(run(rt, "disable", who, "--json").stdout)["disabled"] is True
    assert json.loads(run(rt, "sessions", who, "--json").stdout) == []
    assert enter(app.test_client()).status_code == 401
    run(rt, "enable", who)
    assert enter(app.test_client()).status_code == 302
    run(rt, "sessions", who, "--end")
    assert json.loads(run(rt, "sessions", who, "--json").stdout) == []


def test_last_administrator_is_not_let_go(rt: Runtime) -> None:
    a_tree(rt)
    run(rt, "add", "leela@example.org", "--role", "administrator")
    ran = run(rt, "disable", "leela@example.org")
    assert (ran.exit_code, "last administrator" in str(ran.exception)) == (1, True)
    assert run(rt, "role", "leela@example.org", "--unit", "BAH").exit_code == 1
    assert run(rt, "role", "leela@example.org").exit_code == 2
