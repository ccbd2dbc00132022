"""`memberline staff`: a login is made from the command line and opens the console."""

from __future__ import annotations

import json

from click.testing import CliRunner, Result
from flask import Flask

from gateway.cli.staff import staff
from gateway.runtime import Runtime
from tests.gateway.console.seats import a_tree, enter


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
