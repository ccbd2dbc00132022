"""The days of units: whom to ask, in one statement a batch; what they said; how many in a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gateway.models import UnitDay
from gateway.store.daily import Daily

ASKING = 4_726_031  # any fixed number of its own: one asks at a time
AGAIN_AT_ONCE = 2_000


class Span(NamedTuple):
    """A local day with its first instant and the first one after it."""

    day: date
    begins: datetime
    ends: datetime


# Who leads the units of `here`, in the order in which they are asked; the guard has the last word before each call.
_LEADS = """
    SELECT DISTINCT ON (p.unit_id, m.id) p.unit_id, m.id AS member_id, m.number_id, m.language, p.since, p.id AS post_id,
           array_position(CAST(:titles AS text[]), lower(p.title)) AS place
    FROM here JOIN posts p ON p.unit_id = here.unit_id AND p.until IS NULL AND lower(p.title) = ANY(:titles)
    JOIN members m ON m.id = p.member_id
    WHERE m.status = 'active' AND m.consent IN ('organisational', 'all') AND m.number_id IS NOT NULL
      AND (m.barred IS NULL OR m.barred = 'do-not-disturb')
    ORDER BY p.unit_id, m.id, place
"""
# How many days in a row had an answer before this one: days on which a unit was not asked are not counted.
_BEFORE = """coalesce((
        SELECT CASE WHEN before.said IS NULL THEN 0 ELSE before.streak END FROM unit_days before
        WHERE before.unit_id = {unit} AND before.day < :day ORDER BY before.day DESC LIMIT 1), 0)"""
_OWED = """INSERT INTO deliveries (id, reason, kind, priority, member_id, number_id, language, subject_id, dedupe, state,
                        tries, fence, due_at, expires_at, created_at)"""
_ASK = text(f"""
    WITH here AS (
        SELECT id AS unit_id FROM units WHERE id > :after AND id <= :last AND closed_at IS NULL AND kind = ANY(:kinds)
          AND NOT EXISTS (SELECT FROM unit_days d WHERE d.unit_id = units.id AND d.day = :day)
    ), leads AS ({_LEADS}),
    first AS (SELECT DISTINCT ON (unit_id) * FROM leads ORDER BY unit_id, place, since, post_id),
    asked AS (
        SELECT first.*, nextval('unit_days_id_seq') AS day_id, nextval('deliveries_id_seq') AS delivery_id,
               reported.at AS reported_at
        FROM first LEFT JOIN LATERAL (
            SELECT min(received_at) AS at FROM reports WHERE member_id = first.member_id
              AND received_at >= :begins AND received_at < :ends AND state <> 'draft'
        ) AS reported ON true
    ), owed AS (
        {_OWED}
        SELECT delivery_id, 'daily', 'voice', 5, member_id, number_id, language, day_id, 'daily:' || day_id || ':' || 1,
               'queued', 0, 0, :now, :ends, :now
        FROM asked WHERE reported_at IS NULL
    )
    INSERT INTO unit_days (id, unit_id, day, member_id, delivery_id, asked_at, said, said_at, streak)
    SELECT day_id, unit_id, :day, member_id, CASE WHEN reported_at IS NULL THEN delivery_id END, :now,
           CASE WHEN reported_at IS NOT NULL THEN 'something' END, reported_at,
           CASE WHEN reported_at IS NULL THEN 0 ELSE 1 + {_BEFORE.format(unit="asked.unit_id")} END
    FROM asked
