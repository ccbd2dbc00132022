"""Broadcasts that add up: batches, answers, schedules, lists as audience, money, and when a number is answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "spendings",
        sa.Column("scope", sa.String(length=32), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent", sa.Numeric(precision=14, scale=4), nullable=False),
        sa.PrimaryKeyConstraint("scope", "since", name=op.f("pk_spendings")),
    )
    op.create_table(
        "habits",
        sa.Column("number_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "rang", postgresql.JSONB(astext_type=sa.Text()), server_default="[0, 0, 0]", nullable=False
        ),
        sa.Column(
            "answered", postgresql.JSONB(astext_type=sa.Text()), server_default="[0, 0, 0]", nullable=False
        ),
        sa.Column("slot", sa.String(length=12), nullable=True),
        sa.Column("unanswered", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("silent_since", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["number_id"], ["numbers.id"], name=op.f("fk_habits_number_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number_id", name=op.f("pk_habits")),
    )
    op.create_table(
        "audience_lists",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_audience_lists_import_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_audience_lists_staff_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_audience_lists_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audience_lists")),
        sa.UniqueConstraint("public_id", name=op.f("uq_audience_lists_public_id")),
    )
    op.create_index(op.f("ix_audience_lists_unit_id"), "audience_lists", ["unit_id"], unique=False)
    op.create_index(op.f("ix_audience_lists_import_id"), "audience_lists", ["import_id"], unique=False)
    op.create_table(
        "audience_list_members",
        sa.Column("list_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_id"], ["audience_lists.id"], name=op.f("fk_audience_list_members_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_audience_list_members_member_id")
        ),
        sa.PrimaryKeyConstraint("list_id", "member_id", name=op.f("pk_audience_list_members")),
    )
    op.create_index(
        op.f("ix_audience_list_members_member_id"), "audience_list_members", ["member_id"], unique=False
    )
    op.create_table(
        "batches",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=True),
        sa.Column("first_id", sa.BigInteger(), nullable=False),
        sa.Column("last_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_batches_broadcast_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
    )
    op.create_index(
        "ix_batches_lease",
        "batches",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("state = 'sending'"),
    )
    op.create_index(
        "ix_batches_ready",
        "batches",
        ["broadcast_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_table(
        "schedules",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("rule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(length=48), nullable=True),
        sa.Column("skipped", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("skipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_schedules_broadcast_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_schedules_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        sa.UniqueConstraint("public_id", name=op.f("uq_schedules_public_id")),
    )
    op.create_index(op.f("ix_schedules_broadcast_id"), "schedules", ["broadcast_id"], unique=False)
    op.create_index(
        "ix_schedules_next_at",
        "schedules",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "broadcast_answers",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("question", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=2), nullable=True),
        sa.Column("voice_note_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcasts.id"], name=op.f("fk_broadcast_answers_broadcast_id")
        ),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_broadcast_answers_delivery_id")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_broadcast_answers_member_id")),
        sa.ForeignKeyConstraint(
            ["voice_note_id"], ["voice_notes.id"], name=op.f("fk_broadcast_answers_voice_note_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast_answers")),
        sa.UniqueConstraint(
            "delivery_id", "question", name=op.f("uq_broadcast_answers_delivery_id_question")
        ),
    )
    op.create_index(
        "ix_broadcast_answers_counted", "broadcast_answers", ["broadcast_id", "question", "key"], unique=False
    )
    op.create_index(op.f("ix_broadcast_answers_member_id"), "broadcast_answers", ["member_id"], unique=False)
    op.add_column("attempts", sa.Column("estimate", sa.Numeric(precision=12, scale=4), nullable=True))
    op.add_column("attempts", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("fk_attempts_delivery_id"), "attempts", type_="foreignkey")
    op.drop_index("uq_attempts_provider_id", table_name="attempts")
    op.create_index(
        "uq_attempts_provider_id",
        "attempts",
        ["provider", "provider_id"],
        unique=True,
        postgresql_where=sa.text("provider_id IS NOT NULL"),
    )
    op.create_index(
        "ix_attempts_unknown",
        "attempts",
        ["placed_at"],
        unique=False,
        postgresql_where=sa.text("outcome = 'unknown'"),
    )
    op.create_index(
        "ix_attempts_kept_back",
        "attempts",
        ["id"],
        unique=False,
        postgresql_where=sa.text("estimate IS NOT NULL AND (cost IS NOT NULL OR ended_at IS NOT NULL)"),
    )
    op.create_index("ix_attempts_placed_at", "attempts", ["placed_at"], unique=False, postgresql_using="brin")
    op.create_index(
        "ix_consents_withdrawn",
        "consents",
        ["at"],
        unique=False,
        postgresql_where=sa.text("action = 'withdrawn'"),
    )
    op.add_column("report_files", sa.Column("broadcast_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_report_files_broadcast_id"), "report_files", ["broadcast_id"], unique=False)
    op.create_foreign_key(
        op.f("fk_report_files_broadcast_id"), "report_files", "broadcasts", ["broadcast_id"], ["id"]
    )
    op.add_column(
        "broadcasts",
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column(
        "broadcasts", sa.Column("fallback_texts", postgresql.JSONB(astext_type=sa.Text()), nullable=True)
    )
    op.add_column("broadcasts", sa.Column("is_urgent", sa.Boolean(), server_default="false", nullable=False))
    op.add_column("broadcasts", sa.Column("parent_id", sa.BigInteger(), nullable=True))
    op.add_column("broadcasts", sa.Column("relation", sa.String(length=12), nullable=True))
    op.add_column("broadcasts", sa.Column("rounds", sa.BigInteger(), server_default="1", nullable=False))
    op.add_column("broadcasts", sa.Column("budget", sa.Numeric(precision=12, scale=2), nullable=True))
    op.add_column(
        "broadcasts",
        sa.Column("spent", sa.Numeric(precision=14, scale=4), server_default="0", nullable=False),
    )
    op.add_column(
        "broadcasts",
        sa.Column("paused_for", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column("broadcasts", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("broadcasts", sa.Column("schedule_id", sa.BigInteger(), nullable=True))
    op.add_column("broadcasts", sa.Column("occurs_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_broadcasts_parent_id"), "broadcasts", ["parent_id"], unique=False)
    op.create_unique_constraint(
        op.f("uq_broadcasts_schedule_id_occurs_at"), "broadcasts", ["schedule_id", "occurs_at"]
    )
    op.create_foreign_key(op.f("fk_broadcasts_parent_id"), "broadcasts", "broadcasts", ["parent_id"], ["id"])
    op.create_foreign_key(
        op.f("fk_broadcasts_schedule_id"), "broadcasts", "schedules", ["schedule_id"], ["id"]
    )
    op.add_column("deliveries", sa.Column("evidence", sa.String(length=12), nullable=True))
    op.add_column("deliveries", sa.Column("batch_id", sa.BigInteger(), nullable=True))
    op.drop_index("ix_deliveries_due", table_name="deliveries")
    op.create_index(
        "ix_deliveries_due",
        "deliveries",
        ["kind", "priority", "due_at"],
        unique=False,
        postgresql_where=sa.text("reason <> 'broadcast' AND state IN ('queued', 'held')"),
    )
    op.create_index(
        "ix_deliveries_round",
        "deliveries",
        ["broadcast_id", "kind", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("batch_id IS NULL AND reason = 'broadcast' AND state IN ('queued', 'held')"),
    )
    # A million deliveries are planned at once: only what earns its place is kept beside them.
    for column in ("broadcast_id", "report_id", "answer_id", "staff_id", "member_id", "number_id"):
        op.drop_constraint(op.f(f"fk_deliveries_{column}"), "deliveries", type_="foreignkey")
    op.drop_constraint(op.f("uq_deliveries_broadcast_id_member_id_kind"), "deliveries", type_="unique")
    op.drop_constraint(op.f("uq_deliveries_dedupe"), "deliveries", type_="unique")
    op.drop_index(op.f("ix_deliveries_member_id"), table_name="deliveries")
    op.drop_index(op.f("ix_deliveries_report_id"), table_name="deliveries")
    op.drop_index("ix_deliveries_number", table_name="deliveries")
    op.create_index(
        "ix_deliveries_number",
        "deliveries",
        ["number_id"],
        unique=False,
        postgresql_where=sa.text("reason <> 'broadcast' OR member_id IS NULL"),
    )
    op.create_unique_constraint(
        op.f("uq_deliveries_member_id_broadcast_id_kind"), "deliveries", ["member_id", "broadcast_id", "kind"]
    )
    op.create_index(
        "uq_deliveries_dedupe",
        "deliveries",
        ["dedupe"],
        unique=True,
        postgresql_where=sa.text("dedupe IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_report_id",
        "deliveries",
        ["report_id"],
        unique=False,
        postgresql_where=sa.text("report_id IS NOT NULL"),
    )
    op.create_index(
        "ix_deliveries_broadcast",
        "deliveries",
        ["broadcast_id"],
        unique=False,
        postgresql_using="brin",
        postgresql_ops={"broadcast_id": "int8_minmax_multi_ops"},
        postgresql_with={"pages_per_range": 32, "autosummarize": True},
    )
    # A list brings members by the hundred thousand; nothing ever deletes a number or a member (`models.people`).
    for table, column in (
        ("members", "number_id"),
        ("consents", "member_id"),
        ("consents", "number_id"),
        ("enrolments", "member_id"),
        ("enrolments", "number_id"),
    ):
        op.drop_constraint(op.f(f"fk_{table}_{column}"), table, type_="foreignkey")
    for column in ("code_id", "inviter_id"):
        op.drop_index(op.f(f"ix_enrolments_{column}"), table_name="enrolments")
        op.create_index(
            f"ix_enrolments_{column}",
            "enrolments",
            [column],
            unique=False,
            postgresql_where=sa.text(f"{column} IS NOT NULL"),
        )
    op.drop_column("paces", "tokens")
    op.drop_column("paces", "refilled_at")
    op.add_column("staff", sa.Column("phone_code_hash", sa.String(length=200), nullable=True))
    op.add_column("units", sa.Column("zone", sa.String(length=40), nullable=True))
    op.create_index(
        "ix_units_zone", "units", ["path"], unique=False, postgresql_where=sa.text("zone IS NOT NULL")
    )
    # So that the planner knows how much of the tree a block is, among 100,000 units.
    op.execute("ALTER TABLE units ALTER COLUMN path SET STATISTICS 500")
    op.create_index(
        "ix_reports_waiting_in",
        "reports",
        ["sight_unit_id", "received_at"],
        unique=False,
        postgresql_where=sa.text("is_waiting"),
        postgresql_include=[
            "is_red",
            "id",
            "assignee_id",
            "is_restricted",
            "merged_into_id",
            "unit_id",
            "desk_unit_id",
            "state",
            "urgency",
            "category",
            "language",
            "due_at",
        ],
    )
