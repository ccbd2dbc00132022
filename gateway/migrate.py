"""Brings the database to the newest schema; called by `up`, by `memberline db upgrade` and by tests."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

SCRIPTS = Path(__file__).parent / "migrations"


def alembic_config(database_url: str) -> Config:
    """Return Alembic's configuration for this database; nothing is read from an ini file."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str) -> None:
    """Run every migration that has not run yet; running it twice changes nothing."""
    command.upgrade(alembic_config(database_url), "head")