""")
_AGAIN = text(f"""
    WITH here AS (
        SELECT d.id AS day_id, d.unit_id, v.member_id AS last_id, v.ended_at,
               CAST(split_part(v.dedupe, ':', 3) AS int) AS calls
        FROM unit_days d JOIN deliveries v ON v.id = d.delivery_id
        WHERE d.day = :day AND d.said IS NULL AND v.state IN ('failed', 'not_heard', 'refused', 'heard')
          AND CAST(split_part(v.dedupe, ':', 3) AS int) < 3
    ), leads AS ({_LEADS}),
    ordered AS (
        SELECT *, row_number() OVER (PARTITION BY unit_id ORDER BY place, since, post_id) - 1 AS nth,
               count(*) OVER (PARTITION BY unit_id) AS leads
        FROM leads
    ), next AS (
        SELECT here.*, ordered.member_id, ordered.number_id, ordered.language, nextval('deliveries_id_seq') AS delivery_id,
               CASE WHEN ordered.member_id = last_id THEN greatest(:now, ended_at + interval '30 minutes')
                    ELSE CAST(:now AS timestamptz) END AS due_at
        FROM here JOIN ordered ON ordered.unit_id = here.unit_id AND ordered.nth = calls % leads
        WHERE calls < greatest(2, leads) LIMIT {AGAIN_AT_ONCE}
    ), owed AS (
        {_OWED}
        SELECT delivery_id, 'daily', 'voice', 5, member_id, number_id, language, day_id,
               'daily:' || day_id || ':' || calls + 1, 'queued', 0, 0, due_at, :ends, :now
        FROM next
    )
    UPDATE unit_days SET delivery_id = next.delivery_id, member_id = next.member_id FROM next WHERE unit_days.id = next.day_id
""")
_REPORTED = text(f"""
    UPDATE unit_days SET said = 'something', said_at = reported.at, streak = 1 + {_BEFORE.format(unit="unit_days.unit_id")}
    FROM (
        SELECT member_id, min(received_at) AS at FROM reports
        WHERE received_at >= :begins AND received_at < :ends AND member_id IS NOT NULL AND state <> 'draft' GROUP BY member_id
    ) AS reported
    WHERE unit_days.day = :day AND unit_days.member_id = reported.member_id
      AND unit_days.said IS DISTINCT FROM 'something'
    RETURNING unit_days.delivery_id
""")


def take_turn(db: Session) -> bool:
    """Whether nobody else asks now; until the end of the transaction it is us."""
    return bool(db.scalar(select(func.pg_try_advisory_xact_lock(ASKING))))


def last_of_batch(db: Session, kinds: Sequence[str], after: int, size: int) -> int | None:
    """Return the id of the last unit of the next batch of these kinds; None where none is left."""
    statement = text(
        "SELECT max(id) FROM (SELECT id FROM units WHERE id > :after AND closed_at IS NULL AND kind = ANY(:kinds)"
        " ORDER BY id LIMIT :size) AS next"
    )
    last: int | None = db.scalar(statement, {"after": after, "kinds": list(kinds), "size": size})
    return last


def ask(db: Session, chosen: Daily, span: Span, after: int, last: int, now: datetime) -> int:
    """Write the days of units between two ids, each with the call that is owed to its lead; returns how many."""
    values = {"kinds": list(chosen.kinds), "titles": chosen.posts, "after": after, "last": last, "now": now}
    return _rows(db, _ASK, {**span._asdict(), **values})


def ask_again(db: Session, chosen: Daily, span: Span, now: datetime) -> int:
    """Owe another call where the last one brought no answer; returns how many."""
    return _rows(db, _AGAIN, {"day": span.day, "ends": span.ends, "titles": chosen.posts, "now": now})


def take_reports(db: Session, span: Span) -> list[int | None]:
    """Whoever was asked and reported a problem that day has said something; returns the calls that may still be owed."""
    return list(db.scalars(_REPORTED, span._asdict()))


def streak_before(db: Session, unit_id: int, day: date) -> int:
    """How many days in a row the unit answered on which it was asked before this one."""
    query = select(UnitDay.said, UnitDay.streak).where(UnitDay.unit_id == unit_id, UnitDay.day < day)
    last = db.execute(query.order_by(UnitDay.day.desc()).limit(1)).first()
    return last.streak if last and last.said else 0


def _rows(db: Session, statement: object, values: dict[str, object]) -> int:
    return int(db.execute(statement, values).rowcount)  # type: ignore[call-overload]
