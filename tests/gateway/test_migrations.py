"""An upgraded empty database is what the models say."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, select, update

from gateway.db import unit_of_work
from gateway.migrate import spell_names, upgrade
from gateway.models import Base, Member, Unit
from gateway.runtime import Runtime
from tests.builders import a_member


def test_upgraded_database_equals_the_models(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert found == []


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    upgrade(database_url)


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
