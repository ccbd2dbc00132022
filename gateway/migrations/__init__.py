"""Alembic's scripts: numbered, additive first, reviewed like code (house.md 6)."""
