"""The hot path of a call: find the call by its provider id, write the next step. Two statements, one commit.

Raw statements on a psycopg connection in autocommit, prepared by the driver: a unit of work of the ORM costs three
times as much (performance.md B). Steps that change more than the conversation go through a unit of work instead,
in `gateway.calls`, and use `advance` on the session's own connection first.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from psycopg import Connection
from sqlalchemy import text
from sqlalchemy.orm import Session

from gateway.models import Call
from gateway.states import CallState

_FIND = """
SELECT id, turn, state, conversation, number_id, member_id, delivery_id, report_id, is_inbound, line,
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
    """The call as the hot path sees it; `conversation` is described in `gateway.calls.talk`."""

    id: int
    turn: int
    state: CallState
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
