"""All that is held about one member, from every table, with what is sealed opened (rules.md L12, issue 3, 6).

Tables are found by their keys to members and numbers, so that a new one cannot be forgotten; what hangs on those, and
what is no member's, is said here by name, and a test knows no fourth kind. Called by the command line and by `rights`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidTag
from sqlalchemy import Column, ColumnElement, Table, and_, false, or_, select
from sqlalchemy.orm import Session

from gateway.db import unit_of_work
from gateway.deliveries.owe import SEVERED, UNNAMED
from gateway.deliveries.owe import TEXT_PURPOSE as OWED_TEXT
from gateway.errors import NotFound
from gateway.models import Base, Member, OtherNumber
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store import numbers, rights_rows, units
from gateway.store.enrolments import PLACE_PURPOSE
from gateway.store.number_changes import TEXT_PURPOSE as CHANGE_TEXT
from gateway.store.reports import ADDITION_PURPOSE, NOTE_PURPOSE
from gateway.store.reports import TEXT_PURPOSE as REPORT_TEXT
from gateway.store.staff import add_audit
from gateway.voice_notes import TRANSCRIPT_PURPOSE

logger = logging.getLogger(__name__)

REQUEST_TEXT = "rights_requests.sealed_text"
# What seals the words of each table: (column, place, the column that names the row, what it is called when opened).
PURPOSES = {
    "messages": ("sealed_text", "messages.text", "provider_id", "text"),
    "reports": ("sealed_text", REPORT_TEXT, "reference", "text"),
    "report_events": ("sealed_note", NOTE_PURPOSE, "report_id", "note"),
    "additions": ("sealed_text", ADDITION_PURPOSE, "report_id", "text"),
    "deliveries": ("sealed_text", OWED_TEXT, "dedupe", "text"),
    "voice_notes": ("sealed_transcript", TRANSCRIPT_PURPOSE, "public_id", "draft"),
    "rights_requests": ("sealed_text", REQUEST_TEXT, "public_id", "text"),
    "number_changes": ("sealed_text", CHANGE_TEXT, "public_id", "text"),
    "enrolments": ("sealed_place", PLACE_PURPOSE, "member_id", "place"),
}
# Sealed, but nobody's words: a number is opened apart, an address of the provider and what is erased never.
NOT_WORDS = {
    ("numbers", "sealed"),
    ("voice_notes", "sealed_url"),
    ("erasures", "sealed"),
    ("reports", "sealed_number"),  # of who stayed unnamed: no row that leads there from a member
}
# Tables that hang on one of those: (table, its column, the table it points to, that table's column).
FURTHER = (
    ("report_events", "report_id", "reports", "id"),
    ("answers", "report_id", "reports", "id"),
    ("additions", "report_id", "reports", "id"),
    ("attempts", "delivery_id", "deliveries", "id"),
    ("voice_notes", "call_id", "calls", "id"),
    ("voice_notes", "id", "members", "name_note_id"),
    ("voice_notes", "id", "enrolments", "place_note_id"),
    ("voice_notes", "id", "reports", "voice_note_id"),
    ("voice_notes", "id", "additions", "voice_note_id"),
    ("voice_notes", "id", "rights_requests", "voice_note_id"),
    ("voice_notes", "id", "number_changes", "note_id"),
    ("voice_notes", "id", "broadcast_answers", "voice_note_id"),
)
# Keys to members and numbers that are about somebody else.
OTHERS = {
    ("enrolments", "inviter_id"): "whom this member brought: about those people",
    ("staff", "number_id"): "the own phone of a person of staff, for test calls: about their work here",
    ("attempts", "number_id"): "found by the delivery it was a try at",
    ("callbacks", "number_id"): "which text a receipt tells of is looked for: empty as soon as it is known",
}
# Tables that are about no member, each with its reason.
ABOUT_NOBODY = {
    "units": "places",
    "unit_changes": "places",
    "unit_counts": "counts of places",
    "unit_count_changes": "counts of places",
    "overlays": "places and groups",
    "overlay_units": "places",
    "broadcasts": "what staff wrote to many",
    "batches": "runs of texts of a broadcast",
    "schedules": "when broadcasts come again",
    "audience_lists": "counts of a list",
    "spendings": "sums of money",
    "question_counts": "how often a question was answered, counts of a day",
    "news_items": "what staff wrote to all",
    "scripts": "words of the line that staff may read aloud",
    "takes": "how staff read them",
    "sound_gaps": "which words of the line had no sound",
    "scrubs": "counts of a round with the operator's register",
    "poll_silences": "days of a poll",
    "paces": "the provider's pace",
    "settings": "the house's own",
    "vault_keys": "keys, themselves sealed",
    "notices": "the words that are agreed to; which one this member heard stands in their consents",
    "purges": "counts",
    "breaches": "what happened; whom it is about stands in breach_members",
    "drives": "targets of a drive",
    "drive_targets": "targets of a drive",
    "imports": "a list that was handed in: kept sealed for a week, in no member's name",
    "import_refusals": "lines and reasons, never what stands in a row",
    "callbacks": "raw posts of the provider: sealed, in nobody's name, gone after a month",
    "exchanges": "our requests to the provider, without numbers",
    "sign_ins": "about staff",
    "sign_in_failures": "about staff",
    "known_browsers": "about staff",
    "recovery_codes": "about staff",
    "invitations": "about staff",
    "audit_seals": "a chain of hashes",
    "staff": "about staff",
    "mentions": "which colleague was named in a note",
    "saved_views": "about staff",
    "report_files": "lists that staff took away: sealed, gone after a day",
    "holidays": "days",
    "rollups": "days",
    "rollup_rows": "counts of places",
}


def show_card(rt: Runtime, member_id: str) -> dict[str, Any]:
    """The member in short: who, where, agreed to what. Raises NotFound."""
    with unit_of_work(rt.engine) as unit:
        member = find(unit.db, member_id)
        number = numbers.open_number(unit.db, rt.vault, member.number_id) if member.number_id else None
        return {
            "id": member.public_id,
            "name": member.name,
            "number": number,
            "unit": units.get_unit(unit.db, member.unit_id).code,
            "language": member.language,
            "status": str(member.status),
            "consent": str(member.consent),
        }


def show_everything(rt: Runtime, member_id: str) -> dict[str, Any]:
    """Every row about this member, by table, as plain values; the look is noted in the audit log.

    `member_id` is the public or the internal id; raises NotFound, also for who was erased.
    """
    with unit_of_work(rt.engine) as unit:
        member = find(unit.db, member_id)
        found = everything(unit.db, rt, member)
        add_audit(unit.db, None, "member.shown_everything", rt.clock(), "member", member.id)
    return found


def everything(db: Session, rt: Runtime, member: Member) -> dict[str, Any]:
    """Collect every row about this member: `member` and `unit`, then a list for each table."""
    line = units.list_line(db, units.get_unit(db, member.unit_id))
    gathered = _without_unnamed(gather(db, member))
    found: dict[str, Any] = {"unit": [each.name for each in line], "number": None}
    for name, rows in gathered.items():
        found[name] = [plain(rt, name, row) for row in rows]
    rows = found.pop("members")
    found["member"] = next(row for row in rows if row["id"] == member.id)
    found["merged"] = [row for row in rows if row["id"] != member.id]
    found["number"] = next(iter(_opened(rt, gathered["numbers"], member.number_id)), None)
    for row, opened in zip(found["numbers"], _opened(rt, gathered["numbers"]), strict=True):
        row["number"] = opened
    return found


def _without_unnamed(found: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Leave out the calls in which somebody on this phone stayed unnamed: their time alone would tell which report.

    An erasure finds them all the same (`gather`).
    """
    calls = [row for row in found["calls"] if not row["is_sealed"]]
    deliveries = [
        row for row in found["deliveries"] if not str(row["dedupe"] or "").startswith((UNNAMED, SEVERED))
    ]
    shown = {row["id"] for row in deliveries}
    attempts = [row for row in found["attempts"] if row["delivery_id"] in shown]
    return {**found, "calls": calls, "deliveries": deliveries, "attempts": attempts}


