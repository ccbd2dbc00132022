"""Every list of reports is found in an index, also the rarest."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _lists_of_reports()


def _lists_of_reports() -> None:
    """What waits by who called and who is in charge; all of them by urgency, by who is in charge and by place."""
    counted = ["sight_unit_id", "assignee_id", "is_restricted", "merged_into_id"]
    narrowed = ["unit_id", "desk_unit_id", "state", "urgency", "category", "language", "due_at"]
    narrowed += ["is_unnamed", "is_partial", "must_act", "taken_at", "voice_note_id", "member_id"]
    op.drop_index("ix_reports_waiting", "reports")
    op.create_index(
        "ix_reports_waiting",
        "reports",
        [sa.literal_column("is_red DESC"), "received_at", "id"],
        postgresql_where=sa.text("is_waiting"),
        postgresql_include=[*counted, *narrowed],
    )
    op.drop_index("ix_reports_waiting_in", "reports")
    op.create_index(
        "ix_reports_waiting_in",
        "reports",
        ["sight_unit_id", "received_at"],
        postgresql_where=sa.text("is_waiting"),
        postgresql_include=["is_red", "id", *counted[1:], *narrowed],
    )
    op.drop_index("ix_reports_sight_unit_id_received_at", "reports")
    op.create_index(
        "ix_reports_sight_unit_id_received_at",
        "reports",
        ["sight_unit_id", "received_at"],
        postgresql_include=["id", "state", *counted[1:]],
    )
    op.drop_index("ix_reports_unit_id", "reports")
    op.create_index(
        "ix_reports_unit_id",
        "reports",
        ["unit_id", "received_at"],
        postgresql_include=["id", "state", *counted],
    )
    op.create_index("ix_reports_urgency", "reports", ["urgency", "received_at"])
    somebody = sa.text("(assignee_id IS NOT NULL OR taken_at IS NOT NULL)")
    op.create_index("ix_reports_charge", "reports", [somebody, "received_at"])
    # A state says whether a report waits: taken for independent, one in sixteen was expected where all are.
    op.execute("CREATE STATISTICS st_reports_waiting (mcv) ON state, is_waiting FROM reports")
    op.execute("ANALYZE reports")
