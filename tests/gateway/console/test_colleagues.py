"""Colleagues: links that work once, nobody above their own place, the last administrator, gone at once, and no other unit."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from gateway.access import ROLES, Permission, Role, Viewer, may_role
from gateway.db import unit_of_work
from gateway.deliveries.owe import TEXT_PURPOSE
from gateway.errors import Conflict
from gateway.models import AuditEntry, Delivery, Staff
from gateway.runtime import Runtime
from gateway.staff import changing
from gateway.staff.rank import roles_to_give
from gateway.store import staff
from tests.conftest import TestClock
from tests.gateway.console.seats import PASSWORD, a_tree, enter, post, seat

NEW = {"name": "Leela", "email": "leela@example.org", "role": "staff", "unit": "BOOTH-1"}
CHOSEN = "mango trees by the canal"


@pytest.fixture
def chief(app: Flask, rt: Runtime) -> FlaskClient:
    """The administrator of the whole organisation."""
    a_tree(rt)
    return seat(app, rt, name="Asha", role="administrator", unit="AGRA")


def person(rt: Runtime, email: str = "leela@example.org") -> Staff:
    with unit_of_work(rt.engine) as work:
        return staff.get_by_email(work.db, email)


def link_in(text: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/invitation/[\w-]+)", text)
    assert found
    return found.group(1)


def invited(browser: FlaskClient, **more: str) -> str:
    return link_in(post(browser, "/house/staff/new", **{**NEW, **more}).text)


def test_invited_colleague_chooses_a_password_and_signs_in(
    app: Flask, rt: Runtime, chief: FlaskClient
) -> None:
    link, leela = invited(chief), app.test_client()
    page = leela.get(link)
    assert "Leela" in page.text and page.headers["Cache-Control"] == "no-store"
    assert post(leela, link, page=link, new="password123").status_code == 422
    assert post(leela, link, page=link, new=CHOSEN).headers["Location"] == "/sign-in"
    assert enter(leela, NEW["email"], CHOSEN).status_code == 302
    assert leela.get("/").status_code == 200


def test_link_works_once(app: Flask, chief: FlaskClient) -> None:
    link, leela, thief = invited(chief), app.test_client(), app.test_client()
    post(leela, link, page=link, new=CHOSEN)
    assert thief.get(link).status_code == 404
    assert post(thief, link, page="/sign-in", new="another sentence here").status_code == 404
    assert enter(leela, NEW["email"], CHOSEN).status_code == 302


@pytest.mark.parametrize(("days", "status"), [(6.9, 200), (7.1, 404)])
def test_invitation_lasts_seven_days(
    app: Flask, chief: FlaskClient, clock: TestClock, days: float, status: int
) -> None:
    link = invited(chief)
    clock.forward(days=days)
    assert app.test_client().get(link).status_code == status


def test_newer_link_ends_the_older_and_taking_back_ends_all(
    app: Flask, rt: Runtime, chief: FlaskClient
) -> None:
    first, own = invited(chief), f"/house/staff/{person_id(rt, chief)}"
    second = link_in(post(chief, f"{own}/link").text)
    assert [app.test_client().get(each).status_code for each in (first, second)] == [404, 200]
    post(chief, f"{own}/links")
    assert app.test_client().get(second).status_code == 404


def person_id(rt: Runtime, _browser: FlaskClient, email: str = "leela@example.org") -> str:
    return person(rt, email).public_id


def test_only_the_hash_of_a_link_is_kept(rt: Runtime, chief: FlaskClient) -> None:
    secret = invited(chief).rpartition("/")[2]
    assert secret not in chief.get(f"/house/staff/{person(rt).public_id}").text
    with unit_of_work(rt.engine) as work:
        found = (
            work.db.connection().exec_driver_sql("SELECT row_to_json(i)::text FROM invitations i").scalar()
        )
    assert found and secret not in found and secret.encode().hex() not in found


def test_reset_link_lasts_half_an_hour_and_ends_every_browser(
    app: Flask, rt: Runtime, chief: FlaskClient, clock: TestClock
) -> None:
    bina = seat(app, rt, name="Bina")
    own = f"/house/staff/{person(rt, 'bina@example.org').public_id}"
    old, link = link_in(post(chief, f"{own}/link").text), link_in(post(chief, f"{own}/link").text)
    fresh = app.test_client()
    post(fresh, link, page=link, new=CHOSEN)
    assert bina.get("/").status_code == 302
    assert enter(app.test_client(), "bina@example.org", PASSWORD).status_code == 401
    assert enter(fresh, "bina@example.org", CHOSEN).status_code == 302
    late = link_in(post(chief, f"{own}/link").text)
    clock.forward(minutes=31)
    assert [app.test_client().get(each).status_code for each in (old, late)] == [404, 404]


def test_link_goes_out_as_sms_sealed_and_without_the_organisations_name(
    rt: Runtime, chief: FlaskClient
) -> None:
    link = invited(chief, number="+917000000901", as_sms="1")
    with unit_of_work(rt.engine) as work:
        owed = work.db.scalars(select(Delivery)).one()
        assert owed.sealed_text is not None
        told = rt.vault.open_text(owed.sealed_text, TEXT_PURPOSE, owed.dedupe or "")
    assert link in told and rt.settings.organisation not in told


def test_disabled_person_is_out_at_once(app: Flask, rt: Runtime, chief: FlaskClient) -> None:
    bina = seat(app, rt, name="Bina")
    own = f"/house/staff/{person(rt, 'bina@example.org').public_id}"
    assert bina.get("/").status_code == 200
    post(chief, f"{own}/disable")
    assert bina.get("/").status_code == 302
    assert enter(app.test_client(), "bina@example.org").status_code == 401
    post(chief, f"{own}/enable")
    assert bina.get("/").status_code == 302
    assert enter(app.test_client(), "bina@example.org").status_code == 302


def test_role_changes_at_once_and_with_a_new_sign_in(app: Flask, rt: Runtime, chief: FlaskClient) -> None:
    bina = seat(app, rt, name="Bina")
    own = f"/house/staff/{person(rt, 'bina@example.org').public_id}"
    assert post(chief, f"{own}/role", role="coordinator", unit="BAH").status_code == 302
    assert bina.get("/").status_code == 302
    changed = person(rt, "bina@example.org")
    with unit_of_work(rt.engine) as work:
        entry = work.db.scalars(select(AuditEntry).where(AuditEntry.action == "staff-changed")).one()
    assert (changed.role, entry.subject_id, entry.details["was"]) == ("coordinator", changed.id, "staff")


def test_nobody_changes_their_own_place(rt: Runtime, chief: FlaskClient) -> None:
    own = f"/house/staff/{person(rt, 'asha@example.org').public_id}"
    for deed, form in (("role", {"role": "staff", "unit": "AGRA"}), ("disable", {})):
        assert post(chief, f"{own}/{deed}", **form).status_code == 422
    assert (person(rt, "asha@example.org").role, person(rt, "asha@example.org").disabled_at) == (
        "administrator",
        None,
    )


def test_last_administrator_stays(rt: Runtime, chief: FlaskClient) -> None:
    with unit_of_work(rt.engine) as work:
        last = staff.get_by_email(work.db, "asha@example.org")
        with pytest.raises(Conflict):
            changing.disable(work, rt, None, last)
        assert last.disabled_at is None


def test_administrator_of_a_block_lets_nobody_go_above_the_block(
    app: Flask, rt: Runtime, chief: FlaskClient
) -> None:
    block = seat(app, rt, name="Kamal", role="administrator", unit="ACH")
    assert post(block, "/house/staff/new", **{**NEW, "unit": "AGRA"}).status_code == 422
    assert post(block, "/house/staff/new", **{**NEW, "unit": "BAH"}).status_code == 422
    assert invited(block)
    above = f"/house/staff/{person(rt, 'asha@example.org').public_id}"
    assert block.get(above).status_code == 404
    assert [post(block, f"{above}/{deed}").status_code for deed in ("disable", "link", "browsers")] == [
        404
    ] * 3
    assert "asha@example.org" not in block.get("/house/staff?gone=1").text


def test_colleagues_of_the_sibling_unit_are_nowhere(app: Flask, rt: Runtime, chief: FlaskClient) -> None:
    seat(app, rt, name="Nirmal", unit="BOOTH-2")
    block = seat(app, rt, name="Kamal", role="administrator", unit="ACH")
    other = f"/house/staff/{person(rt, 'nirmal@example.org').public_id}"
    for page in ("/house/staff", "/house/staff?q=Nirmal", "/house/staff?role=staff&gone=1"):
        assert "nirmal@example.org" not in block.get(page).text and other not in block.get(page).text
    assert block.get(other).status_code == 404
    assert post(block, f"{other}/role", role="staff", unit="ACH").status_code == 404
    assert other in chief.get("/house/staff").text


@pytest.mark.parametrize("role", [each for each in ROLES if each != "administrator"])
def test_only_administrators_change_colleagues(app: Flask, rt: Runtime, role: Role) -> None:
    a_tree(rt)
    browser = seat(app, rt, name="Bina", role=role, unit="AGRA")
    own = person(rt, "bina@example.org").public_id
    for path in ("/house/staff/new", f"/house/staff/{own}/disable", f"/house/staff/{own}/link"):
        assert post(browser, path).status_code == 403
    assert (browser.get("/house/staff").status_code == 200) is may_role(role, Permission.SEE_STAFF)
    assert ("/house/staff" in browser.get("/house").text) is may_role(role, Permission.SEE_STAFF)


def test_role_is_given_only_where_it_may_nothing_more() -> None:
    def given(role: Role) -> set[Role]:
        return set(roles_to_give(Viewer(1, "", role, 1, "/1/", "en")))

    assert given(Role.ADMINISTRATOR) == set(ROLES)
    assert Role.ADMINISTRATOR not in given(Role.COORDINATOR)
    assert given(Role.LISTENER) == {Role.LISTENER}


def test_lost_phone_is_helped_by_an_administrator(app: Flask, rt: Runtime, chief: FlaskClient) -> None:
    seat(app, rt, name="Bina")
    with unit_of_work(rt.engine) as work:
        mine = update(Staff).where(Staff.email == "bina@example.org")
        work.db.execute(mine.values(totp_since=rt.clock(), sealed_totp=b"x"))
    assert "/sign-in/code" in enter(app.test_client(), "bina@example.org").headers["Location"]
    post(chief, f"/house/staff/{person(rt, 'bina@example.org').public_id}/second-factor")
    assert enter(app.test_client(), "bina@example.org").headers["Location"] == "/"


def test_address_that_is_taken_is_told(rt: Runtime, chief: FlaskClient) -> None:
    answer = post(chief, "/house/staff/new", **{**NEW, "email": "ASHA@example.org"})
    assert (answer.status_code, "has this address already" in answer.text) == (422, True)
    with unit_of_work(rt.engine) as work:
        assert work.db.scalars(select(func.count(Staff.id))).one() == 1


def test_every_deed_is_noted(app: Flask, rt: Runtime, chief: FlaskClient, clock: TestClock) -> None:
    invited(chief)
    own = f"/house/staff/{person(rt).public_id}"
    for deed in ("link", "links", "browsers", "disable", "enable", "second-factor"):
        clock.forward(seconds=timedelta(seconds=1).total_seconds())
        post(chief, f"{own}/{deed}")
    with unit_of_work(rt.engine) as work:
        noted = set(work.db.scalars(select(AuditEntry.action).where(AuditEntry.subject == "staff")))
    assert noted >= {
        "staff-invited",
        "links-ended",
        "staff-signed-out",
        "staff-disabled",
        "staff-enabled",
        "second-factor-reset",
    }
