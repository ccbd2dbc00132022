"""The pages of consent in the hands of two sibling units: what is shown, what may be done, what nobody else sees."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from flows.steps import GiveConsent
from gateway import ledger, suppressions
from gateway.db import unit_of_work
from gateway.models import AuditEntry, Consent, Member, Scrub, Suppression
from gateway.phones import Number
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.suppressions import By
from tests.builders import a_member, a_number
from tests.conftest import TestClock
from tests.gateway.consent.looks import left_alone, state, texts
from tests.gateway.console.desk import token_in
from tests.gateway.console.seats import a_tree, post, seat

S = ConsentState
SITA, ASHA = a_number(), a_number()


@pytest.fixture
def people(rt: Runtime, clock: TestClock) -> dict[str, int]:
    """Sita in ACH's booth, Asha in that of the sibling BAH; both agreed in a list."""
    a_tree(rt)
    made = {
        "sita": a_member(rt, "Sita", number=SITA),
        "asha": a_member(rt, "Ashalata", number=ASHA, unit="BOOTH-2"),
    }
    clock.forward(minutes=1)
    return made


@pytest.fixture
def meera(app: Flask, rt: Runtime, people: dict[str, int]) -> FlaskClient:
    """A coordinator of ACH."""
    return seat(app, rt, "Meera", "coordinator", "ACH")


@pytest.fixture
def root(app: Flask, rt: Runtime, people: dict[str, int]) -> FlaskClient:
    return seat(app, rt, "Neel", "administrator", "AGRA")


def leave_alone(rt: Runtime, number: Number, reason: str = "complaint") -> int:
    with unit_of_work(rt.engine) as unit:
        suppressions.add(unit, rt, By(), number, reason)
        return unit.db.scalars(select(Suppression.id).order_by(Suppression.id.desc())).first() or 0


def public_id(rt: Runtime, member_id: int) -> str:
    with unit_of_work(rt.engine) as unit:
        return unit.db.get_one(Member, member_id).public_id


def test_list_shows_one_s_own_numbers_masked_and_counted(
    rt: Runtime, meera: FlaskClient, root: FlaskClient
) -> None:
    leave_alone(rt, SITA)
    leave_alone(rt, ASHA, "court")
    mine, every = meera.get("/house/suppressions").text, root.get("/house/suppressions").text
    assert (SITA[-4:] in mine, ASHA[-4:] in mine, SITA in mine) == (True, False, False)
    assert (SITA[-4:] in every, ASHA[-4:] in every) == (True, True)
    assert ASHA[-4:] not in root.get("/house/suppressions?reason=complaint").text


def test_number_is_looked_up_whole_and_only_one_s_own_tells(
    rt: Runtime, meera: FlaskClient, root: FlaskClient
) -> None:
    leave_alone(rt, ASHA)
    for browser, is_told in ((meera, False), (root, True)):
        page = post(browser, "/house/suppressions/find", number=ASHA.replace("+91", "0")).text
        assert ("Complained" in page.split("<aside>")[0]) is is_told
    assert post(meera, "/house/suppressions/find", number="12").status_code == 422


def test_coordinator_leaves_a_number_alone_and_lifts_it_with_a_reason(
    rt: Runtime, meera: FlaskClient
) -> None:
    assert (
        post(meera, "/house/suppressions/add", **{"new-number": SITA, "reason": "complaint"}).status_code
        == 302
    )
    assert left_alone(rt, SITA) == ["complaint"]
    with unit_of_work(rt.engine) as unit:
        entry_id = unit.db.scalars(select(Suppression.id)).one()
    assert post(meera, f"/house/suppressions/{entry_id}/lift", why="").status_code == 409
    assert post(meera, f"/house/suppressions/{entry_id}/lift", why="over").status_code == 302
    assert left_alone(rt, SITA) == []


REFUSED = [
    ({"new-number": ASHA, "reason": "court"}, "main office"),
    ({"new-number": SITA, "reason": "x"}, "why"),
]


@pytest.mark.parametrize(("form", "said"), [*REFUSED, ({"new-number": "12", "reason": "court"}, "called")])
def test_what_cannot_be_entered_comes_back_with_its_reason(
    rt: Runtime, meera: FlaskClient, form: dict[str, str], said: str
) -> None:
    answer = post(meera, "/house/suppressions/add", **form)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert left_alone(rt, ASHA) == left_alone(rt, SITA) == []


def test_opt_out_and_sibling_s_entry_cannot_be_lifted(rt: Runtime, meera: FlaskClient) -> None:
    own, others = leave_alone(rt, SITA, "opt-out"), leave_alone(rt, ASHA)
    assert post(meera, f"/house/suppressions/{own}/lift", why="mistake").status_code == 403
    assert post(meera, f"/house/suppressions/{others}/lift", why="mistake").status_code == 404
    assert (left_alone(rt, SITA), left_alone(rt, ASHA)) == (["opt-out"], ["complaint"])


