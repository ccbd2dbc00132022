"""Scripts and takes, what lacked a sound, originals and drafts of voice notes, how much of a question was heard, whose
receipts are strays, and the rarer lists of reports."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _scripts()
    _takes()
    op.create_table(
        "sound_gaps",
        sa.Column("utterance_key", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("repaired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("utterance_key", name=op.f("pk_sound_gaps")),
    )
    for column in (
        sa.Column("original_key", sa.String(length=64)),
        sa.Column("is_noisy", sa.Boolean()),
        sa.Column("sealed_transcript", sa.LargeBinary()),
        sa.Column("guessed_language", sa.String(length=8)),
        sa.Column("guessed_surely", sa.Float()),
        sa.Column("transcribed_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("voice_notes", column)
    for count in (
        sa.Column("said_seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("heard_seconds", sa.Float(), server_default="0", nullable=False),
        sa.Column("to_end", sa.Integer(), server_default="0", nullable=False),
    ):
        op.add_column("question_counts", count)
    op.add_column("callbacks", sa.Column("number_id", sa.BigInteger()))
    op.add_column("number_changes", sa.Column("sealed_text", sa.LargeBinary()))
    op.create_index(
        "ix_callbacks_stray",
        "callbacks",
        ["number_id", "at"],
        postgresql_where=sa.text("number_id IS NOT NULL"),
    )
    _rarer_lists()
    _bar_new_members()


def _rarer_lists() -> None:
    """What narrows a list of reports rarely stands in its indexes as well: nobody looks at a hundred thousand rows for none."""
    counted = ["sight_unit_id", "assignee_id", "is_restricted", "merged_into_id"]
    narrowed = ["unit_id", "desk_unit_id", "state", "urgency", "category", "language", "due_at"]
    narrowed += ["is_unnamed", "is_partial", "must_act"]
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
    op.drop_index("ix_reports_marked", "reports")
    op.create_index(
        "ix_reports_marked",
        "reports",
        ["received_at", "id"],
        postgresql_where=sa.text("is_partial OR is_unnamed OR is_restricted"),
        postgresql_include=["is_unnamed", "is_partial", "state", "unit_id", *counted],
    )
    op.create_index(
        "ix_reports_must_act",
        "reports",
        ["must_act", "received_at"],
        postgresql_where=sa.text("must_act IS NOT NULL"),
    )


def _bar_new_members() -> None:
    """Look each new member up by the key of their number, whatever figures there are of a table that grows meanwhile.

    It was a join: of a long list each piece was compared with all numbers and all members.
    """
    op.execute(
        """
        CREATE OR REPLACE FUNCTION bar_new_members() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
        DECLARE whom bigint[];
        BEGIN
            whom := ARRAY(
                SELECT f.id FROM fresh f WHERE coalesce(
                    (SELECT n.invalid_at IS NOT NULL OR EXISTS (
                         SELECT FROM suppressions s WHERE s.number_index = n.index AND s.lifted_at IS NULL)
                     FROM numbers n WHERE n.id = f.number_id),
                    true));
            IF cardinality(whom) > 0 THEN
                UPDATE members SET barred = nullif(bar_of(number_id), '') WHERE id = ANY (whom);
            END IF;
            RETURN NULL;
        END $$
        """
    )


def _scripts() -> None:
    op.create_table(
        "scripts",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(start=101), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("utterance_key", sa.String(length=32), nullable=True),
        sa.Column("broadcast_id", sa.BigInteger(), nullable=True),
        sa.Column("news_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_scripts_broadcast_id")),
        sa.ForeignKeyConstraint(["news_id"], ["news_items.id"], name=op.f("fk_scripts_news_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scripts")),
        sa.UniqueConstraint("number", name=op.f("uq_scripts_number")),
        sa.UniqueConstraint("broadcast_id", "language", name=op.f("uq_scripts_broadcast")),
        sa.UniqueConstraint("news_id", "language", name=op.f("uq_scripts_news")),
    )
    op.create_index("uq_scripts_utterance_key", "scripts", ["utterance_key"], unique=True)


def _takes() -> None:
    op.create_table(
        "takes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("script_id", sa.BigInteger(), nullable=False),
        sa.Column("clip_key", sa.String(length=32), nullable=False),
        sa.Column("original_key", sa.String(length=64), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("lufs", sa.Float(), nullable=False),
        sa.Column("peak_dbfs", sa.Float(), nullable=False),
        sa.Column("faults", postgresql.JSONB(), nullable=False),
        sa.Column("via", sa.String(length=8), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("call_id", sa.BigInteger(), nullable=True),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["script_id"], ["scripts.id"], name=op.f("fk_takes_script_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_takes_staff_id")),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_takes_call_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_takes")),
        sa.UniqueConstraint("public_id", name=op.f("uq_takes_public_id")),
    )
    op.create_index(
        "uq_takes_chosen", "takes", ["script_id"], unique=True, postgresql_where=sa.text("is_chosen")
    )
    op.create_index("ix_takes_script_id", "takes", ["script_id", "made_at"])
    op.create_index("ix_takes_call_id", "takes", ["call_id"], postgresql_where=sa.text("call_id IS NOT NULL"))
