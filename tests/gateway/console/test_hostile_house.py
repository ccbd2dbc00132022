"""Odd values in addresses and forms of the house and the door are answered in words, never with a broken page."""

from __future__ import annotations

import pytest
from flask import Flask

from gateway.runtime import Runtime
from tests.gateway.console.seats import a_tree, enter, post, seat

ODD = ["\0", "%", "'", "9" * 30, "-1", "‮gnirts", "=1+1", "x" * 5_000, "😀", "\ud7ff"]
FIELDS = {
    "/house/staff": ("q", "role", "gone", "after"),
    "/house/audit": ("person", "action", "subject", "unit", "since", "until", "before"),
}
FORMS = {
    "/house/staff/new": ("name", "email", "role", "unit", "number", "as_sms"),
    "/house/audit/export": ("person", "subject", "unit", "since"),
    "/house/sender": ("calls", "sms", "name"),
    "/account/password": ("old", "new"),
    "/account/second-factor/confirm": ("code",),
    "/invitation/none": ("new",),
    "/members/none/number": ("reason", "words", "number_id"),
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_value_breaks_no_page(app: Flask, rt: Runtime, odd: str) -> None:
    a_tree(rt)
    browser = seat(app, rt, role="administrator", unit="AGRA")
    for path, names in FIELDS.items():
        for name in names:
            assert browser.get(path, query_string={name: odd}).status_code < 500, (path, name)
    for path, names in FORMS.items():
        assert post(browser, path, **dict.fromkeys(names, odd)).status_code < 500, path
    assert browser.get(f"/invitation/{odd.encode('utf-8', 'ignore').hex()}").status_code == 404
    assert enter(app.test_client(), odd, odd).status_code in (401, 404, 429)


def test_number_too_large_for_a_row_is_not_there(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    browser = seat(app, rt)
    assert post(browser, f"/account/browsers/{'9' * 30}/end").status_code == 404
