"""The hot path of a call: know the call by its provider id, write the next step. One or two statements, one commit.

Raw statements on a psycopg connection in autocommit, prepared by the driver: a unit of work of the ORM costs three
times as much (performance.md B). Steps that change more than the conversation go through a unit of work instead,
in `gateway.calls`, and use `advance` on the session's own connection first.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, fields, replace
from datetime import datetime
from threading import Lock
from typing import Any

from psycopg import Connection
from sqlalchemy import text
from sqlalchemy.orm import Session

from gateway.models import Call
from gateway.states import CallState

_FIND = """
SELECT id, turn, state, facts, conversation, number_id, member_id, delivery_id, report_id, is_inbound, line,
       language, started_at
FROM calls WHERE provider = %s AND provider_id = %s
"""
_ADVANCE = """
WITH step AS (
  UPDATE calls SET turn = turn + 1, state = 'answered', conversation = %(conversation)s,
         stepped_at = %(now)s
  WHERE id = %(id)s AND turn = %(turn)s AND state <> 'ended'
  RETURNING id
)
INSERT INTO callbacks (provider, kind, digest, sealed_body, outcome, at)
SELECT %(provider)s, 'voice', %(digest)s, %(body)s, 'applied', %(now)s FROM step
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


def advance(connection: Connection, step: Advance) -> bool:
    """Write the step and keep the post; False: another post was first and nothing was written."""
    done = connection.execute(
        _ADVANCE,
        {
            "conversation": json.dumps(step.conversation),
            "id": step.call.id,
            "turn": step.call.turn,
            "provider": step.provider,
            "digest": step.digest,
            "body": step.body,
            "now": step.now,
        },
    )
    return done.rowcount == 1


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
