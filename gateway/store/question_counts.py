"""How the questions of conversations fared: counts of a day, added up as conversations end, read for what a viewer may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from flows.state import Fared
from gateway.models import Call, QuestionCount, Report, Unit
from gateway.store.units import is_under

_COUNTED = {
    Fared.ANSWERED: "answered",
    Fared.SILENT: "silent",
    Fared.WRONG: "wrong",
    Fared.AGAIN: "again",
    Fared.AWAY: "away",
    Fared.HUNG_UP: "hung_up",
}
HEARD = ("to_end", "said_seconds", "heard_seconds")
COUNTS = ("calls", "asked", *_COUNTED.values(), *HEARD)
_KEY = [column.name for column in QuestionCount.__table__.primary_key]


@dataclass(frozen=True)
class Whose:
    """What the questions of one conversation have in common."""

    day: date
    unit_id: int
    channel: str
    language: str
    is_first: bool


@dataclass(frozen=True)
class Counts:
    """How often something was asked, and how that ended; `calls` are conversations. Of calls by voice also how often its
    words were heard to the end, how many seconds of words there were, and how many were heard at most."""

    calls: int
    asked: int
    answered: int
    silent: int
    wrong: int
    again: int
    away: int
    hung_up: int
    to_end: int
    said_seconds: float
    heard_seconds: float

    @property
    def unanswered(self) -> float:
        """The share of the times it was put that ended in silence, a wrong key or a hang-up."""
        return (self.silent + self.wrong + self.hung_up) / self.asked if self.asked else 0.0


@dataclass(frozen=True)
class Asked(Counts):
    """One question, put to callers of one kind."""

    version: int
    node: str
    channel: str
    language: str
    is_first: bool


def add(
    db: Session, whose: Whose, fared: Mapping[str, str], listened: Mapping[str, Sequence[float]] | None = None
) -> None:
    """Add one conversation; `fared` holds letters of `Fared` by "flow/version/node", `listened` what HEARD names.

    The rows are locked in one order by everybody, so that two conversations that end together do not wait crosswise.
    """
    rows = [
        row_of(whose, place, _counted(fared.get(place, ""), (listened or {}).get(place, ())))
        for place in sorted({place for place, letters in fared.items() if letters} | set(listened or ()))
    ]
    if not rows:
        return
    statement = insert(QuestionCount).values(rows)
    more = {name: QuestionCount.__table__.c[name] + statement.excluded[name] for name in COUNTS}
    db.execute(statement.on_conflict_do_update(index_elements=_KEY, set_=more))


def of_flow(db: Session, viewer_path: str, flow: str, since: date, until: date) -> Sequence[Asked]:
    """Add up what was counted of a flow from one day to another, both included, among people under this path."""
    by = (
        QuestionCount.version,
        QuestionCount.node,
        QuestionCount.channel,
        QuestionCount.language,
        QuestionCount.is_first,
    )
    query = (
        select(*(func.sum(QuestionCount.__table__.c[name]) for name in COUNTS), *by)
        .join(Unit, Unit.id == QuestionCount.unit_id)
        .where(is_under(Unit.path, viewer_path), QuestionCount.flow == flow)
        .where(QuestionCount.day.between(since, until))
        .group_by(*by)
        .order_by(*by)
    )
    rows: Sequence[Any] = db.execute(query).all()
    return [Asked(*row) for row in rows]


def entered(db: Session, viewer_path: str, since: date, until: date) -> dict[str, Counts]:
    """Add up each flow as a whole, by its name: its questions taken together, `calls` those at its busiest question."""
    per_node = (
        select(
            QuestionCount.flow,
            QuestionCount.node,
            *(func.sum(QuestionCount.__table__.c[name]).label(name) for name in COUNTS),
        )
        .join(Unit, Unit.id == QuestionCount.unit_id)
        .where(is_under(Unit.path, viewer_path), QuestionCount.day.between(since, until))
        .group_by(QuestionCount.flow, QuestionCount.node)
        .subquery()
    )
    sums = (
        func.max(per_node.c.calls),
        *(func.sum(per_node.c[name]) for name in COUNTS[1:]),
    )
    query = select(per_node.c.flow, *sums).group_by(per_node.c.flow)
    return {row[0]: Counts(*map(int, row[1:])) for row in db.execute(query)}


def median_seconds_to_report(db: Session, viewer_path: str, since: datetime, until: datetime) -> float | None:
    """Return how long half of the callers took at most from the answer to a kept report; None where there was none."""
    seconds = func.extract("epoch", Report.received_at - Call.started_at)
    query = (
        select(func.percentile_cont(0.5).within_group(seconds))
        .join(Call, Call.id == Report.call_id)
        .join(Unit, Unit.id == Report.sight_unit_id)
        .where(is_under(Unit.path, viewer_path), ~Report.is_restricted)
        .where(Report.received_at >= since, Report.received_at < until)
    )
    found = db.scalar(query)
    return None if found is None else float(found)


def _counted(letters: str, listened: Sequence[float]) -> dict[str, float]:
    heard = dict(zip(HEARD, listened, strict=False))
    return {"calls": int(bool(letters)), "asked": len(letters), **Counter(letters), **heard}


def row_of(whose: Whose, place: str, counted: Mapping[str, float]) -> dict[str, object]:
    """Return the row of one question: `counted` by the letters of `Fared`, the others by their names."""
    flow, version, node = place.split("/", 2)
    fates = {name: counted.get(letter, 0) for letter, name in _COUNTED.items()}
    sums = {"calls": counted["calls"], "asked": counted["asked"]}
    sums |= {name: counted.get(name, 0) for name in HEARD}
    return {**vars(whose), "flow": flow, "version": int(version), "node": node, **sums, **fates}
