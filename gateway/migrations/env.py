"""Alembic's entry: runs the migrations on the database that `gateway.migrate` names, one at a time on any host."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import create_engine, pool, text

from gateway.models import Base, Word

LOCK = 4_726_001  # any fixed number: two hosts that upgrade at once take turns


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write our words as plain strings into new migrations: a migration depends on no code of ours."""
    return "sa.String(24)" if kind == "type" and isinstance(item, Word) else False


def run() -> None:
    engine = create_engine(context.config.attributes["database_url"], poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        context.configure(connection=connection, target_metadata=Base.metadata, render_item=render_item)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
