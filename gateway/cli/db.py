"""`memberline db`: the database's schema."""

import click

from gateway.cli.here import settings_here


@click.group()
def db() -> None:
    """Bring the database up to date."""


@db.command()
def upgrade() -> None:
    """Run every migration that has not run yet; running it twice changes nothing."""
    # Start-up cost: Alembic and SQLAlchemy.
    from gateway import migrate
    from gateway.cli.here import runtime_here
    from gateway.keys.rotate import settle

    migrate.upgrade(settings_here().database_url)
    rt = runtime_here()
    try:
        settle(rt)  # what an older version sealed with its only key, or did not seal
    finally:
        rt.close()
