"""How people come in: codes that are keyed, drives that count, lists and paper forms that are taken over."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, JsonDict, Key, Public, Word, new_public_id, unchecked
from gateway.states import ImportState


class JoinCode(Base):
    """Digits that a person who joins keys: a trainer's class, or a member who brings another (activities.md S0-14, S4-59)."""

    __tablename__ = "join_codes"
    __table_args__ = (
        Index("uq_join_codes_open", "code", unique=True, postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(12))  # class, inviter
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)  # whose code it is
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)  # where who keys it belongs
    drive_id: Mapped[int | None] = mapped_column(ForeignKey("drives.id"))
    title: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Drive(Base):
    """A recruitment drive: so many new members in a unit and under it between two days (S1-16)."""

    __tablename__ = "drives"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    name: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    target: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class DriveTarget(Base):
    """How many of a drive's target one unit is to bring."""

    __tablename__ = "drive_targets"

    drive_id: Mapped[int] = mapped_column(ForeignKey("drives.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    target: Mapped[int]


class Enrolment(Base):
    """How one member came in: once a member, whatever way they came again."""

    __tablename__ = "enrolments"
    __table_args__ = (
        # Who came by a list, as most did, has neither.
        Index("ix_enrolments_code_id", "code_id", postgresql_where=text("code_id IS NOT NULL")),
        Index("ix_enrolments_inviter_id", "inviter_id", postgresql_where=text("inviter_id IS NOT NULL")),
    )

    id: Mapped[Key]
    member_id: Mapped[int] = mapped_column(unchecked("members.id"), unique=True)
    way: Mapped[str] = mapped_column(String(12))  # call, sms, list, form, console
    code_id: Mapped[int | None] = mapped_column(ForeignKey("join_codes.id"))
    inviter_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"))
    number_id: Mapped[int | None] = mapped_column(unchecked("numbers.id"), index=True)
    begun_at: Mapped[datetime]
    joined_at: Mapped[datetime | None] = mapped_column(index=True)
    place_note_id: Mapped[int | None] = mapped_column(ForeignKey("voice_notes.id"))  # the village, spoken
    sealed_place: Mapped[bytes | None]  # the village, written
    placed_at: Mapped[datetime | None]  # staff or a code said which unit
    flags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")  # burst, one_handset, self
    cleared_at: Mapped[datetime | None]
    cleared_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class NumberChange(Base):
    """Somebody says that this number is their new one: asked on the old number, confirmed by a coordinator (journeys.md M6)."""

    __tablename__ = "number_changes"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    number_id: Mapped[int] = mapped_column(ForeignKey("numbers.id"), index=True)  # the new one
    note_id: Mapped[int | None] = mapped_column(ForeignKey("voice_notes.id"))  # name and village, spoken
    sealed_text: Mapped[bytes | None]  # or written
    newcomer_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)  # who joined on it
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)  # whose it would be
    old_number_id: Mapped[int | None] = mapped_column(ForeignKey("numbers.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    at: Mapped[datetime]
    asked_at: Mapped[datetime | None]  # the old number is owed its call
    said: Mapped[str | None] = mapped_column(String(12))  # on the old number: yes, no, stranger
    said_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(12))  # moved, refused
    decided_at: Mapped[datetime | None]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))


class PaperForm(Base):
    """The photograph of a signed form, sealed in the store of files."""

    __tablename__ = "paper_forms"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    file_key: Mapped[str] = mapped_column(String(64))
    media_type: Mapped[str] = mapped_column(String(40))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    purged_at: Mapped[datetime | None]


class Import(Base):
    """One list handed in: kept sealed for a week, read in the background, judged row by row."""

    __tablename__ = "imports"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    kind: Mapped[str] = mapped_column(String(12))  # members, units
    state: Mapped[ImportState] = mapped_column(Word(ImportState), default=ImportState.CHECKING)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    file_key: Mapped[str | None] = mapped_column(String(64))
    refused_key: Mapped[str | None] = mapped_column(
        String(64)
    )  # the rows in error, sealed, for who handed it in
    file_name: Mapped[str] = mapped_column(String(200), default="")
    columns: Mapped[JsonDict] = mapped_column(default=dict)  # which column of the list is which of ours
    rows: Mapped[int | None]
    done: Mapped[int] = mapped_column(default=0)
    counts: Mapped[JsonDict] = mapped_column(default=dict)  # new, updated, unchanged, refused, twice
    error: Mapped[str | None] = mapped_column(String(400))
    lease_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportRefusal(Base):
    """One row that was not taken, or of which something should be known; never what stands in it."""

    __tablename__ = "import_refusals"
    __table_args__ = (UniqueConstraint("import_id", "line", "column", "reason"),)

    id: Mapped[Key]
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), index=True)
    line: Mapped[int]
    column: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(48))
    details: Mapped[JsonDict] = mapped_column(default=dict)
    is_note: Mapped[bool] = mapped_column(default=False)  # the row was taken all the same


class Merge(Base):
    """Two rows that were one person, and which of them is kept; append-only."""

    __tablename__ = "merges"

    id: Mapped[Key]
    kept_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    gone_id: Mapped[int] = mapped_column(ForeignKey("members.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
    details: Mapped[JsonDict] = mapped_column(default=dict)


class ToldApart(Base):
    """Two members who look like one and are not: staff said so, and they are proposed no more. `one_id` is the lower id."""

    __tablename__ = "told_apart"

    one_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("members.id"), primary_key=True, index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime]