def test_auditor_sees_and_changes_nothing(app: Flask, rt: Runtime, people: dict[str, int]) -> None:
    auditor = seat(app, rt, "Anil", "auditor", "ACH")
    entry_id = leave_alone(rt, SITA)
    assert "<form" not in auditor.get("/house/scrubs").text.split("<main")[1]
    for path in ("add", f"{entry_id}/lift"):
        assert post(auditor, f"/house/suppressions/{path}", why="mistake").status_code == 403
    assert post(auditor, "/house/scrubs", unit="Achhnera · ACH").status_code == 403


def test_round_with_the_register_from_page_to_list(rt: Runtime, meera: FlaskClient) -> None:
    assert post(meera, "/house/scrubs", unit="Bah · BAH").status_code == 422
    assert post(meera, "/house/scrubs", unit="Achhnera · ACH").status_code == 302
    with unit_of_work(rt.engine) as unit:
        round_id = unit.db.scalars(select(Scrub.public_id)).one()
    handed = post(meera, f"/house/scrubs/{round_id}/numbers.csv")
    assert handed.text.split() == ["phone", SITA]
    assert "no-store" in handed.headers["Cache-Control"]
    for content, status in ((b"", 422), (b"name\nSita\n", 422), (f"phone\n{SITA}\n".encode(), 302)):
        assert bring(meera, round_id, content) == status
    assert left_alone(rt, SITA) == ["do-not-disturb"]
    with unit_of_work(rt.engine) as unit:
        noted = unit.db.scalars(select(AuditEntry.action).where(AuditEntry.subject == "scrub")).all()
    assert noted == ["scrub-begun", "scrub-exported", "scrub-answered"]


def bring(browser: FlaskClient, round_id: str, content: bytes) -> int:
    form = {"csrf_token": token_in(browser), "answer": (io.BytesIO(content), "list.csv")}
    answer = browser.post(f"/house/scrubs/{round_id}/answer", data=form, content_type="multipart/form-data")
    return answer.status_code


def test_sibling_hears_nothing_of_a_round(app: Flask, rt: Runtime, meera: FlaskClient) -> None:
    post(meera, "/house/scrubs", unit="Achhnera · ACH")
    with unit_of_work(rt.engine) as unit:
        round_id = unit.db.scalars(select(Scrub.public_id)).one()
    other = seat(app, rt, "Bela", "coordinator", "BAH")
    assert round_id not in other.get("/house/scrubs").text
    assert post(other, f"/house/scrubs/{round_id}/numbers.csv").status_code == 404
    assert bring(other, round_id, f"phone\n{SITA}\n".encode()) == 404


def test_notices_are_shown_with_how_many_of_one_s_own_agreed(
    rt: Runtime, meera: FlaskClient, people: dict[str, int]
) -> None:
    assert "Nobody has agreed" in meera.get("/house/notices").text
    with unit_of_work(rt.engine) as unit:
        for member_id in people.values():
            scene = Scene(unit.db.get_one(Member, member_id).number_id, member_id, "bn")
            ledger.agree(unit, rt, scene, member_id, GiveConsent("all", "sms_join.ask", "bn"))
    page = meera.get("/house/notices").text
    assert rt.settings.organisation in page.split("<blockquote")[1]
    assert re.search(r"\b1 member of yours", page)


@pytest.mark.parametrize(("purpose", "expected"), [("all", S.NONE), ("campaign", S.ORGANISATIONAL)])
def test_member_s_page_ends_what_the_member_asked_to_end(
    rt: Runtime, meera: FlaskClient, people: dict[str, int], purpose: str, expected: S
) -> None:
    path = f"/members/{public_id(rt, people['sita'])}"
    assert "agreed to all calls" in meera.get(path).text
    for _ in range(2):
        assert post(meera, f"{path}/leave", purpose=purpose).status_code == 302
    assert state(rt, people["sita"]) == expected
    assert len(texts(rt)) == 1
    page = meera.get(path).text
    assert ("Meera" in page, "until" in page) == (True, True)
    with unit_of_work(rt.engine) as unit:
        assert unit.db.scalars(select(Consent.staff_id).order_by(Consent.id.desc())).first() is not None


def test_member_of_a_sibling_cannot_be_ended(rt: Runtime, meera: FlaskClient, people: dict[str, int]) -> None:
    assert post(meera, f"/members/{public_id(rt, people['asha'])}/leave", purpose="all").status_code == 404
    assert post(meera, f"/members/{public_id(rt, people['sita'])}/leave", purpose="x").status_code == 409
    assert state(rt, people["asha"]) == S.ALL
