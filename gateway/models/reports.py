"""Problems members reported, what was done about each, and what they were answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Computed, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from gateway.models.base import Base, JsonDict, Key, Public, Word, new_public_id
from gateway.states import REPORTS_OVER, REPORTS_WAITING, ReportState, Urgency


def _one_of(states: tuple[ReportState, ...]) -> str:
    return ", ".join(f"'{each}'" for each in states)


IS_WAITING = f"merged_into_id IS NULL AND state IN ({_one_of(REPORTS_WAITING)})"
IS_RED = f"urgency = 'danger' AND taken_at IS NULL AND state NOT IN ({_one_of(REPORTS_OVER)})"
IS_MARKED = "is_partial OR is_unnamed OR is_restricted"
HAS_SOMEBODY = "assignee_id IS NOT NULL OR taken_at IS NOT NULL"
COUNTED_BY = ["sight_unit_id", "assignee_id", "is_restricted", "merged_into_id"]
NARROWED_BY = ["unit_id", "desk_unit_id", "state", "urgency", "category", "language", "due_at"]
NARROWED_BY += ["is_unnamed", "is_partial", "must_act", "taken_at", "voice_note_id", "member_id"]


class Report(Base):
    """A problem that a member reported.

    `unit_id` is the place; `desk_unit_id` the unit whose staff owe the answer, which climbs; `sight_unit_id` the lowest
    unit whose staff may know of the report: the place, or the level above the local staff (contract: key 7).

    Of a reporter who stays unnamed the row holds no member, number or call: `sealed_number` opens only to ring them,
    `call_mark` finds the report of a recording that comes late.
    """

    __tablename__ = "reports"
    __table_args__ = (
        Index("ix_reports_inbox", "state", "received_at"),
        # What the inbox counts is counted in this one and in that by `sight_unit_id`, without a look at the rows; that a
        # state says whether a report waits, the planner knows by `st_reports_waiting` (migration 0007).
        Index(
            "ix_reports_waiting",
            text("is_red DESC"),
            "received_at",
            "id",
            postgresql_where=text("is_waiting"),
            postgresql_include=[*COUNTED_BY, *NARROWED_BY],
        ),
        # The same for a unit that holds little of all that waits: its parts are looked up one by one.
        Index(
            "ix_reports_waiting_in",
            "sight_unit_id",
            "received_at",
            postgresql_where=text("is_waiting"),
            postgresql_include=["is_red", "id", *COUNTED_BY[1:], *NARROWED_BY],
        ),
        # What one list wants may be all there is in this house and nothing in the next: found, or not found, at once.
        Index("ix_reports_category_received_at", "category", "received_at"),
        Index("ix_reports_urgency", "urgency", "received_at"),
        Index("ix_reports_charge", text(f"({HAS_SOMEBODY})"), "received_at"),
        # Few are marked, and a list wants one mark: which, is seen here.
        Index(
            "ix_reports_marked",
            "received_at",
            "id",
            postgresql_where=text(IS_MARKED),
            postgresql_include=["is_unnamed", "is_partial", "state", "unit_id", *COUNTED_BY],
        ),
        Index(
            "ix_reports_must_act",
            "must_act",
            "received_at",
            postgresql_where=text("must_act IS NOT NULL"),
        ),
        Index("ix_reports_assignee_id", "assignee_id", postgresql_where=text("is_waiting")),
        Index(
            "ix_reports_received_at",
            "received_at",
            postgresql_include=["sight_unit_id", "is_restricted", "assignee_id"],
        ),
        Index("ix_reports_closed_at", "closed_at", postgresql_where=text("closed_at IS NOT NULL")),
        # The list of a small unit, by those who may know of it and by its place: sought in the index, unit by unit.
        Index(
            "ix_reports_sight_unit_id_received_at",
            "sight_unit_id",
            "received_at",
            postgresql_include=["id", "state", *COUNTED_BY[1:]],
        ),
        Index(
            "ix_reports_unit_id",
            "unit_id",
            "received_at",
            postgresql_include=["id", "state", *COUNTED_BY],
        ),
        Index("ix_reports_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        Index("ix_reports_climb_at", "climb_at", postgresql_where=text("climb_at IS NOT NULL")),
        Index("ix_reports_tell_at", "tell_at", postgresql_where=text("tell_at IS NOT NULL")),
        Index("ix_reports_ask_at", "ask_at", postgresql_where=text("ask_at IS NOT NULL")),
    )

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    reference: Mapped[str] = mapped_column(String(12), unique=True)
    state: Mapped[ReportState] = mapped_column(Word(ReportState))
    urgency: Mapped[Urgency] = mapped_column(Word(Urgency), default=Urgency.NOT_STATED)
    source: Mapped[str] = mapped_column(String(12))  # voice, sms, ussd
    member_id: Mapped[int | None] = mapped_column(ForeignKey("members.id"), index=True)
    number_id: Mapped[int | None] = mapped_column(ForeignKey("numbers.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    desk_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    sight_unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"))
    is_past_local: Mapped[bool] = mapped_column(default=False)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), unique=True)
    voice_note_id: Mapped[int | None] = mapped_column(ForeignKey("voice_notes.id"), unique=True)
    sealed_text: Mapped[bytes | None]
    language: Mapped[str | None] = mapped_column(String(8))
    category: Mapped[str | None] = mapped_column(String(4))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))

    is_unnamed: Mapped[bool] = mapped_column(default=False, server_default="false")
    sealed_number: Mapped[bytes | None]  # the id of an unnamed reporter's number
    call_mark: Mapped[bytes | None] = mapped_column(unique=True)
    is_restricted: Mapped[bool] = mapped_column(
        default=False, server_default="false"
    )  # accuses somebody by name
    is_partial: Mapped[bool] = mapped_column(default=False, server_default="false")  # cut off while speaking
    people: Mapped[int | None]  # for how many a trainer speaks
    reporters: Mapped[int] = mapped_column(default=1, server_default="1")  # with those merged into it
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"), index=True)
    must_act: Mapped[str | None] = mapped_column(String(8))  # unit, office, nobody (demo_data.md 6.5)
    office: Mapped[str | None] = mapped_column(String(120))

    received_at: Mapped[datetime]
    heard_at: Mapped[datetime | None]  # first by a person of staff
    taken_at: Mapped[datetime | None]  # danger: a person has taken it
    assigned_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_how: Mapped[str | None] = mapped_column(String(8))  # call, sms, visit, silence

    ups: Mapped[int] = mapped_column(default=0, server_default="0")  # levels it has climbed
    climb_at: Mapped[datetime | None]  # when it goes one level up; empty where there is none above
    due_at: Mapped[datetime | None]  # the next step's deadline (`rules.ladder`)
    tell_at: Mapped[datetime | None]  # the next interim word to the reporter
    asks: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # days on which "solved?" was asked in vain
    ask_at: Mapped[datetime | None]  # when it is asked again, or closed

    version: Mapped[int] = mapped_column(default=0, server_default="0")  # deeds done on it, each adds one
    locked_by_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    locked_until: Mapped[datetime | None]

    is_waiting: Mapped[bool] = mapped_column(Computed(IS_WAITING, persisted=True))
    is_red: Mapped[bool] = mapped_column(Computed(IS_RED, persisted=True))


class ReportEvent(Base):
    """One line of a report's history; append-only. `details` may hold `before`, with which a deed is undone."""

    __tablename__ = "report_events"
    __table_args__ = (
        Index("ix_report_events_reopened", "report_id", postgresql_where=text("kind = 'reopened'")),
        Index("ix_report_events_at", "at", postgresql_where=text("state IS NOT NULL")),  # what a day brought
    )

    id: Mapped[Key]
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(32))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    state: Mapped[ReportState | None] = mapped_column(Word(ReportState))
    sealed_note: Mapped[bytes | None]  # what staff wrote to each other
    details: Mapped[JsonDict] = mapped_column(default=dict)


