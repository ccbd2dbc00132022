"""What conversations teach us: how each question fares, kept as counts when a conversation ends.

Counts name nobody. Who stayed unnamed is counted at the top of the tree, where one more among all tells nothing of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from flows.layout import order
from flows.model import Flow, Pause
from flows.state import Fared, State
from gateway.calls import talk
from gateway.calls.listening import Listened
from gateway.db import UnitOfWork
from gateway.models import Call, Member
from gateway.rules.windows import local_day
from gateway.runtime import Runtime
from gateway.store import members, question_counts, units

Fates = Mapping[str, str]
SMS = "sms"


def fates(rt: Runtime, conversation: dict[str, Any] | None) -> Fates:
    """Return how the questions of an ended conversation fared; one that was open when it ended was hung up on."""
    kept = talk.fared_of(conversation)
    if conversation is None or conversation["state"] is None or conversation["wait"] is None:
        return kept
    state = State.from_json(conversation["state"])
    flow = rt.flows.get(state.flow)
    if flow is None or isinstance(flow.nodes.get(state.node), Pause):
        return kept
    return talk.noted(kept, state, Fared.HUNG_UP)


def keep(unit: UnitOfWork, rt: Runtime, call: Call, known: Fates, listened: Listened) -> None:
    """Count a conversation that has ended; the last thing its transaction does, since many add to the same rows."""
    if not known and not listened:
        return
    whose = question_counts.Whose(
        day=local_day(rt.profile, call.started_at),
        unit_id=_unit_of(unit, call),
        channel=call.channel,
        language=call.language or "",
        is_first=not _has_spoken_before(unit, call),
    )
    question_counts.add(unit.db, whose, known, listened)


def keep_texted(
    unit: UnitOfWork, rt: Runtime, number_id: int | None, language: str, is_first: bool, known: Fates
) -> None:
    """Count a conversation by SMS that has ended: where all on this number live, else at the top of the tree."""
    if not known:
        return
    people = members.list_on_number(unit.db, number_id) if number_id else []
    homes = {each.unit_id for each in people}
    unit_id = homes.pop() if len(homes) == 1 else units.root_unit(unit.db).id
    day = local_day(rt.profile, rt.clock())
    question_counts.add(unit.db, question_counts.Whose(day, unit_id, SMS, language, is_first), known)


def _unit_of(unit: UnitOfWork, call: Call) -> int:
    member = unit.db.get(Member, call.member_id) if call.member_id and not call.is_sealed else None
    return member.unit_id if member else units.root_unit(unit.db).id


def _has_spoken_before(unit: UnitOfWork, call: Call) -> bool:
    earlier = select(Call.id).where(
        Call.number_id == call.number_id, Call.id < call.id, Call.conversation.is_not(None)
    )
    return call.number_id is not None and unit.db.scalar(earlier.limit(1)) is not None


TROUBLED, ENOUGH = 0.25, 20  # a quarter of at least so many askings went unanswered


@dataclass(frozen=True)
class Question(question_counts.Counts):
    """One question of a flow: how it fared among all that were asked it."""

    node: str

    @property
    def is_troubled(self) -> bool:
        return self.asked >= ENOUGH and self.unanswered >= TROUBLED


@dataclass(frozen=True)
class Wanted:
    """Which callers: None is all of them; `unit_path` is the place and all under it."""

    unit_path: str
    since: date
    until: date
    channel: str | None = None
    language: str | None = None
    is_first: bool | None = None


def read(db: Session, flow: Flow, wanted: Wanted) -> Sequence[question_counts.Asked]:
    """Read what was counted of a flow there in these days, of whichever callers."""
    return question_counts.of_flow(db, wanted.unit_path, flow.name, wanted.since, wanted.until)


def questions(flow: Flow, rows: Sequence[question_counts.Asked], wanted: Wanted) -> list[Question]:
    """Return the questions of a flow in the order in which callers come to them; also those that nobody was asked."""
    sums: dict[str, Counter[str]] = {name: Counter() for name in order(flow)}
    for row in rows:
        if row.node in sums and _is_wanted(row, wanted):
            sums[row.node].update({name: getattr(row, name) for name in question_counts.COUNTS})
    return [
        Question(**{name: n[name] for name in question_counts.COUNTS}, node=node) for node, n in sums.items()
    ]


def heard(rows: Sequence[question_counts.Asked], wanted: Wanted) -> tuple[float, float]:
    """Return how many seconds of a flow's words were said on calls, and how many of them were heard at most."""
    some = [row for row in rows if _is_wanted(row, wanted)]
    return sum(row.said_seconds for row in some), sum(row.heard_seconds for row in some)


def averages(rows: Sequence[question_counts.Asked], wanted: Wanted) -> dict[str, tuple[float, float]]:
    """Return of each question that was put on calls the seconds heard at most, and said, of one asking."""
    sums: dict[str, list[float]] = {}
    for row in rows:
        if row.asked and row.said_seconds and _is_wanted(row, wanted):
            before = sums.get(row.node, [0.0] * 3)
            now = (row.asked, row.heard_seconds, row.said_seconds)
            sums[row.node] = [one + other for one, other in zip(before, now, strict=True)]
    return {node: (heard / asked, said / asked) for node, (asked, heard, said) in sums.items()}


def languages(rows: Sequence[question_counts.Asked]) -> list[str]:
    """Name the languages in which a flow was spoken."""
    return sorted({row.language for row in rows if row.language})


def _is_wanted(row: question_counts.Asked, wanted: Wanted) -> bool:
    pairs = ((wanted.channel, row.channel), (wanted.language, row.language), (wanted.is_first, row.is_first))
    return all(asked is None or asked == there for asked, there in pairs)
