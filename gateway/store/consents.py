"""The append-only consent ledger; `members.consent` is derived from it here and written nowhere else (L5)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from gateway.models import Consent, Member, Staff
from gateway.rules.classes import MessageClass
from gateway.rules.consent import (
    CAMPAIGN,
    EVERYTHING,
    GIVEN,
    ORGANISATIONAL,
    OWN_ACTS,
    WITHDRAWN,
    ConsentState,
    Entry,
    derive,
)
from gateway.store.settings import find_value, keep_value

PAPER = "paper"
RUN_OUT = "consents-run-out"
_EVER = datetime(2000, 1, 1, tzinfo=UTC)


def add_consent(db: Session, entry: Consent) -> ConsentState:
    """Write one entry and the state that follows from the whole ledger of that member, at its last entry.

    Who enters something of long ago says with `rederive` what has run out since.
    """
    db.add(entry)
    db.flush()
    ledger = entries_of(db, [entry.member_id])[entry.member_id]
    return rederive(db, entry.member_id, max(each.at for each in ledger))


def rederive(db: Session, member_id: int, now: datetime) -> ConsentState:
    """Write what the ledger comes to now: after an entry, a merge, or the end of what was agreed to for a time."""
    state = derive(entries_of(db, [member_id])[member_id], now)
    db.execute(update(Member).where(Member.id == member_id).values(consent=state))
    return state


def entries_of(db: Session, member_ids: Collection[int]) -> dict[int, list[Entry]]:
    """Return the ledger of each of these members, with what stood under those who were merged into them."""
    found: dict[int, list[Entry]] = defaultdict(list)
    columns = (Consent.purpose, Consent.action, Consent.how, Consent.at, Consent.expires_at, has_proof())
    mine = select(Consent.member_id, *columns).where(Consent.member_id.in_(member_ids))
    merged = (
        select(Member.merged_into_id, *columns)
        .join(Consent, Consent.member_id == Member.id)
        .where(Member.merged_into_id.in_(member_ids))
    )
    for row in db.execute(mine.union_all(merged)) if member_ids else ():
        found[row[0]].append(Entry(*row[1:]))
    return found


@dataclass(frozen=True)
class Line:
    """One line of a ledger as staff see it; `staff_name` is who wrote it down."""

    entry: Consent
    staff_name: str | None
    has_run_out: bool


def list_lines(db: Session, member_id: int, now: datetime) -> list[Line]:
    """List what this member agreed to and ended, the newest first, with what stood under those merged into them."""
    merged = select(Member.id).where(Member.merged_into_id == member_id)
    query = select(Consent, Staff.name).outerjoin(Staff, Staff.id == Consent.staff_id)
    mine = or_(Consent.member_id == member_id, Consent.member_id.in_(merged))
    return [
        Line(entry, name, entry.expires_at is not None and entry.expires_at <= now)
        for entry, name in db.execute(query.where(mine).order_by(Consent.at.desc(), Consent.id.desc()))
    ]


def has_proof() -> ColumnElement[bool]:
    """SQL: the call, the message or the form in which it was given is named."""
    return or_(Consent.call_id.is_not(None), Consent.message_id.is_not(None), Consent.form_id.is_not(None))


def is_proven(message_class: str, member_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """SQL: `rules.consent.proven` covers this class; for counting, where deriving would take too long.

    What has run out still counts here: `members.consent` does not hold it any more, and the guard derives anew.
    """
    purposes = (ORGANISATIONAL, CAMPAIGN) if message_class == MessageClass.CAMPAIGN else (ORGANISATIONAL,)
    return and_(*(_is_proven_for(purpose, member_id) for purpose in purposes))


def _is_proven_for(purpose: str, member_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    ended = aliased(Consent)
    is_ended = exists().where(
        ended.member_id == Consent.member_id,
        ended.action == WITHDRAWN,
        ended.purpose.in_((purpose, EVERYTHING)),
        or_(ended.at >= Consent.at, Consent.how == PAPER),  # after leaving, only their own word agrees again
    )
    mine = exists().where(
        Consent.member_id == member_id,
        Consent.action == GIVEN,
        Consent.how.in_(OWN_ACTS),
        Consent.purpose.in_((purpose, EVERYTHING)),
        has_proof(),
        ~is_ended,
    )
    return mine.correlate_except(Consent)


def who_vouched(db: Session, member_id: int) -> str:
    """Return the name of the colleague whose word was last entered for a member; "" where none works here any more."""
    query = select(Staff.name).join(Consent, Consent.staff_id == Staff.id)
    query = query.where(Consent.member_id == member_id, Consent.how == "coordinator", Consent.action == GIVEN)
    return db.scalar(query.where(Staff.disabled_at.is_(None)).order_by(Consent.id.desc()).limit(1)) or ""


def last_withdrawal(db: Session, number_id: int) -> datetime | None:
    """Return when somebody on this number last left anything."""
    query = select(func.max(Consent.at)).join(Member, Member.id == Consent.member_id)
    return db.scalar(query.where(Member.number_id == number_id, Consent.action == WITHDRAWN))


def list_run_out(db: Session, after: datetime, until: datetime) -> list[int]:
    """List the members of whom something that was agreed to for a time ended in between."""
    query = select(Consent.member_id).where(Consent.expires_at > after, Consent.expires_at <= until)
    return sorted(set(db.scalars(query)))


def looked_until(db: Session) -> datetime:
    """Return up to when it is known what has run out."""
    kept = find_value(db, RUN_OUT)
    return datetime.fromisoformat(kept["until"]) if kept else _EVER


def look_from(db: Session, until: datetime) -> None:
    keep_value(db, RUN_OUT, {"until": until.isoformat()})


def wrong_states(
    db: Session, now: datetime, newest: int | None = None, size: int = 2000
) -> Iterable[tuple[int, ConsentState, ConsentState]]:
    """Yield (member, what is kept, what the ledger says) wherever the two differ; of all, or of the newest members."""
    last = (db.scalar(select(func.max(Member.id))) or 0) - newest if newest is not None else 0
    query = select(Member.id, Member.consent).where(
        Member.merged_into_id.is_(None), Member.erased_at.is_(None)
    )
    while page := db.execute(query.where(Member.id > last).order_by(Member.id).limit(size)).all():
        ledgers = entries_of(db, [each.id for each in page])
        for member_id, kept in page:
            said = derive(ledgers.get(member_id, []), now)
            if said != kept:
                yield member_id, kept, said
        last = page[-1].id
