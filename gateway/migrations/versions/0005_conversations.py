"""Conversations that are measured and told apart by their channel: how each question fares, voice or USSD."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

COUNTS = ("calls", "asked", "answered", "silent", "wrong", "again", "away", "hung_up")


def upgrade() -> None:
    op.create_table(
        "question_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("flow", sa.String(length=24), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_question_counts_unit_id")),
        sa.PrimaryKeyConstraint(
            "day",
            "unit_id",
            "flow",
            "version",
            "node",
            "channel",
            "language",
            "is_first",
            name=op.f("pk_question_counts"),
        ),
    )
    op.create_index("ix_question_counts_flow", "question_counts", ["flow", "day"], unique=False)
    op.add_column("calls", sa.Column("channel", sa.String(length=8), server_default="voice", nullable=False))
