"""The figures of a roll-up: each unit's own by the lowest unit that may know, then summed up along the paths by GROUP BY ROLLUP.

Of the day are those with an instant in its span: received, danger and blank (of what came in), heard, answered, confirmed,
reopened, unconfirmed, calls, joined, left. A report counts for the unit that may know of it, so that what went past the
local staff counts one level up; each reporter's own counts, also of one that was merged. What was undone does not count.
Calls of strangers, and those of somebody who stayed unnamed, are of the top: no lower unit learns of them.

As it stood are waiting, overdue and oldest_at: they cannot be had for an instant that has passed, so a correction takes
them over from the first version.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

OF_REPORTS = ("received", "danger", "heard", "answered", "confirmed", "reopened", "unconfirmed", "blank")
OF_MEMBERS = ("calls", "joined", "left")
OF_UNITS = ("asked", "nothing", "something", "could_not")
OF_THE_DAY = (*OF_REPORTS, *OF_MEMBERS, *OF_UNITS)
AS_IT_STOOD = ("waiting", "overdue")
FIGURES = (*OF_THE_DAY, *AS_IT_STOOD)
_IN_SPAN = "{at} >= :since AND {at} < :until"


def _part(unit: str, source: str, oldest: str = "CAST(NULL AS timestamptz)", **figures: str) -> str:
    """One source of figures: `unit` says whose they are."""
    counted = ", ".join(f"CAST({figures.get(name, '0')} AS int) AS {_quoted(name)}" for name in FIGURES)
    return f"SELECT {unit} AS unit_id, {counted}, {oldest} AS oldest_at FROM {source} GROUP BY 1"


def _quoted(name: str) -> str:
    return f'"{name}"'  # left is a word of SQL


def _events(*states: str) -> dict[str, str]:
    return {
        name: f"count(DISTINCT e.report_id) FILTER (WHERE e.state = '{state}')"
        for name, state in zip(states[::2], states[1::2], strict=True)
    }


_MADE = "r.state <> 'draft'"
# An undoing names the kind of what it undoes, which is the last of that kind before it (`reports.undo`).
_WAS_UNDONE = """EXISTS (
    SELECT FROM report_events x WHERE x.report_id = e.report_id AND x.id > e.id
      AND x.kind = 'undone' AND x.details ->> 'of' = e.kind
      AND NOT EXISTS (SELECT FROM report_events y
                      WHERE y.report_id = e.report_id AND y.kind = e.kind AND y.id > e.id AND y.id < x.id))"""
_DAY = (
    _part(
        "r.sight_unit_id",
        f"reports r WHERE {_IN_SPAN.format(at='r.received_at')} AND {_MADE}",
        received="count(*)",
        danger="count(*) FILTER (WHERE r.urgency = 'danger')",
        blank="count(*) FILTER (WHERE r.state = 'blank')",
    ),
    _part(
        "r.sight_unit_id",
        f"reports r WHERE {_IN_SPAN.format(at='r.heard_at')} AND {_MADE}",
        heard="count(*)",
    ),
    _part(
        "r.sight_unit_id",
        f"report_events e JOIN reports r ON r.id = e.report_id WHERE {_IN_SPAN.format(at='e.at')}"
        " AND e.state IN ('answered', 'confirmed', 'reopened', 'closed_unconfirmed')"
        f" AND e.kind <> 'undone' AND NOT {_WAS_UNDONE}",
        **_events(
            *("answered", "answered", "confirmed", "confirmed"),
            *("reopened", "reopened", "unconfirmed", "closed_unconfirmed"),
        ),
    ),
    _part(
        "CASE WHEN c.is_sealed OR m.unit_id IS NULL THEN :top ELSE m.unit_id END",
        f"calls c LEFT JOIN members m ON m.id = c.member_id WHERE {_IN_SPAN.format(at='c.started_at')}",
        calls="count(*)",
    ),
    _part(
        "m.unit_id",
        f"consents c JOIN members m ON m.id = c.member_id WHERE {_IN_SPAN.format(at='c.at')} AND c.action = 'given'"
        " AND NOT EXISTS (SELECT FROM consents b WHERE b.member_id = c.member_id AND b.action = 'given' AND b.id < c.id)",
        joined="count(*)",
    ),
    _part("m.unit_id", f"members m WHERE {_IN_SPAN.format(at='m.left_at')}", left="count(*)"),
    _part(
        "d.unit_id",
        "unit_days d WHERE d.day = :day",
        asked="count(*)",
        **{
            said: f"count(*) FILTER (WHERE d.said = '{said}')"
            for said in ("nothing", "something", "could_not")
        },
    ),
)
_STANDS = _part(
    "r.sight_unit_id",
    "reports r WHERE r.is_waiting AND r.received_at < :until",
    oldest="min(r.received_at)",
    waiting="count(*)",
    overdue="count(*) FILTER (WHERE r.due_at < :until)",
)
_COLUMNS = ", ".join(map(_quoted, FIGURES))


# As int: sums of bigint are numeric, which costs several times as much.
_SUMS = ", ".join(f"CAST(sum({_quoted(name)}) AS int) AS {_quoted(name)}" for name in FIGURES)


def _own(parts: tuple[str, ...]) -> str:
    return f"SELECT unit_id, {_SUMS}, min(oldest_at) AS oldest_at FROM ({' UNION ALL '.join(parts)}) AS part GROUP BY unit_id"


OWN = _own((*_DAY, _STANDS))  # each unit's figures without those below it: what the benchmark compares with


def _write(parts: tuple[str, ...], depth: int) -> TextClause:
    """Sum up along the paths in one pass over the units in the order of the tree: each level of a path is a column.

    A row of the rollup stands for the unit at the last level that was not summed over; `grouping` tells which that is.
    """
    levels = ", ".join(f"l{n}" for n in range(1, depth + 1))
    split = ", ".join(
        f"CAST(nullif(split_part(u.path, '/', {n + 1}), '') AS bigint) AS l{n}" for n in range(1, depth + 1)
    )
    which = " ".join(f"WHEN {2 ** (depth - n) - 1} THEN l{n}" for n in range(1, depth + 1))
    unit = f"CASE grouping({levels}) {which} END"
    return text(f"""
        WITH own AS ({_own(parts)}),
        whole AS (
            SELECT {unit} AS unit_id, {_SUMS}, min(oldest_at) AS oldest_at
            FROM (SELECT {split}, own.* FROM own JOIN units u ON u.id = own.unit_id) AS placed
            GROUP BY ROLLUP ({levels})
        ),
        own_named AS (
            SELECT sight_unit_id, coalesce(category, '') AS code, count(*) AS n FROM reports r
            WHERE {_IN_SPAN.format(at="received_at")} AND {_MADE} GROUP BY 1, 2
        ),
        named AS (
            SELECT unit_id, jsonb_object_agg(code, n) AS categories FROM (
                SELECT {unit} AS unit_id, code, CAST(sum(n) AS int) AS n
                FROM (SELECT {split}, own_named.code, n FROM own_named JOIN units u ON u.id = sight_unit_id) AS placed
                GROUP BY code, ROLLUP ({levels})
            ) AS each_named WHERE unit_id IS NOT NULL GROUP BY unit_id
        )
        INSERT INTO rollup_rows (rollup_id, unit_id, {_COLUMNS}, oldest_at, categories)
        SELECT :rollup_id, whole.unit_id, {", ".join(f"whole.{_quoted(each)}" for each in FIGURES)}, whole.oldest_at,
               coalesce(named.categories, '{{}}')
        FROM whole LEFT JOIN named ON named.unit_id = whole.unit_id WHERE whole.unit_id IS NOT NULL
    """)


_DEPTH = text("SELECT coalesce(max(length(path) - length(replace(path, '/', ''))), 2) - 1 FROM units")
_KEEP_STANDING = text(f"""
    INSERT INTO rollup_rows (rollup_id, unit_id, {_COLUMNS}, oldest_at, categories)
    SELECT :rollup_id, unit_id, {", ".join("0" for _ in OF_THE_DAY)}, waiting, overdue, oldest_at, '{{}}'
    FROM rollup_rows WHERE rollup_id = :first_id AND waiting > 0
    ON CONFLICT (rollup_id, unit_id) DO UPDATE
    SET waiting = excluded.waiting, overdue = excluded.overdue, oldest_at = excluded.oldest_at
