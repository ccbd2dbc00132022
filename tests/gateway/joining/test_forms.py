"""Paper forms: keyed in one after the other, with a sealed photo and a consent that points to it; nobody is doubled."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.forms import PhotoRefused, kind_of
from gateway.models import Consent, Enrolment, Member, PaperForm
from gateway.phones import Number
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.console.desk import Desk, a_desk
from tests.gateway.console.seats import a_tree
from tests.lines import Caller
from tests.walks import JOINS, all_of, ledger_of, members_on, text, the_member, walk

JPEG, PNG, PDF = b"\xff\xd8\xff\xe0photo", b"\x89PNG\r\n\x1a\nphoto", b"%PDF-1.7 photo"


@pytest.fixture
def number() -> Number:
    return a_number()


@pytest.fixture
def desk(app: Flask, rt: Runtime) -> Desk:
    a_tree(rt)
    return a_desk(app, rt, unit="ACH")


def keep(desk: Desk, number: str, photo: bytes | None = None, **given: Any) -> TestResponse:
    form = {
        "name": "Sita Devi",
        "phone": number,
        "unit": "BOOTH-1",
        "adult": "yes",
        "language": "hi",
        **given,
    }
    if photo is not None:
        form["photo"] = (io.BytesIO(photo), "form.jpg")
    return desk.post("/members/forms/new", **form)


@pytest.mark.parametrize(
    ("photo", "kind"), [(JPEG, "image/jpeg"), (PNG, "image/png"), (PDF, "application/pdf")]
)
def test_form_makes_a_member_whose_consent_points_to_the_photo(
    rt: Runtime, desk: Desk, number: Number, photo: bytes, kind: str
) -> None:
    answer = keep(desk, number, photo, signed_on="2026-11-01")
    assert answer.status_code == 302
    assert "signed_on=2026-11-01" in answer.location
    member, form = the_member(rt, number), all_of(rt, PaperForm)[0]
    assert (member.name, member.status, member.consent, member.is_adult) == (
        "Sita Devi",
        MemberStatus.ACTIVE,
        ConsentState.ALL,
        True,
    )
    entry = all_of(rt, Consent)[0]
    assert (entry.how, entry.form_id, entry.staff_id, entry.at.day) == ("paper", form.id, desk.staff_id, 1)
    assert (form.media_type, rt.files.read(form.file_key)) == (kind, photo)
    assert all_of(rt, Enrolment)[0].way == "form"
    seen = desk.get(f"/members/forms/{form.id}")
    assert (seen.get_data(), seen.mimetype) == (photo, kind)


@pytest.mark.parametrize("photo", [b"<html>", b"GIF89a"], ids=["html", "gif"])
def test_file_that_is_no_photo_is_refused(rt: Runtime, desk: Desk, number: Number, photo: bytes) -> None:
    answer = keep(desk, number, photo)
    assert answer.status_code == 422
    assert 'id="photo-error"' in answer.get_data(as_text=True)
    assert members_on(rt, number) == []


def test_photo_that_is_too_large_is_refused() -> None:
    with pytest.raises(PhotoRefused):
        kind_of(JPEG + b"x" * 5_000_000)


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", ""),
        ("phone", "12"),
        ("phone", "+254720000001"),
        ("unit", "BOOTH-2"),
        ("adult", ""),
        ("signed_on", "2026-12-24"),
        ("signed_on", "yesterday"),
    ],
)
def test_field_that_is_wrong_is_named_and_nothing_is_kept(
    rt: Runtime, desk: Desk, number: Number, field: str, wrong: str
) -> None:
    answer = keep(desk, number, **{field: wrong})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.get_data(as_text=True)
    assert all_of(rt, Member) == []


def test_form_of_who_joined_by_phone_completes_them(
    rt: Runtime, client: FlaskClient, app: Flask, number: Number, clock: TestClock
) -> None:
    a_tree(rt)
    walk(Caller(client, number), *JOINS)
    before = the_member(rt, number)
    desk = a_desk(app, rt, "Meera", unit="AGRA")
    clock.forward(hours=1)
    asked = keep(desk, number, JPEG)
    assert asked.status_code == 200
    assert before.public_id in asked.get_data(as_text=True)
    assert keep(desk, number, JPEG, member=before.public_id).status_code == 302
    member = the_member(rt, number)
    assert (member.id, member.name) == (before.id, "Sita Devi")
    assert [how for _, how, _ in ledger_of(rt, member)] == ["key", "paper"]
    assert [each.way for each in all_of(rt, Enrolment)] == ["call"]


def test_same_name_on_the_same_number_is_the_same_person_however_it_is_written(
    rt: Runtime, desk: Desk, number: Number
) -> None:
    a_member(rt, "सीता देवी", number=number, unit="BOOTH-1", consent=None)
    assert keep(desk, number).status_code == 302
    assert (the_member(rt, number).name, the_member(rt, number).consent) == ("सीता देवी", ConsentState.ALL)


def test_somebody_else_on_a_known_phone_is_a_second_member(rt: Runtime, desk: Desk, number: Number) -> None:
    a_member(rt, "Ramesh", number=number, unit="BOOTH-1")
    keep(desk, number, member="new")
    assert [each.name for each in members_on(rt, number)] == ["Ramesh", "Sita Devi"]


def test_form_sent_twice_keeps_one_member_and_one_consent(rt: Runtime, desk: Desk, number: Number) -> None:
    keep(desk, number)
    keep(desk, number)
    assert len(ledger_of(rt, the_member(rt, number))) == 1


def test_form_never_brings_back_who_left(
    rt: Runtime, client: FlaskClient, desk: Desk, number: Number, clock: TestClock
) -> None:
    a_member(rt, "Sita Devi", number=number, unit="BOOTH-1")
    clock.forward(minutes=1)
    text(client, number, "STOP")
    clock.forward(minutes=1)
    keep(desk, number, JPEG)
    assert the_member(rt, number).consent == ConsentState.NONE
    assert "only they can come back" in desk.read("/members/forms/new")


def test_known_member_of_the_next_block_is_not_shown(rt: Runtime, desk: Desk, number: Number) -> None:
    a_member(rt, "Ravi of Bah", number=number, unit="BOOTH-2")
    answer = keep(desk, number)
    assert "Ravi" not in answer.get_data(as_text=True)
    assert sorted(each.name for each in members_on(rt, number)) == ["Ravi of Bah", "Sita Devi"]


def test_photo_of_the_next_block_does_not_exist(app: Flask, rt: Runtime, desk: Desk, number: Number) -> None:
    keep(desk, number, JPEG)
    form_id = all_of(rt, PaperForm)[0].id
    assert a_desk(app, rt, "Ravi", unit="BAH").get(f"/members/forms/{form_id}").status_code == 404
    assert (
        a_desk(app, rt, "Asha", role="staff", unit="ACH").get(f"/members/forms/{form_id}").status_code == 403
    )
