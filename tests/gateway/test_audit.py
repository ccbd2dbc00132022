"""The audit log: nothing changes it unseen, each unit sees its own, an auditor finds and takes away what they look for."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gateway import audit as chain
from gateway.access import ROLES, Permission, Role, may_role
from gateway.cli.audit import audit
from gateway.db import unit_of_work
from gateway.errors import MemberlineError
from gateway.runtime import Runtime
from gateway.store import staff
from gateway.store.units import get_unit_by_code
from tests.builders import a_person_of_staff
from tests.conftest import TestClock
from tests.gateway.console.seats import a_report, a_tree, post, seat

LINE = '<li><span class="small">'


def note(rt: Runtime, count: int = 3, unit: str | None = None, **details: object) -> None:
    with unit_of_work(rt.engine) as work:
        place = get_unit_by_code(work.db, unit).id if unit else None
        for number in range(count):
            staff.add_audit(work.db, None, "member-seen", rt.clock(), "member", number, place, **details)


def tamper(rt: Runtime, statement: str) -> None:
    """What only the master of the database can do: with the guard off."""
    with unit_of_work(rt.engine) as work:
        work.db.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER append_only"))
        work.db.execute(text(statement))
        work.db.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER append_only"))


def test_database_refuses_to_change_an_entry(rt: Runtime) -> None:
    note(rt)
    for statement in ("UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries"):
        with pytest.raises(DBAPIError, match="append-only"), unit_of_work(rt.engine) as work:
            work.db.execute(text(statement))


def test_chain_is_whole_when_nobody_altered_it(rt: Runtime) -> None:
    for _ in range(3):
        note(rt, when="noon", ä="क")
        assert chain.seal_all(rt) == 3
    note(rt, 2)
    found = chain.verify(rt)
    assert (found.broken, found.entries, found.seals, found.unsealed) == ("", 9, 3, 2)


@pytest.mark.parametrize(
    ("statement", "what", "entry"),
    [
        ("UPDATE audit_entries SET action = 'sign-in' WHERE id = 5", "altered", 5),
        ('UPDATE audit_entries SET details = \'{"reason": "y"}\' WHERE id = 2', "altered", 2),
        ("UPDATE audit_entries SET at = at + interval '1 second' WHERE id = 6", "altered", 6),
        ("DELETE FROM audit_entries WHERE id = 4", "removed", 4),
        ("UPDATE audit_entries SET id = -3 WHERE id = 3", "removed", 3),
        ("UPDATE audit_seals SET digest = '\\x00' WHERE last_entry_id = 3", "seal was altered", 3),
        ("DELETE FROM audit_seals WHERE last_entry_id = 3", "seal was altered or removed", 6),
    ],
)
def test_tampering_is_named(rt: Runtime, statement: str, what: str, entry: int) -> None:
    for _ in range(2):
        note(rt, reason="x")
        chain.seal_all(rt)
    tamper(rt, statement)
    found = chain.verify(rt)
    assert what in found.broken and found.entry_id == entry


def test_entry_slipped_in_later_is_named(rt: Runtime) -> None:
    note(rt)
    tamper(rt, "UPDATE audit_entries SET id = 9 WHERE id = 3")
    chain.seal_all(rt)
    tamper(
        rt, "INSERT INTO audit_entries (id, at, action, subject, details) VALUES (5, now(), 'x', '', '{}')"
    )
    assert (chain.verify(rt).broken, chain.verify(rt).entry_id) == ("added afterwards", 5)


def test_end_that_was_cut_off_shows_by_a_digest_noted_before(rt: Runtime) -> None:
    heads = []
    for _ in range(2):
        note(rt)
        chain.seal_all(rt)
        heads.append(chain.verify(rt).head)
    tamper(rt, "DELETE FROM audit_seals WHERE last_entry_id = 6")
    tamper(rt, "DELETE FROM audit_entries WHERE id > 3")
    assert chain.verify(rt).broken == ""
    assert [chain.verify(rt, head).is_head_known for head in heads] == [True, False]


def test_what_the_law_has_thrown_away_is_no_tampering(rt: Runtime, clock: TestClock) -> None:
    note(rt)
    chain.seal_all(rt)
    clock.forward(days=rt.profile.retention.audit + 2)
    note(rt)
    chain.seal_all(rt)
    with unit_of_work(rt.engine) as work:
        work.db.execute(text("SET LOCAL memberline.purging = 'on'"))
        work.db.execute(text("DELETE FROM audit_entries WHERE id <= 3"))
    found = chain.verify(rt)
    assert (found.broken, found.purged, found.entries) == ("", 3, 3)


def test_seal_comes_by_itself_after_a_quarter_of_an_hour(rt: Runtime, clock: TestClock) -> None:
    note(rt)
    assert chain.seal_due(rt) == 0
    clock.forward(minutes=16)
    assert (chain.seal_due(rt), chain.seal_due(rt)) == (3, 0)


def test_auditor_sees_the_own_unit_and_never_the_sibling(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    auditor = seat(app, rt, name="Nirmal", role="auditor", unit="ACH")
    seat(app, rt, name="Kamal", unit="BAH")
    note(rt, 1, unit="BOOTH-1")
    note(rt, 2, unit="BOOTH-2")
    note(rt, 4)  # of the whole organisation
    kamal = a_person_of_staff(rt, "Bela", unit="BOOTH-2")
    with unit_of_work(rt.engine) as work:
        staff.add_audit(work.db, kamal, "sign-in", rt.clock())
    page = auditor.get("/house/audit").text
    assert page.count(LINE) == 1 and "Bela" not in page and "Booth-2" not in page
    assert auditor.get("/house/audit?unit=BAH").text.count(LINE) == 0
    assert auditor.get("/house/audit?person=kamal@example.org").text.count(LINE) == 0
    assert post(auditor, "/house/audit/export", unit="BAH").status_code == 302
    assert len(post(auditor, "/house/audit/export").text.splitlines()) == 3  # head, the one, this taking away
    chief = seat(app, rt, name="Asha", role="auditor", unit="AGRA")
    assert chief.get("/house/audit").text.count(LINE) == 9


def test_log_is_searched_by_all_that_an_auditor_asks(app: Flask, rt: Runtime, clock: TestClock) -> None:
    a_tree(rt)
    bina = seat(app, rt, name="Bina", unit="ACH", role="coordinator")
    report = a_report(rt)
    bina.get(f"/reports/{report}")
    note(rt, 1, unit="BOOTH-2")
    clock.forward(days=2)
    note(rt, 1, unit="BOOTH-1")
    auditor = seat(app, rt, name="Nirmal", role="auditor", unit="AGRA")

    def found(query: str) -> int:
        return auditor.get(f"/house/audit?{query}").text.count(LINE)

    everything = found("")
    assert found("action=member-seen") == 2
    assert found("unit=BOOTH-1&action=member-seen") == 1
    assert found("since=2026-11-24") == 1 and found("until=2026-11-23") == everything - 1
    assert found("person=Bina") == found("person=bina@example.org") == found("person=bin")
    assert auditor.get("/house/audit?subject=nothing&since=x").text.count('class="error"') <= 2
    assert "has this reference" in auditor.get("/house/audit?subject=nothing").text


def test_list_taken_away_is_harmless_and_noted(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    auditor = seat(app, rt, name="=1+1", role="auditor", unit="AGRA")
    with unit_of_work(rt.engine) as work:
        person = staff.get_by_email(work.db, "=1+1@example.org")
        staff.add_audit(work.db, person.id, "sign-in", rt.clock())
    answer = post(auditor, "/house/audit/export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert {row["who"] for row in rows} == {"'=1+1"}
    assert "took a piece of this log away" in auditor.get("/house/audit").text


@pytest.mark.parametrize("role", ROLES)
def test_only_who_may_see_the_log_does(app: Flask, rt: Runtime, role: Role) -> None:
    a_tree(rt)
    browser = seat(app, rt, role=role, unit="AGRA")
    may = may_role(role, Permission.SEE_AUDIT)
    assert (browser.get("/house/audit").status_code == 200) is may
    assert (post(browser, "/house/audit/export").status_code == 200) is may


def test_long_log_is_read_page_by_page(app: Flask, rt: Runtime) -> None:
    a_tree(rt)
    auditor = seat(app, rt, role="auditor", unit="AGRA")
    note(rt, 130)
    first = auditor.get("/house/audit").text
    assert first.count(LINE) == 100 and "before=31" in first
    assert auditor.get("/house/audit?before=31").text.count(LINE) == 30
    assert len(post(auditor, "/house/audit/export").text.splitlines()) == 132


def test_command_lists_and_verifies(rt: Runtime) -> None:
    environ = {
        "DATABASE_URL": rt.settings.database_url,
        "REDIS_URL": rt.settings.redis_url,
        "MEMBERLINE_PUBLIC_URL": rt.settings.public_url,
        "MEMBERLINE_SECRET_KEY": rt.settings.secret_key,
        "MEMBERLINE_CALLBACK_SECRET": rt.settings.callback_secret,
        "MEMBERLINE_AFRICASTALKING_URL": rt.settings.africastalking_url,
        "MEMBERLINE_DATA": str(rt.settings.data_dir),
    }
    runner = CliRunner(env=environ)
    note(rt)
    listed = json.loads(runner.invoke(audit, ["list", "--action", "member-seen", "--json"]).stdout)
    assert [each["id"] for each in listed] == [3, 2, 1]
    assert json.loads(runner.invoke(audit, ["seal", "--json"]).stdout) == {"sealed": 3}
    assert json.loads(runner.invoke(audit, ["verify", "--json"]).stdout)["whole"] is True
    tamper(rt, "UPDATE audit_entries SET action = 'x' WHERE id = 2")
    ran = runner.invoke(audit, ["verify", "--json"])
    assert (json.loads(ran.stdout)["entry"], isinstance(ran.exception, MemberlineError)) == (2, True)
