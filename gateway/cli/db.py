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

    migrate.upgrade(settings_here().database_url)
