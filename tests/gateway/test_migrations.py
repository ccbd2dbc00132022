"""An upgraded empty database is what the models say."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from gateway.migrate import upgrade
from gateway.models import Base


def test_upgraded_database_equals_the_models(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found = compare_metadata(context, Base.metadata)
    engine.dispose()
    assert found == []


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    upgrade(database_url)