def gather(db: Session, member: Member) -> dict[str, list[dict[str, Any]]]:
    """Return the raw rows about this member by table, each once; with those of rows that were merged into theirs."""
    own, shared = numbers_of(db, member)
    people = rights_rows.same_person(db, member.id)
    found: dict[str, list[dict[str, Any]]] = {}
    for table in Base.metadata.sorted_tables:
        if wanted := list(_links(table, people, own)):
            found[table.name] = _rows(db, table, or_(*wanted))
    found["numbers"] = _rows(db, _table("numbers"), _table("numbers").c.id.in_(own | shared))
    indexes = [row["index"] for row in found["numbers"]]
    suppressions, audit = _table("suppressions"), _table("audit_entries")
    found["suppressions"] = _rows(db, suppressions, suppressions.c.number_index.in_(indexes))
    is_about = and_(audit.c.subject == "member", audit.c.subject_id.in_(people))
    found["audit_entries"] = _rows(db, audit, is_about)
    for name, column, above, key in FURTHER:
        ids = {row[key] for row in found[above]} - {None}
        more = _rows(db, _table(name), _table(name).c[column].in_(ids)) if ids else []
        known = {row["id"] for row in found.setdefault(name, [])}
        found[name] += [row for row in more if row["id"] not in known]
    return found


