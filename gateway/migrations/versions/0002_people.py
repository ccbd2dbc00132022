"""People in depth: overlays, history of units, ways in, lists, notices, rights, second factor, and what makes search quick."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

APPEND_ONLY = ("audit_entries", "consents", "unit_changes")


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")  # trusted: the owner of a database may create it
    op.create_table(
        "audit_seals",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("last_entry_id", sa.BigInteger(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_seals")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("text_hash", sa.String(length=64), nullable=False),
        sa.Column("sound_hash", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint(
            "name",
            "language",
            "text_hash",
            "sound_hash",
            name=op.f("uq_notices_name_language_text_hash_sound_hash"),
        ),
    )
    op.create_table(
        "purges",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("profile", sa.String(length=24), nullable=False),
        sa.Column(
            "counts",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purges")),
    )
    op.create_table(
        "vault_keys",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_keys")),
    )
    op.create_table(
        "overlays",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_overlays_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overlays")),
        sa.UniqueConstraint("code", name=op.f("uq_overlays_code")),
        sa.UniqueConstraint("public_id", name=op.f("uq_overlays_public_id")),
    )
    op.create_index(op.f("ix_overlays_unit_id"), "overlays", ["unit_id"], unique=False)
    op.create_table(
        "breaches",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "what",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("board_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("members_told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "broadcast_ids", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_breaches_staff_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_breaches_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breaches")),
        sa.UniqueConstraint("public_id", name=op.f("uq_breaches_public_id")),
    )
    op.create_index(op.f("ix_breaches_unit_id"), "breaches", ["unit_id"], unique=False)
    op.create_table(
        "drives",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_drives_staff_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_drives_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drives")),
        sa.UniqueConstraint("public_id", name=op.f("uq_drives_public_id")),
    )
    op.create_index(op.f("ix_drives_unit_id"), "drives", ["unit_id"], unique=False)
    op.create_table(
        "erasures",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("how", sa.String(length=24), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("number_ids", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purge_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_erasures_member_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_erasures_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasures")),
        sa.UniqueConstraint("member_id", name=op.f("uq_erasures_member_id")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("file_key", sa.String(length=64), nullable=True),
        sa.Column("refused_key", sa.String(length=64), nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column(
            "columns",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("done", sa.BigInteger(), nullable=False),
        sa.Column(
            "counts",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("error", sa.String(length=400), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_imports_staff_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_imports_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_imports_public_id")),
    )
    op.create_index(op.f("ix_imports_unit_id"), "imports", ["unit_id"], unique=False)
    op.create_table(
        "invitations",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("invited_by_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["invited_by_id"], ["staff.id"], name=op.f("fk_invitations_invited_by_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_invitations_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitations")),
        sa.UniqueConstraint("public_id", name=op.f("uq_invitations_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitations_token_hash")),
    )
    op.create_index(op.f("ix_invitations_staff_id"), "invitations", ["staff_id"], unique=False)
    op.create_table(
        "known_browsers",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_known_browsers_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_browsers")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_known_browsers_token_hash")),
    )
    op.create_index(op.f("ix_known_browsers_staff_id"), "known_browsers", ["staff_id"], unique=False)
    op.create_table(
        "merges",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("kept_id", sa.BigInteger(), nullable=False),
        sa.Column("gone_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "details",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["gone_id"], ["members.id"], name=op.f("fk_merges_gone_id")),
        sa.ForeignKeyConstraint(["kept_id"], ["members.id"], name=op.f("fk_merges_kept_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_merges_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merges")),
    )
    op.create_index(op.f("ix_merges_gone_id"), "merges", ["gone_id"], unique=False)
    op.create_index(op.f("ix_merges_kept_id"), "merges", ["kept_id"], unique=False)
    op.create_table(
        "told_apart",
        sa.Column("one_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["one_id"], ["members.id"], name=op.f("fk_told_apart_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["members.id"], name=op.f("fk_told_apart_other_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_told_apart_staff_id")),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_told_apart")),
    )
    op.create_index(op.f("ix_told_apart_other_id"), "told_apart", ["other_id"], unique=False)
    op.create_table(
        "other_numbers",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("number_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_other_numbers_member_id")),
        sa.ForeignKeyConstraint(["number_id"], ["numbers.id"], name=op.f("fk_other_numbers_number_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_numbers")),
    )
    op.create_index(op.f("ix_other_numbers_member_id"), "other_numbers", ["member_id"], unique=False)
    op.create_index(
        "uq_other_numbers_in_use",
        "other_numbers",
        ["number_id", "member_id"],
        unique=True,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.create_table(
        "overlay_members",
        sa.Column("overlay_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_overlay_members_member_id")),
        sa.ForeignKeyConstraint(["overlay_id"], ["overlays.id"], name=op.f("fk_overlay_members_overlay_id")),
        sa.PrimaryKeyConstraint("overlay_id", "member_id", name=op.f("pk_overlay_members")),
    )
    op.create_index(op.f("ix_overlay_members_member_id"), "overlay_members", ["member_id"], unique=False)
    op.create_table(
        "overlay_units",
        sa.Column("overlay_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["overlay_id"], ["overlays.id"], name=op.f("fk_overlay_units_overlay_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_overlay_units_unit_id")),
        sa.PrimaryKeyConstraint("overlay_id", "unit_id", name=op.f("pk_overlay_units")),
    )
    op.create_index(op.f("ix_overlay_units_unit_id"), "overlay_units", ["unit_id"], unique=False)
    op.create_table(
        "paper_forms",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("file_key", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_paper_forms_member_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_paper_forms_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_forms")),
        sa.UniqueConstraint("public_id", name=op.f("uq_paper_forms_public_id")),
    )
    op.create_index(op.f("ix_paper_forms_member_id"), "paper_forms", ["member_id"], unique=False)
    op.create_table(
        "recovery_codes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_recovery_codes_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
    )
    op.create_index(op.f("ix_recovery_codes_staff_id"), "recovery_codes", ["staff_id"], unique=False)
    op.create_table(
        "unit_changes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column(
            "details",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_unit_changes_staff_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_unit_changes_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_changes")),
    )
    op.create_index(op.f("ix_unit_changes_unit_id"), "unit_changes", ["unit_id"], unique=False)
    op.create_table(
        "breach_members",
        sa.Column("breach_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["breach_id"], ["breaches.id"], name=op.f("fk_breach_members_breach_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_breach_members_member_id")),
        sa.PrimaryKeyConstraint("breach_id", "member_id", name=op.f("pk_breach_members")),
    )
    op.create_index(op.f("ix_breach_members_member_id"), "breach_members", ["member_id"], unique=False)
    op.create_table(
        "drive_targets",
        sa.Column("drive_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["drive_id"], ["drives.id"], name=op.f("fk_drive_targets_drive_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_drive_targets_unit_id")),
        sa.PrimaryKeyConstraint("drive_id", "unit_id", name=op.f("pk_drive_targets")),
    )
    op.create_index(op.f("ix_drive_targets_unit_id"), "drive_targets", ["unit_id"], unique=False)
    op.create_table(
        "import_refusals",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("column", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=48), nullable=False),
        sa.Column(
            "details",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=False,
        ),
        sa.Column("is_note", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_refusals_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_refusals")),
        sa.UniqueConstraint(
            "import_id",
            "line",
            "column",
            "reason",
            name=op.f("uq_import_refusals_import_id_line_column_reason"),
        ),
    )
    op.create_index(op.f("ix_import_refusals_import_id"), "import_refusals", ["import_id"], unique=False)
    op.create_table(
        "join_codes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("drive_id", sa.BigInteger(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["drive_id"], ["drives.id"], name=op.f("fk_join_codes_drive_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_join_codes_member_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_join_codes_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_codes")),
    )
    op.create_index(op.f("ix_join_codes_member_id"), "join_codes", ["member_id"], unique=False)
    op.create_index(op.f("ix_join_codes_unit_id"), "join_codes", ["unit_id"], unique=False)
    op.create_index(
        "uq_join_codes_open",
        "join_codes",
        ["code"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "scrubs",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("broadcast_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("listed", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcasts.id"], name=op.f("fk_scrubs_broadcast_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_scrubs_staff_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_scrubs_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scrubs")),
        sa.UniqueConstraint("public_id", name=op.f("uq_scrubs_public_id")),
    )
    op.create_index(op.f("ix_scrubs_broadcast_id"), "scrubs", ["broadcast_id"], unique=False)
    op.create_index(op.f("ix_scrubs_unit_id"), "scrubs", ["unit_id"], unique=False)
    op.create_table(
        "enrolments",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.String(length=12), nullable=False),
        sa.Column("code_id", sa.BigInteger(), nullable=True),
        sa.Column("inviter_id", sa.BigInteger(), nullable=True),
        sa.Column("number_id", sa.BigInteger(), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place_note_id", sa.BigInteger(), nullable=True),
        sa.Column("sealed_place", sa.LargeBinary(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flags", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_by_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["cleared_by_id"], ["staff.id"], name=op.f("fk_enrolments_cleared_by_id")),
        sa.ForeignKeyConstraint(["code_id"], ["join_codes.id"], name=op.f("fk_enrolments_code_id")),
        sa.ForeignKeyConstraint(["inviter_id"], ["members.id"], name=op.f("fk_enrolments_inviter_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_enrolments_member_id")),
        sa.ForeignKeyConstraint(["number_id"], ["numbers.id"], name=op.f("fk_enrolments_number_id")),
        sa.ForeignKeyConstraint(
            ["place_note_id"], ["voice_notes.id"], name=op.f("fk_enrolments_place_note_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("member_id", name=op.f("uq_enrolments_member_id")),
    )
    op.create_index(op.f("ix_enrolments_code_id"), "enrolments", ["code_id"], unique=False)
    op.create_index(op.f("ix_enrolments_inviter_id"), "enrolments", ["inviter_id"], unique=False)
    op.create_index(op.f("ix_enrolments_joined_at"), "enrolments", ["joined_at"], unique=False)
    op.create_index(op.f("ix_enrolments_number_id"), "enrolments", ["number_id"], unique=False)
    op.create_table(
        "rights_requests",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("number_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("voice_note_id", sa.BigInteger(), nullable=True),
        sa.Column("sealed_text", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_rights_requests_member_id")),
        sa.ForeignKeyConstraint(["number_id"], ["numbers.id"], name=op.f("fk_rights_requests_number_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_rights_requests_staff_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_rights_requests_unit_id")),
        sa.ForeignKeyConstraint(
            ["voice_note_id"], ["voice_notes.id"], name=op.f("fk_rights_requests_voice_note_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_requests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_rights_requests_public_id")),
    )
    op.create_index(op.f("ix_rights_requests_member_id"), "rights_requests", ["member_id"], unique=False)
    op.create_index(op.f("ix_rights_requests_unit_id"), "rights_requests", ["unit_id"], unique=False)
    op.create_index(
        "ix_rights_requests_open",
        "rights_requests",
        ["number_id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.add_column(
        "broadcasts",
        sa.Column(
            "kept_sums",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            nullable=True,
        ),
    )
    for table, column in (("consents", "call_id"), ("consents", "message_id"), ("calls", "parent_call_id")):
        op.create_index(
            f"ix_{table}_{column}", table, [column], postgresql_where=sa.text(f"{column} IS NOT NULL")
        )
    op.create_index(op.f("ix_voice_notes_member_id"), "voice_notes", ["member_id"])
    op.add_column("broadcasts", sa.Column("breach_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_broadcasts_breach_id"), "broadcasts", ["breach_id"], unique=False)
    op.create_foreign_key(op.f("fk_broadcasts_breach_id"), "broadcasts", "breaches", ["breach_id"], ["id"])
    op.add_column("audit_entries", sa.Column("unit_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_audit_entries_unit_id"), "audit_entries", ["unit_id"], unique=False)
    op.create_foreign_key(op.f("fk_audit_entries_unit_id"), "audit_entries", "units", ["unit_id"], ["id"])
    op.add_column("consents", sa.Column("form_id", sa.BigInteger(), nullable=True))
    op.create_table(
        "number_changes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("number_id", sa.BigInteger(), nullable=False),
        sa.Column("note_id", sa.BigInteger(), nullable=True),
        sa.Column("newcomer_id", sa.BigInteger(), nullable=True),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("old_number_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said", sa.String(length=12), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=12), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["number_id"], ["numbers.id"], name=op.f("fk_number_changes_number_id")),
        sa.ForeignKeyConstraint(["note_id"], ["voice_notes.id"], name=op.f("fk_number_changes_note_id")),
        sa.ForeignKeyConstraint(["newcomer_id"], ["members.id"], name=op.f("fk_number_changes_newcomer_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_number_changes_member_id")),
        sa.ForeignKeyConstraint(
            ["old_number_id"], ["numbers.id"], name=op.f("fk_number_changes_old_number_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_number_changes_unit_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_number_changes_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number_changes")),
        sa.UniqueConstraint("public_id", name=op.f("uq_number_changes_public_id")),
    )
    op.create_index(op.f("ix_number_changes_number_id"), "number_changes", ["number_id"], unique=False)
    op.create_index(op.f("ix_number_changes_newcomer_id"), "number_changes", ["newcomer_id"], unique=False)
    op.create_index(op.f("ix_number_changes_member_id"), "number_changes", ["member_id"], unique=False)
    op.create_index(op.f("ix_number_changes_unit_id"), "number_changes", ["unit_id"], unique=False)
    op.create_foreign_key(op.f("fk_consents_form_id"), "consents", "paper_forms", ["form_id"], ["id"])
    op.add_column("consents", sa.Column("notice_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_consents_notice_id"), "consents", "notices", ["notice_id"], ["id"])
    op.create_index(
        "ix_consents_expires_at",
        "consents",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )
    op.add_column("members", sa.Column("home_unit_id", sa.BigInteger(), nullable=True))
    op.add_column("members", sa.Column("handset", sa.String(length=12), nullable=True))
    op.add_column("members", sa.Column("slot", sa.String(length=12), nullable=True))
    op.add_column(
        "members",
        sa.Column("tags", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
    )
    op.add_column("members", sa.Column("search", sa.String(length=400), server_default="", nullable=False))
    op.add_column("members", sa.Column("barred", sa.String(length=24), nullable=True))
    op.drop_index("ix_members_audience", "members")
    op.create_index(
        "ix_members_audience",
        "members",
        ["unit_id", "status"],
        unique=False,
        postgresql_include=["consent", "language", "handset", "barred", "tags", "id"],
    )
    op.create_index(
        "ix_members_tags",
        "members",
        ["tags"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"tags": "jsonb_path_ops"},
    )
    op.create_index(
        "ix_posts_held",
        "posts",
        [sa.literal_column("lower(title)")],
        unique=False,
        postgresql_where=sa.text("until IS NULL"),
    )
    op.add_column(
        "broadcasts",
        sa.Column(
            "filters",
            sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql"),
            server_default="{}",
            nullable=False,
        ),
    )
    op.add_column("members", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.add_column("members", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_members_unit_id_search", "members", ["unit_id", "search"], unique=False)
    op.create_index(
        "ix_members_on_register",
        "members",
        ["id"],
        unique=False,
        postgresql_where=sa.text("barred = 'do-not-disturb'"),
    )
    op.create_index(
        "ix_members_home_unit_id",
        "members",
        ["home_unit_id"],
        unique=False,
        postgresql_where=sa.text("home_unit_id IS NOT NULL"),
    )
    op.create_index(
        "ix_members_search",
        "members",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_foreign_key(op.f("fk_members_home_unit_id"), "members", "units", ["home_unit_id"], ["id"])
    op.create_foreign_key(op.f("fk_members_merged_into_id"), "members", "members", ["merged_into_id"], ["id"])
    op.add_column("sign_ins", sa.Column("browser", sa.String(length=80), server_default="", nullable=False))
    op.add_column("sign_ins", sa.Column("second_factor_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("staff", sa.Column("sealed_totp", sa.LargeBinary(), nullable=True))
    op.add_column("staff", sa.Column("totp_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("staff", sa.Column("totp_step", sa.BigInteger(), nullable=True))
    op.add_column(
        "staff", sa.Column("must_change_password", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("suppressions", sa.Column("source", sa.String(length=24), nullable=True))
    op.add_column("suppressions", sa.Column("staff_id", sa.BigInteger(), nullable=True))
    op.add_column("suppressions", sa.Column("scrub_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_suppressions_staff_id"), "suppressions", "staff", ["staff_id"], ["id"])
    op.create_foreign_key(op.f("fk_suppressions_scrub_id"), "suppressions", "scrubs", ["scrub_id"], ["id"])
    op.add_column("units", sa.Column("search", sa.String(length=400), server_default="", nullable=False))
    op.add_column("units", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("units", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_units_search",
        "units",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_foreign_key(op.f("fk_units_merged_into_id"), "units", "units", ["merged_into_id"], ["id"])
    op.add_column("voice_notes", sa.Column("withheld_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("voice_notes", sa.Column("purged_at", sa.DateTime(timezone=True), nullable=True))
    _guard_ledgers()
    _keep_barred()
    _count_units()


def _guard_ledgers() -> None:
    """Let nobody alter the ledgers by mistake; the purge says in its transaction that it means to (rules.md L13)."""
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF current_setting('memberline.purging', true) = 'on' THEN
                RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
            END IF;
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
        END $$
        """
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _keep_barred() -> None:
    """Keep `members.barred` true by itself, so that an audience is counted without asking two further tables.

    "number-unusable" where there is no number to dial, else the gravest suppression in force, the member's own opt-out first
    and a do-not-disturb listing last. Statement by statement, so that lists of thousands stay quick.
    """
    op.execute(
        """
        CREATE FUNCTION bar_of(wanted bigint) RETURNS varchar LANGUAGE sql STABLE AS $$
            SELECT coalesce(
                (SELECT CASE WHEN n.invalid_at IS NOT NULL THEN 'number-unusable' ELSE
                    coalesce((SELECT s.reason FROM suppressions s
                              WHERE s.number_index = n.index AND s.lifted_at IS NULL
                              ORDER BY s.reason <> 'opt-out', s.reason = 'do-not-disturb', s.reason LIMIT 1), '')
                    END FROM numbers n WHERE n.id = wanted),
                'number-unusable')
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION bar_new_members() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE members m SET barred = nullif(b.bar, '')
            FROM (SELECT f.id, bar_of(f.number_id) AS bar FROM fresh f
                  LEFT JOIN numbers n ON n.id = f.number_id
                  WHERE n.id IS NULL OR n.invalid_at IS NOT NULL
                     OR EXISTS (SELECT FROM suppressions s WHERE s.number_index = n.index AND s.lifted_at IS NULL)) b
            WHERE m.id = b.id;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION bar_moved_member() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.barred := nullif(bar_of(NEW.number_id), '');
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION bar_on_number() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE members SET barred = nullif(bar_of(NEW.id), '')
            WHERE number_id = NEW.id AND barred IS DISTINCT FROM nullif(bar_of(NEW.id), '');
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION bar_suppressed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE members m SET barred = nullif(b.bar, '')
            FROM (SELECT n.id, bar_of(n.id) AS bar FROM numbers n
                  WHERE n.index IN (SELECT c.number_index FROM changed c)) b
            WHERE m.number_id = b.id AND m.barred IS DISTINCT FROM nullif(b.bar, '');
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER barred_new AFTER INSERT ON members REFERENCING NEW TABLE AS fresh "
        "FOR EACH STATEMENT EXECUTE FUNCTION bar_new_members()"
    )
    op.execute(
        "CREATE TRIGGER barred_moved BEFORE UPDATE OF number_id ON members "
        "FOR EACH ROW EXECUTE FUNCTION bar_moved_member()"
    )
    op.execute(
        "CREATE TRIGGER barred_number AFTER UPDATE OF invalid_at ON numbers "
        "FOR EACH ROW EXECUTE FUNCTION bar_on_number()"
    )
    for event, rows in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
        op.execute(
            f"CREATE TRIGGER barred_{event} AFTER {event.upper()} ON suppressions "
            f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION bar_suppressed()"
        )
    op.execute("UPDATE members SET barred = nullif(bar_of(number_id), '') WHERE bar_of(number_id) <> ''")


def _count_units() -> None:
    """Note what comes to a unit and what leaves it, so that what lies below one is told in milliseconds."""
    op.create_table(
        "unit_counts",
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["units.id"], name=op.f("fk_unit_counts_unit_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_unit_counts")),
    )
    op.create_table(
        "unit_count_changes",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("members", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_count_changes")),
    )
    for statement in COUNTING.split(";;"):
        op.execute(statement)


COUNTING = """
INSERT INTO unit_count_changes (unit_id, units, members)
    SELECT id, 1, 0 FROM units
    UNION ALL SELECT unit_id, 0, count(*) FROM members WHERE status <> 'left' GROUP BY unit_id;;
CREATE FUNCTION count_new_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unit_count_changes (unit_id, units, members)
        SELECT unit_id, 0, count(*) FROM added WHERE status <> 'left' GROUP BY unit_id;
    RETURN NULL;
END $$;;
CREATE TRIGGER count_new AFTER INSERT ON members
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_new_members();;
CREATE FUNCTION count_changed_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'left' THEN
        INSERT INTO unit_count_changes (unit_id, units, members) VALUES (OLD.unit_id, 0, -1);
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.status <> 'left' THEN
        INSERT INTO unit_count_changes (unit_id, units, members) VALUES (NEW.unit_id, 0, 1);
    END IF;
    RETURN NULL;
END $$;;
CREATE TRIGGER count_changed AFTER UPDATE OF unit_id, status ON members FOR EACH ROW
    WHEN (OLD.unit_id <> NEW.unit_id OR (OLD.status = 'left') <> (NEW.status = 'left'))
    EXECUTE FUNCTION count_changed_member();;
CREATE TRIGGER count_gone AFTER DELETE ON members FOR EACH ROW EXECUTE FUNCTION count_changed_member();;
CREATE FUNCTION count_new_units() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unit_count_changes (unit_id, units, members) SELECT id, 1, 0 FROM added WHERE closed_at IS NULL;
    RETURN NULL;
END $$;;
CREATE TRIGGER count_new AFTER INSERT ON units
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_new_units();;
CREATE FUNCTION count_closed_unit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unit_count_changes (unit_id, units, members)
        VALUES (NEW.id, CASE WHEN NEW.closed_at IS NULL THEN 1 ELSE -1 END, 0);
    RETURN NULL;
END $$;;
CREATE TRIGGER count_closed AFTER UPDATE OF closed_at ON units FOR EACH ROW
    WHEN ((OLD.closed_at IS NULL) <> (NEW.closed_at IS NULL)) EXECUTE FUNCTION count_closed_unit()
"""
