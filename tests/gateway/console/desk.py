"""Somebody at the console in tests: signed in by a row, posting with the form's own token."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.access.tokens import cookie_name
from gateway.db import unit_of_work
from gateway.runtime import Runtime
from gateway.store import staff
from tests.builders import a_person_of_staff

_TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
FORMS = "memberline-form"
_seen: dict[str, str] = {}


@dataclass
class Desk:
    """A browser with a person before it."""

    client: FlaskClient
    staff_id: int

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def read(self, path: str) -> str:
        """Return the text of a page that must be there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.status
        return answer.get_data(as_text=True)

    def post(self, path: str, **form: Any) -> TestResponse:
        return self.client.post(path, data={"csrf_token": form_token(self.client), **form})


def token_in(client: FlaskClient, page: str = "/account") -> str:
    """The token of a page's forms."""
    found = _TOKEN.search(client.get(page).get_data(as_text=True))
    assert found, page
    return found[1]


def form_token(client: FlaskClient, page: str = "/account") -> str:
    """The same; a page is opened only where none has been seen since the browser got its cookie of forms."""
    cookie = client.get_cookie(FORMS)
    if cookie is None or cookie.value not in _seen:
        token = token_in(client, page)
        cookie = client.get_cookie(FORMS)
        if cookie is None:
            return token
        _seen[cookie.value] = token
    return _seen[cookie.value]


def a_desk(
    app: Flask, rt: Runtime, name: str = "Meera", role: str = "coordinator", unit: str = "BOOTH-1"
) -> Desk:
    """Sign somebody in; the unit is made where it is not there yet."""
    staff_id = a_person_of_staff(rt, name, role, unit)
    token = secrets.token_urlsafe(32)
    with unit_of_work(rt.engine) as work:
        staff.add_sign_in(work.db, staff_id, hashlib.sha256(token.encode()).digest(), rt.clock())
    client = app.test_client()
    client.set_cookie(cookie_name(rt), token)
    return Desk(client, staff_id)
