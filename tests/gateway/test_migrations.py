"""An upgraded empty database is what the models say."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, select, text, update

from gateway.db import unit_of_work
from gateway.migrate import alembic_config, spell_names, upgrade
from gateway.models import Base, Member, Unit
from gateway.models.base import UNCHECKED
from gateway.runtime import Runtime
from tests import databases
from tests.builders import a_member


def test_upgraded_database_equals_the_models(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert [each for each in found if not is_unchecked(each)] == []


def is_unchecked(difference: Any) -> bool:
    """A key that stands in the models for whoever looks for keys, and is checked by nobody."""
    keys = [key for table in Base.metadata.sorted_tables for key in table.foreign_keys]
    unchecked = {str(key.constraint.name) for key in keys if key.constraint and UNCHECKED in key.info}
    return difference[0] == "add_fk" and difference[1].name in unchecked


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    upgrade(database_url)


OLD_ROWS = """
INSERT INTO units (id, path, code, name, kind, parent_id, search) VALUES
  (1, '/1/', 'TOP', 'Top', 'block', NULL, ''), (2, '/1/2/', 'BOOTH', 'Booth', 'booth', 1, '');
INSERT INTO numbers (id, index, sealed, tail, created_at) VALUES (5, '\\x01', '\\x02', '0001', now());
INSERT INTO staff (id, public_id, email, name, role, unit_id, locale, created_at)
  VALUES (3, 'staff00000001', 'a@example.org', 'Asha', 'staff', 2, 'en', now());
INSERT INTO reports
  (id, public_id, reference, state, urgency, source, number_id, unit_id, desk_unit_id, is_past_local, assignee_id, received_at)
VALUES
  (1, 'p1', '1', 'received', 'not_stated', 'voice', 5, 2, 2, false, NULL, now() - interval '9 days'),
  (2, 'p2', '2', 'in_work', 'soon', 'voice', 5, 2, 1, true, 3, now() - interval '9 days'),
  (3, 'p3', '3', 'answered', 'not_stated', 'voice', 5, 2, 1, false, NULL, now() - interval '9 days'),
  (4, 'p4', '4', 'confirmed', 'danger', 'voice', 5, 2, 2, false, NULL, now() - interval '9 days'),
  (5, 'p5', '5', 'received', 'danger', 'sms', NULL, 2, 2, false, NULL, now() - interval '9 days');
INSERT INTO report_events (report_id, at, kind, staff_id, state, note, details) VALUES
  (2, now() - interval '8 days', 'heard', 3, 'heard', 'x', '{}'),
  (2, now() - interval '7 days', 'in_work', 3, 'in_work', NULL, '{}');
"""
KEPT = "sight_unit_id, is_waiting, is_red, due_at > now(), climb_at = due_at, tell_at > now(), ask_at > now(), closed_how"


def test_reports_from_before_get_their_first_deadlines_from_today_on() -> None:
    """What waits is due, nobody is late for what was never asked, and who may know of a report stays the same."""
    url = databases.cut("from_before", "template0")
    command.upgrade(alembic_config(url), "0002")
    engine = create_engine(url)
    with engine.begin() as db:
        db.execute(text(OLD_ROWS))
    command.upgrade(alembic_config(url), "head")
    with engine.connect() as db:
        rows = {row[0]: tuple(row[1:]) for row in db.execute(text(f"SELECT id, {KEPT} FROM reports"))}
        heard = db.execute(
            text("SELECT id, assigned_at IS NOT NULL FROM reports WHERE heard_at < now() - interval '7 days'")
        )
        assert [tuple(row) for row in heard] == [(2, True)]
    engine.dispose()
    assert rows == {
        1: (2, True, False, True, True, True, None, None),
        2: (1, True, False, True, True, True, None, None),
        3: (2, False, False, None, None, None, True, None),
        4: (2, False, False, None, None, None, None, "call"),
        5: (2, True, True, True, True, None, None, None),
    }


def test_names_from_before_can_be_searched(rt: Runtime) -> None:
    member_id, spelt = a_member(rt, "रमेश"), a_member(rt, "Sita")
    with unit_of_work(rt.engine) as unit:
        unit.db.execute(update(Member).where(Member.id == member_id).values(search=""))
        unit.db.execute(update(Unit).values(search=""))
    assert spell_names(rt.settings.database_url) == 2
    assert spell_names(rt.settings.database_url) == 0
    with unit_of_work(rt.engine) as unit:
        assert unit.db.get_one(Member, member_id).search == "rames"
        assert unit.db.get_one(Member, spelt).search == "sita"
        assert unit.db.scalars(select(Unit.search)).one() == "but 1 but 1"