""")
_ROW = f"unit_id, {_COLUMNS}, oldest_at, categories"
_DIFFERS = text(f"""
    SELECT EXISTS (SELECT {_ROW} FROM rollup_rows WHERE rollup_id = :one
                   EXCEPT SELECT {_ROW} FROM rollup_rows WHERE rollup_id = :other)
        OR EXISTS (SELECT {_ROW} FROM rollup_rows WHERE rollup_id = :other
                   EXCEPT SELECT {_ROW} FROM rollup_rows WHERE rollup_id = :one)
""")


# A day of 100,000 units sorts and hashes some 60 MB; with the usual 4 MB all of it would go through the disk.
_ROOM = text("SET LOCAL work_mem = '64MB'")


def write_rows(db: Session, rollup_id: int, top: int, day: date, since: datetime, until: datetime) -> None:
    """Write the rows of a day's first version."""
    db.execute(_ROOM)
    db.execute(
        _write((*_DAY, _STANDS), _depth(db)),
        {"rollup_id": rollup_id, "top": top, "day": day, "since": since, "until": until},
    )


def write_corrected(
    db: Session, rollup_id: int, first_id: int, top: int, day: date, since: datetime, until: datetime
) -> None:
    """Write the rows of the same day as it is known now; how it stood is taken over."""
    db.execute(_ROOM)
    db.execute(
        _write(_DAY, _depth(db)),
        {"rollup_id": rollup_id, "top": top, "day": day, "since": since, "until": until},
    )
    db.execute(_KEEP_STANDING, {"rollup_id": rollup_id, "first_id": first_id})


def _depth(db: Session) -> int:
    """How many levels the deepest path has."""
    return int(db.execute(_DEPTH).scalar_one())


def differ(db: Session, one: int, other: int) -> bool:
    """Whether any figure of any unit differs between two versions."""
    return bool(db.execute(_DIFFERS, {"one": one, "other": other}).scalar_one())
