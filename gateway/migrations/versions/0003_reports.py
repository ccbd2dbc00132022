"""The life of a report, the day of a unit, the roll-up of a day."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

SEEN_FROM = "UPDATE reports SET sight_unit_id = CASE WHEN is_past_local THEN desk_unit_id ELSE unit_id END"
FIRST_HEARD = """
UPDATE reports SET heard_at = first.at, assigned_at = CASE WHEN assignee_id IS NOT NULL THEN first.at END
FROM (SELECT report_id, min(at) AS at FROM report_events WHERE staff_id IS NOT NULL GROUP BY report_id) AS first
WHERE first.report_id = reports.id
"""
# What came before deadlines existed gets its first ones from today on: nobody is late for what was never asked.
NEXT_STEPS = """
UPDATE reports SET
    due_at = CASE WHEN is_waiting THEN now() + interval '2 days' END,
    climb_at = CASE WHEN is_waiting THEN now() + interval '2 days' END,
    tell_at = CASE WHEN is_waiting AND number_id IS NOT NULL THEN now() + interval '7 days' END,
    ask_at = CASE WHEN state = 'answered' AND number_id IS NOT NULL THEN now() + interval '1 day' END,
    closed_how = CASE WHEN state = 'confirmed' THEN 'call' END
WHERE state NOT IN ('closed_unconfirmed', 'blank')
"""
COUNTED_BY = ["sight_unit_id", "assignee_id", "is_restricted", "merged_into_id"]
NARROWED_BY = ["unit_id", "desk_unit_id", "state", "urgency", "category", "language", "due_at"]


def upgrade() -> None:
    op.create_table(
        "rollups",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollups")),
        sa.UniqueConstraint("day", "version", name=op.f("uq_rollups_day_version")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rollups_public_id")),
    )
    op.create_table(
        "holidays",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_holidays_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holidays")),
        sa.UniqueConstraint("unit_id", "day", name=op.f("uq_holidays_unit_id_day")),
    )
    op.create_table(
        "rollup_rows",
        sa.Column("rollup_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("danger", sa.BigInteger(), nullable=False),
        sa.Column("heard", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.BigInteger(), nullable=False),
        sa.Column("confirmed", sa.BigInteger(), nullable=False),
        sa.Column("reopened", sa.BigInteger(), nullable=False),
        sa.Column("unconfirmed", sa.BigInteger(), nullable=False),
        sa.Column("blank", sa.BigInteger(), nullable=False),
        sa.Column("waiting", sa.BigInteger(), nullable=False),
        sa.Column("overdue", sa.BigInteger(), nullable=False),
        sa.Column("oldest_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("nothing", sa.BigInteger(), nullable=False),
        sa.Column("something", sa.BigInteger(), nullable=False),
        sa.Column("could_not", sa.BigInteger(), nullable=False),
        sa.Column("calls", sa.BigInteger(), nullable=False),
        sa.Column("joined", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.Column(
            "categories",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["rollup_id"], ["rollups.id"], name=op.f("fk_rollup_rows_rollup_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_rollup_rows_unit_id")),
        sa.PrimaryKeyConstraint("rollup_id", "unit_id", name=op.f("pk_rollup_rows")),
    )
    op.create_index(op.f("ix_rollup_rows_unit_id"), "rollup_rows", ["unit_id"], unique=False)
    op.create_table(
        "saved_views",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=400), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_saved_views_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("public_id", name=op.f("uq_saved_views_public_id")),
    )
    op.create_index(op.f("ix_saved_views_staff_id"), "saved_views", ["staff_id"], unique=False)
    op.create_table(
        "report_files",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column(
            "asked",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("file_key", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_report_files_staff_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_report_files_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_files")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_files_public_id")),
    )
    op.create_index(op.f("ix_report_files_staff_id"), "report_files", ["staff_id"], unique=False)
    op.create_index(op.f("ix_report_files_created_at"), "report_files", ["created_at"], unique=False)
    op.create_table(
        "additions",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("voice_note_id", sa.BigInteger(), nullable=True),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_additions_call_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_additions_message_id")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_additions_report_id")),
        sa.ForeignKeyConstraint(
            ["voice_note_id"], ["voice_notes.id"], name=op.f("fk_additions_voice_note_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_additions")),
        sa.UniqueConstraint("message_id", name=op.f("uq_additions_message_id")),
        sa.UniqueConstraint("voice_note_id", name=op.f("uq_additions_voice_note_id")),
    )
    op.create_index(op.f("ix_additions_call_id"), "additions", ["call_id"], unique=False)
    op.create_index(op.f("ix_additions_report_id"), "additions", ["report_id"], unique=False)
    op.create_table(
        "mentions",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["report_events.id"], name=op.f("fk_mentions_event_id")),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_mentions_report_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_mentions_staff_id")),
        sa.PrimaryKeyConstraint("event_id", "staff_id", name=op.f("pk_mentions")),
    )
    op.create_index(op.f("ix_mentions_report_id"), "mentions", ["report_id"], unique=False)
    op.create_index(
        "ix_mentions_unseen",
        "mentions",
        ["staff_id", "at"],
        unique=False,
        postgresql_where=sa.text("seen_at IS NULL"),
    )
    op.create_table(
        "unit_days",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said", sa.String(length=12), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("streak", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_unit_days_delivery_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_unit_days_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_days_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_days")),
        sa.UniqueConstraint("unit_id", "day", name=op.f("uq_unit_days_unit_id_day")),
    )
    op.create_index("ix_unit_days_day", "unit_days", ["day"], unique=False)
    op.create_index(op.f("ix_unit_days_delivery_id"), "unit_days", ["delivery_id"], unique=False)
    op.create_index(op.f("ix_unit_days_member_id"), "unit_days", ["member_id"], unique=False)
    op.add_column("answers", sa.Column("is_interim", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("answers", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("calls", sa.Column("entered", sa.String(length=24), nullable=True))
    op.add_column("calls", sa.Column("is_sealed", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("deliveries", sa.Column("subject_id", sa.BigInteger(), nullable=True))
    op.add_column("report_events", sa.Column("sealed_note", sa.LargeBinary(), nullable=True))
    op.drop_column("report_events", "note")
    op.add_column("reports", sa.Column("sight_unit_id", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("is_unnamed", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("reports", sa.Column("sealed_number", sa.LargeBinary(), nullable=True))
    op.add_column("reports", sa.Column("call_mark", sa.LargeBinary(), nullable=True))
    op.add_column("reports", sa.Column("is_restricted", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("reports", sa.Column("is_partial", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("reports", sa.Column("people", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("reporters", sa.BigInteger(), server_default="1", nullable=False))
    op.add_column("reports", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("must_act", sa.String(length=8), nullable=True))
    op.add_column("reports", sa.Column("office", sa.String(length=120), nullable=True))
    op.add_column("reports", sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reports", sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reports", sa.Column("closed_how", sa.String(length=8), nullable=True))
    op.add_column("reports", sa.Column("ups", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("reports", sa.Column("climb_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reports", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reports", sa.Column("tell_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reports", sa.Column("asks", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("reports", sa.Column("ask_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reports", sa.Column("version", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("reports", sa.Column("locked_by_id", sa.BigInteger(), nullable=True))
    op.add_column("reports", sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "reports",
        sa.Column(
            "is_waiting",
            sa.Boolean(),
            sa.Computed(
                "merged_into_id IS NULL AND state IN ('draft', 'unverified', 'received', 'heard', 'assigned', 'in_work', 'reopened')",
                persisted=True,
            ),
            nullable=False,
        ),
    )
    op.add_column(
        "reports",
        sa.Column(
            "is_red",
            sa.Boolean(),
            sa.Computed(
                "urgency = 'danger' AND taken_at IS NULL AND state NOT IN ('confirmed', 'closed_unconfirmed', 'blank')",
                persisted=True,
            ),
            nullable=False,
        ),
    )
    op.execute(SEEN_FROM)
    op.execute(FIRST_HEARD)
    op.execute(NEXT_STEPS)
    op.alter_column("reports", "sight_unit_id", nullable=False)
    op.drop_index(op.f("ix_reports_danger"), table_name="reports")
    op.create_index(
        "ix_reports_ask_at",
        "reports",
        ["ask_at"],
        unique=False,
        postgresql_where=sa.text("ask_at IS NOT NULL"),
    )
    op.create_index(
        "ix_reports_assignee_id",
        "reports",
        ["assignee_id"],
        unique=False,
        postgresql_where=sa.text("is_waiting"),
    )
    op.create_index(
        "ix_reports_closed_at",
        "reports",
        ["closed_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    op.create_index(
        "ix_reports_due_at",
        "reports",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index(op.f("ix_reports_merged_into_id"), "reports", ["merged_into_id"], unique=False)
    op.create_index("ix_calls_started_at", "calls", ["started_at"], unique=False)
    op.create_index(
        "ix_report_events_reopened",
        "report_events",
        ["report_id"],
        unique=False,
        postgresql_where=sa.text("kind = 'reopened'"),
    )
    op.create_index(
        "ix_report_events_at",
        "report_events",
        ["at"],
        unique=False,
        postgresql_where=sa.text("state IS NOT NULL"),
    )
    op.create_index(
        "ix_reports_received_at",
        "reports",
        ["received_at"],
        unique=False,
        postgresql_include=["sight_unit_id", "is_restricted", "assignee_id"],
    )
    op.create_index(
        "ix_reports_sight_unit_id_received_at",
        "reports",
        ["sight_unit_id", "received_at"],
        unique=False,
        postgresql_include=["state", *COUNTED_BY[1:]],
    )
    op.create_index(
        "ix_reports_climb_at",
        "reports",
        ["climb_at"],
        unique=False,
        postgresql_where=sa.text("climb_at IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_unnamed",
        "deliveries",
        ["id"],
        unique=False,
        postgresql_where=sa.text("dedupe LIKE 'unnamed:%'"),
    )
    op.create_index(
        "ix_reports_tell_at",
        "reports",
        ["tell_at"],
        unique=False,
        postgresql_where=sa.text("tell_at IS NOT NULL"),
    )
    op.create_index(
        "ix_reports_waiting",
        "reports",
        [sa.literal_column("is_red DESC"), "received_at", "id"],
        unique=False,
        postgresql_where=sa.text("is_waiting"),
        postgresql_include=[*COUNTED_BY, *NARROWED_BY],
    )
    op.create_index("ix_reports_category_received_at", "reports", ["category", "received_at"])
    op.create_index(
        "ix_reports_marked",
        "reports",
        ["received_at"],
        postgresql_where=sa.text("is_partial OR is_unnamed OR is_restricted"),
    )
    op.create_unique_constraint(op.f("uq_reports_call_mark"), "reports", ["call_mark"])
    op.create_foreign_key(op.f("fk_reports_locked_by_id"), "reports", "staff", ["locked_by_id"], ["id"])
    op.create_foreign_key(op.f("fk_reports_sight_unit_id"), "reports", "units", ["sight_unit_id"], ["id"])
    op.create_foreign_key(op.f("fk_reports_merged_into_id"), "reports", "reports", ["merged_into_id"], ["id"])
    op.add_column(
        "staff",
        sa.Column("languages", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column("staff", sa.Column("has_keys_off", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("staff", sa.Column("brief", sa.String(length=8), server_default="", nullable=False))