def numbers_of(db: Session, member: Member) -> tuple[set[int], set[int]]:
    """Return the numbers this member alone has, and those others have too.

    What only the number says (a call before anybody was known on it) belongs to who alone has it; on a shared phone
    it may have been anyone (reliability.md C15).
    """
    query = select(OtherNumber.number_id).where(
        OtherNumber.member_id == member.id, OtherNumber.until.is_(None)
    )
    mine = {*db.scalars(query), *([member.number_id] if member.number_id else [])}
    others = select(Member.number_id).where(Member.number_id.in_(mine), Member.id != member.id)
    found = db.scalars(others.where(Member.status != MemberStatus.LEFT))
    shared = {number_id for number_id in found if number_id is not None}
    further = select(OtherNumber.number_id).where(
        OtherNumber.number_id.in_(mine), OtherNumber.member_id != member.id, OtherNumber.until.is_(None)
    )
    shared |= set(db.scalars(further))
    return mine - shared, shared


def keys_to(table: Table, target: str) -> list[Column[Any]]:
    """List the columns of a table that name a row of `target`."""
    return [
        column
        for column in table.columns
        if any(key.column.table.name == target for key in column.foreign_keys)
        and (table.name, column.name) not in OTHERS
    ]


def find(db: Session, member_id: str) -> Member:
    """Return a member by public or internal id; raises NotFound, also for who was erased."""
    found = db.scalar(select(Member).where(Member.public_id == member_id))
    if found is None and member_id.isascii() and member_id.isdecimal() and len(member_id) < 19:
        found = db.get(Member, int(member_id))
    if found is None or found.erased_at is not None:
        raise NotFound("there is no such member")
    return found


def plain(rt: Runtime, table: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row as JSON can hold it: texts opened, other bytes left out."""
    words = words_of(rt, table, row)
    opened = {PURPOSES[table][3]: words} if words is not None else {}
    return {name: _value(value) for name, value in row.items() if not isinstance(value, bytes)} | opened


def words_of(rt: Runtime, table: str, row: Mapping[str, Any]) -> str | None:
    """Open the text of a row, None where there is none; one that was altered keeps nobody from the rest."""
    if table not in PURPOSES:
        return None
    column, place, name, _ = PURPOSES[table]
    sealed = row.get(column)
    if not sealed:
        return None
    try:
        return rt.vault.open_text(sealed, place, "" if row[name] is None else row[name])
    except InvalidTag:
        logger.error("sealed text does not open table=%s id=%s", table, row["id"])
        return None


def _links(table: Table, people: list[int], own: set[int]) -> Iterable[ColumnElement[bool]]:
    """Yield what makes a row of this table one about the member."""
    by_member = keys_to(table, "members")
    if table.name == "members":
        yield table.c.id.in_(people)
    yield from (column.in_(people) for column in by_member)
    names_nobody = and_(*(column.is_(None) for column in by_member)) if by_member else None
    if table.name != "members":
        for column in keys_to(table, "numbers"):
            on_it = column.in_(own) if own else false()
            yield on_it if names_nobody is None else and_(on_it, names_nobody)


def _rows(db: Session, table: Table, which: ColumnElement[bool]) -> list[dict[str, Any]]:
    rows = db.execute(select(table).where(which).order_by(*table.primary_key.columns)).mappings()
    return [dict(row) for row in rows]


def _table(name: str) -> Table:
    return Base.metadata.tables[name]


def _opened(rt: Runtime, rows: list[dict[str, Any]], only: int | None = None) -> list[str | None]:
    wanted = [row for row in rows if only is None or row["id"] == only]
    return [rt.vault.open_number(row["sealed"], row["index"]) if row["sealed"] else None for row in wanted]


def _value(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
