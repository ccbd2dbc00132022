"""Alembic's entry: runs the migrations on the database that `gateway.migrate` names, one at a time on any host."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from gateway.models import Base

LOCK = 4_726_001  # any fixed number: two hosts that upgrade at once take turns


def run() -> None:
    engine = create_engine(context.config.attributes["database_url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