class Mention(Base):
    """A colleague was named in a note; theirs to see until they have."""

    __tablename__ = "mentions"
    __table_args__ = (
        Index("ix_mentions_unseen", "staff_id", "at", postgresql_where=text("seen_at IS NULL")),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("report_events.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    at: Mapped[datetime]
    seen_at: Mapped[datetime | None]


class Addition(Base):
    """What was said to a report later: more about it, "partly" after an answer, what a broken-off call left out."""

    __tablename__ = "additions"

    id: Mapped[Key]
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(12))  # more, partly, again (a blank or partial one)
    call_id: Mapped[int | None] = mapped_column(ForeignKey("calls.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"), unique=True)
    voice_note_id: Mapped[int | None] = mapped_column(ForeignKey("voice_notes.id"), unique=True)
    sealed_text: Mapped[bytes | None]


class Answer(Base):
    """What staff answer: `texts` and `sounds` (content keys of clips) per language.

    An interim one tells the reporter how it stands and leaves the report open.
    """

    __tablename__ = "answers"

    id: Mapped[Key]
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    is_interim: Mapped[bool] = mapped_column(default=False, server_default="false")
    texts: Mapped[JsonDict] = mapped_column(default=dict)
    sounds: Mapped[JsonDict] = mapped_column(default=dict)
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]  # undone before it rang


class SavedView(Base):
    """A list of the inbox that somebody keeps under a name; `query` is the address behind the question mark."""

    __tablename__ = "saved_views"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(String(400))
    is_shared: Mapped[bool] = mapped_column(default=False)  # with the staff of the same unit and below
    at: Mapped[datetime]


class ReportFile(Base):
    """A list of reports that somebody takes away; made by a worker where it is long, and gone after a day.

    `asked` holds the search, whose sight limits it and the words of its language, so that whoever makes it needs no browser.
    """

    __tablename__ = "report_files"

    id: Mapped[Key]
    public_id: Mapped[Public] = mapped_column(default=new_public_id)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    unit_id: Mapped[int] = mapped_column(
        ForeignKey("units.id")
    )  # of whoever asked: nothing outside it is in it
    broadcast_id: Mapped[int | None] = mapped_column(
        ForeignKey("broadcasts.id"), index=True
    )  # the people of a broadcast instead
    kind: Mapped[str] = mapped_column(String(4))  # csv, xlsx
    asked: Mapped[JsonDict]
    rows: Mapped[int | None]
    file_key: Mapped[str | None] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]  # without a key: it could not be made, or is kept no longer
