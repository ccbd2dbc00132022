"""The hot path of a call: know the call by its provider id, write the next step. One or two statements, one commit,
which calls that step at the same moment share (`gateway.store.together`).

Raw statements on a psycopg connection in autocommit, prepared by the driver: a unit of work of the ORM costs three
times as much (performance.md B). Steps that change more than the conversation go through a unit of work instead,
in `gateway.calls`, and use `advance` on the session's own connection first.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any

from psycopg import Connection
from sqlalchemy import text
from sqlalchemy.orm import Session

from gateway import jsons
from gateway.models import Call
from gateway.states import CallState

_FIND = """
SELECT id, turn, state, facts, conversation, number_id, member_id, delivery_id, report_id, is_inbound, line,
       language, started_at
FROM calls WHERE provider = %s AND provider_id = %s
"""
_POSTED = "(%s::bigint, %s::bigint, %s::jsonb, %s::text, %b::bytea, %b::bytea, %s::timestamptz)"
_ADVANCE = """
WITH posted (id, turn, conversation, provider, digest, body, now) AS (VALUES {}), step AS (
  UPDATE calls c SET turn = c.turn + 1, state = 'answered', conversation = p.conversation, stepped_at = p.now
  FROM posted p WHERE c.id = p.id AND c.turn = p.turn AND c.state <> 'ended'
  RETURNING c.id
), kept AS (
  INSERT INTO callbacks (provider, kind, digest, sealed_body, outcome, at)
  SELECT provider, 'voice', digest, body, 'applied', now FROM posted JOIN step USING (id)
)
SELECT id FROM step
"""
_CLAIM_TURN = text(
    "UPDATE calls SET turn = turn + 1, state = 'answered', stepped_at = :now"
    " WHERE id = :id AND turn = :turn AND state <> 'ended'"
)


@dataclass(frozen=True)
class CallRow:
    """The call as the hot path sees it; `facts` and `conversation` are described in `gateway.calls.talk`."""

    id: int
    turn: int
    state: CallState
    facts: dict[str, Any] | None
    conversation: dict[str, Any] | None
    number_id: int | None
    member_id: int | None
    delivery_id: int | None
    report_id: int | None
    is_inbound: bool
    line: str
    language: str | None
    started_at: datetime

    @property
    def is_over(self) -> bool:
        return self.state == CallState.ENDED


class RecentCalls:
    """The calls that this process has just stepped, so that their next post needs no look-up.

    A guess and never the truth: `advance` is conditional on the turn, and whoever finds that another process went on
    reads the row again. Bounded; safe to share between threads.
    """

    def __init__(self, at_most: int = 1000) -> None:
        self._calls: OrderedDict[str, CallRow] = OrderedDict()
        self._at_most = at_most
        self._lock = Lock()

    def get(self, provider_id: str) -> CallRow | None:
        return self._calls.get(provider_id)

    def put(self, provider_id: str, call: CallRow) -> None:
        with self._lock:
            self._calls[provider_id] = call
            self._calls.move_to_end(provider_id)
            if len(self._calls) > self._at_most:
                self._calls.popitem(last=False)

    def drop(self, provider_id: str) -> None:
        with self._lock:
            self._calls.pop(provider_id, None)


@dataclass(frozen=True)
class Advance:
    """One step of a conversation, ready to be written."""

    call: CallRow
    conversation: dict[str, Any]
    provider: str
    digest: bytes
    body: bytes
    now: datetime


def find_call(connection: Connection, provider: str, provider_id: str) -> CallRow | None:
    row = connection.execute(_FIND, (provider, provider_id)).fetchone()
    return CallRow(row[0], row[1], CallState(row[2]), *row[3:]) if row else None


def advance(connection: Connection, together: Sequence[Advance]) -> set[int]:
    """Write these steps of different calls and keep their posts; returns the ids of the calls that moved.

    A call that is missing there had another post first: nothing of its step was written.
    """
    in_order = sorted(together, key=lambda step: step.call.id)  # two processes at once lock alike
    values = [value for step in in_order for value in _values(step)]
    return {row[0] for row in connection.execute(_advance_of(len(in_order)), values)}


@cache
def _advance_of(count: int) -> bytes:
    # Rows of plain values, one text for each count, which the driver prepares: arrays take it five times as long.
    return _ADVANCE.format(", ".join([_POSTED] * count)).encode()


def _values(step: Advance) -> tuple[object, ...]:
    call, said = step.call, jsons.dumps(step.conversation)
    return call.id, call.turn, said, step.provider, step.digest, step.body, step.now


def stepped(step: Advance) -> CallRow:
    """The call as `advance` has left it."""
    return replace(
        step.call, turn=step.call.turn + 1, state=CallState.ANSWERED, conversation=step.conversation
    )


def claim_turn(db: Session, call: CallRow, now: datetime) -> bool:
    """Take this turn inside a unit of work, before its effects; False: another post was first."""
    done = db.execute(_CLAIM_TURN, {"id": call.id, "turn": call.turn, "now": now})
    return bool(done.rowcount == 1)  # type: ignore[attr-defined]


def row_of(call: Call) -> CallRow:
    """A call that a unit of work has at hand, as the hot path sees it."""
    return CallRow(**{each.name: getattr(call, each.name) for each in fields(CallRow)})


def with_member(call: CallRow, member_id: int | None, delivery_id: int | None) -> CallRow:
    """The same call, now that it is known whose it is."""
    return replace(call, member_id=member_id, delivery_id=delivery_id)
