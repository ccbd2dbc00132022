"""Units, numbers, members and what they agreed to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, Key, Public, Word, new_public_id, unchecked
from gateway.names import search_key
from gateway.rules.consent import ConsentState
from gateway.states import MemberStatus


def _spelt_name(context: DefaultExecutionContext) -> str:
    """However a member is added, they are found by name (`gateway.names`); a change of name sets `search` itself."""
    given: dict[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return search_key(given.get("name") or "")


def _spelt_unit(context: DefaultExecutionContext) -> str:
    """Units are found by name and by code."""
    given: dict[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return search_key(f"{given['name']} {given['code']}")


class Unit(Base):
    """A node of the organisation's tree. `path` is the materialised line of ids from the root: "/1/5/23/"."""

    __tablename__ = "units"
    __table_args__ = (
        Index("ix_units_path", "path", postgresql_ops={"path": "text_pattern_ops"}),
        Index("ix_units_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
        Index("ix_units_zone", "path", postgresql_where=text("zone IS NOT NULL")),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    path: Mapped[str] = mapped_column(String(400))
    language: Mapped[str | None] = mapped_column(String(8))
    zone: Mapped[str | None] = mapped_column(
        String(40)
    )  # where it and those below keep other time than the country
    search: Mapped[str] = mapped_column(String(400), default=_spelt_unit, server_default="")
    closed_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"))


class PhoneNumber(Base):
    """A phone number: sealed, found by keyed hash; may be shared and may change hands (house.md 2).

    A row of this table, or of members, is blanked and never deleted, and who writes its id has just found or made it. So
    what a list brings by the hundred thousand (members, their consents and ways in) is not checked against them.
    """

    __tablename__ = "numbers"

    id: Mapped[Key]
    index: Mapped[bytes] = mapped_column(unique=True)
    sealed: Mapped[bytes]
    tail: Mapped[str] = mapped_column(String(4))  # the last digits, for people who compare by eye
    created_at: Mapped[datetime]
    invalid_at: Mapped[datetime | None]


class Member(Base):
    """A person in the organisation whom we may serve."""

    __tablename__ = "members"
    __table_args__ = (
        # Answers "how many would be asked" from the index alone (`bench audience`).
        Index(
            "ix_members_audience",
            "unit_id",
            "status",
            postgresql_include=["consent", "language", "handset", "barred", "tags", "id"],
        ),
        Index("ix_members_tags", "tags", postgresql_using="gin", postgresql_ops={"tags": "jsonb_path_ops"}),
        Index(
            "ix_members_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}
        ),
        Index("ix_members_unit_id_search", "unit_id", "search"),  # who is probably known already
        Index("ix_members_on_register", "id", postgresql_where=text("barred = 'do-not-disturb'")),
        Index("ix_members_home_unit_id", "home_unit_id", postgresql_where=text("home_unit_id IS NOT NULL")),
    )

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    name: Mapped[str] = mapped_column(String(200), default="")
    name_note_id: Mapped[int | None] = mapped_column(ForeignKey("voice_notes.id", use_alter=True))
    number_id: Mapped[int | None] = mapped_column(unchecked("numbers.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    home_unit_id: Mapped[int | None] = mapped_column(
        ForeignKey("units.id")
    )  # the booth an office-bearer votes at
    language: Mapped[str | None] = mapped_column(String(8))
    handset: Mapped[str | None] = mapped_column(String(12))  # keypad, smartphone, none
    slot: Mapped[str | None] = mapped_column(String(12))  # the part of the day they chose (`rules.slots`)
    tags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    search: Mapped[str] = mapped_column(String(400), default=_spelt_name, server_default="")
    # Why nobody may ring the first number: none, invalid, or the gravest suppression. Triggers keep it (migration 0002).
    barred: Mapped[str | None] = mapped_column(String(24))
    status: Mapped[MemberStatus] = mapped_column(Word(MemberStatus), default=MemberStatus.INVITED)
    consent: Mapped[ConsentState] = mapped_column(Word(ConsentState), default=ConsentState.NONE)
    is_adult: Mapped[bool | None]
    is_trained: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    erased_at: Mapped[datetime | None]


class OtherNumber(Base):
    """A further number of a member, or one they had before (`until` is set); `members.number_id` is rung first."""

    __tablename__ = "other_numbers"
    __table_args__ = (
        Index(
            "uq_other_numbers_in_use",
            "number_id",
            "member_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
    )

    id: Mapped[Key]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    number_id: Mapped[int] = mapped_column(ForeignKey("numbers.id"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(24))  # why it ended: changed, recycled, merged


class Post(Base):
    """A role held by a member in a unit."""

    __tablename__ = "posts"
    __table_args__ = (Index("ix_posts_held", text("lower(title)"), postgresql_where=text("until IS NULL")),)

    id: Mapped[Key]
    member_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class Consent(Base):
    """One entry of the append-only ledger (rules.md L5); `members.consent` is derived from it and nothing else."""

    __tablename__ = "consents"
    __table_args__ = (
        Index("ix_consents_expires_at", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
        # Of those two few rows know: so that the purge of old calls need not read the whole ledger for each.
        Index("ix_consents_call_id", "call_id", postgresql_where=text("call_id IS NOT NULL")),
        Index("ix_consents_message_id", "message_id", postgresql_where=text("message_id IS NOT NULL")),
        Index("ix_consents_withdrawn", "at", postgresql_where=text("action = 'withdrawn'")),
    )

    id: Mapped[Key]
    member_id: Mapped[int] = mapped_column(unchecked("members.id"), index=True)
    number_id: Mapped[int | None] = mapped_column(unchecked("numbers.id"))
    purpose: Mapped[str] = mapped_column(String(24))
    action: Mapped[str] = mapped_column(String(12))
    how: Mapped[str] = mapped_column(String(24))
    language: Mapped[str | None] = mapped_column(String(8))
    notice: Mapped[str | None] = mapped_column(String(80))
    notice_hash: Mapped[str | None] = mapped_column(String(64))
    notice_id: Mapped[int | None] = mapped_column(ForeignKey("notices.id"))
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    form_id: Mapped[int | None] = mapped_column(ForeignKey("paper_forms.id"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class Suppression(Base):
    """A number nobody may contact, kept apart from members so that it outlives them (rules.md L7)."""

    __tablename__ = "suppressions"
    __table_args__ = (
        Index(
            "uq_suppressions_in_force",
            "number_index",
            "reason",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[Key]
    number_index: Mapped[bytes]
    reason: Mapped[str] = mapped_column(String(24))
    source: Mapped[str | None] = mapped_column(String(24))  # member, staff, provider, scrub, erasure
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    scrub_id: Mapped[int | None] = mapped_column(ForeignKey("scrubs.id"))
    at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class DutyNumber(Base):
    """Who is rung when a member of this unit, or of one below it, is in danger; in order of `position`."""

    __tablename__ = "duty_numbers"

    id: Mapped[Key]
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    number_id: Mapped[int] = mapped_column(ForeignKey("numbers.id"))
    name: Mapped[str] = mapped_column(String(200), default="")
    position: Mapped[int] = mapped_column(default=1)
