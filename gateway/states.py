"""States of calls, deliveries, attempts, broadcasts, reports and lists, and who may follow whom. Pure.

The values are what the database, the command line and the screens say (house.md 6, contract.md). `store.move` is the
only writer of a status column and asks `can_move` first; later news never moves backwards.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping


class CallState(enum.StrEnum):
    PLACED = "placed"
    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


class BroadcastState(enum.StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


class DeliveryState(enum.StrEnum):
    QUEUED = "queued"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"  # taken by the provider, no outcome yet
    IN_DOUBT = "in_doubt"  # the provider fell silent: it may have happened (reliability.md A3)
    DELIVERED = "delivered"
    HEARD = "heard"
    NOT_HEARD = "not_heard"  # answered, but less than half was heard, and no further try comes
    FAILED = "failed"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class BatchState(enum.StrEnum):
    READY = "ready"
    SENDING = "sending"
    DONE = "done"


class AttemptOutcome(enum.StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    UNREACHABLE = "unreachable"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DELIVERED = "delivered"  # SMS only


class ReportState(enum.StrEnum):
    DRAFT = "draft"
    UNVERIFIED = "unverified"
    RECEIVED = "received"
    HEARD = "heard"
    ASSIGNED = "assigned"
    IN_WORK = "in_work"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    CLOSED_UNCONFIRMED = "closed_unconfirmed"
    BLANK = "blank"


class Urgency(enum.StrEnum):
    NOT_STATED = "not_stated"
    CAN_WAIT = "can_wait"
    SOON = "soon"
    DANGER = "danger"


class MemberStatus(enum.StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    LEFT = "left"


class ImportState(enum.StrEnum):
    CHECKING = "checking"  # is read to say what it would do
    CHECKED = "checked"
    TAKING = "taking"
    TAKEN = "taken"
    STOPPED = "stopped"  # by a person; what was taken until then stays
    FAILED = "failed"  # is no list, or was forgotten before it was taken


class DeliveryReason(enum.StrEnum):
    BROADCAST = "broadcast"
    RING = "ring"
    ANSWER = "answer"
    REPLY = "reply"
    DUTY = "duty"
    TEST = "test"
    INTRODUCTION = "introduction"
    NUMBER_CHANGE = "number_change"
    INTERIM = "interim"  # a report is not forgotten
    GO_ON = "go_on"  # it was cut off, or nothing could be heard: say it again
    DAILY = "daily"  # how was the day in your unit?
    BRIEF = "brief"  # the day's roll-up for a leader


C, B, D, A, R = CallState, BroadcastState, DeliveryState, AttemptOutcome, ReportState
I = ImportState  # noqa: E741 beside its siblings

CALL_MOVES: Mapping[CallState, frozenset[CallState]] = {
    C.PLACED: frozenset({C.RINGING, C.ANSWERED, C.ENDED}),
    C.RINGING: frozenset({C.ANSWERED, C.ENDED}),
    C.ANSWERED: frozenset({C.ENDED}),
    C.ENDED: frozenset(),
}
BROADCAST_MOVES: Mapping[BroadcastState, frozenset[BroadcastState]] = {
    B.DRAFT: frozenset({B.APPROVED, B.STOPPED}),
    B.APPROVED: frozenset({B.STARTING, B.DRAFT, B.STOPPED}),
    B.STARTING: frozenset({B.RUNNING, B.FAILED, B.STOPPED}),
    B.RUNNING: frozenset({B.PAUSED, B.FINISHED, B.STOPPED, B.FAILED}),
    B.PAUSED: frozenset({B.RUNNING, B.STOPPED}),
    B.FINISHED: frozenset({B.RUNNING}),  # "try the rest"
    B.STOPPED: frozenset(),
    B.FAILED: frozenset(),
}
BATCH_MOVES: Mapping[BatchState, frozenset[BatchState]] = {
    BatchState.READY: frozenset({BatchState.SENDING, BatchState.DONE}),
    BatchState.SENDING: frozenset({BatchState.READY, BatchState.DONE}),
    BatchState.DONE: frozenset(),
}
_OPEN = frozenset({D.QUEUED, D.HELD, D.REFUSED, D.CANCELLED})
_RESULT = frozenset({D.DELIVERED, D.HEARD, D.NOT_HEARD, D.FAILED, D.QUEUED, D.CANCELLED, D.REFUSED})
DELIVERY_MOVES: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    # Reached: by the late word of an earlier try, which was in doubt when this one was planned.
    D.QUEUED: _OPEN | {D.SENDING, D.HEARD, D.DELIVERED},
    D.HELD: _OPEN | {D.SENDING, D.HEARD, D.DELIVERED},
    D.SENDING: _RESULT | {D.SENT, D.IN_DOUBT},
    D.SENT: _RESULT | {D.IN_DOUBT},
    D.IN_DOUBT: _RESULT | {D.SENT},
    D.NOT_HEARD: frozenset({D.HEARD, D.QUEUED}),  # queued again: "try the rest"
    D.DELIVERED: frozenset(),
    D.HEARD: frozenset(),
    D.FAILED: frozenset({D.QUEUED}),
    D.REFUSED: frozenset(),
    D.CANCELLED: frozenset(),
}
_ENDINGS = frozenset({A.ANSWERED, A.BUSY, A.NO_ANSWER, A.REJECTED, A.UNREACHABLE, A.FAILED, A.DELIVERED})
ATTEMPT_MOVES: Mapping[AttemptOutcome, frozenset[AttemptOutcome]] = {
    A.PENDING: _ENDINGS | {A.ACCEPTED, A.UNKNOWN},
    A.ACCEPTED: _ENDINGS | {A.UNKNOWN},
    A.UNKNOWN: _ENDINGS | {A.ACCEPTED},
    **{ending: frozenset() for ending in _ENDINGS},
}
_WORK = frozenset({R.HEARD, R.ASSIGNED, R.IN_WORK, R.ANSWERED, R.BLANK})
REPORT_MOVES: Mapping[ReportState, frozenset[ReportState]] = {
    R.DRAFT: _WORK | {R.RECEIVED, R.UNVERIFIED},
    R.UNVERIFIED: _WORK | {R.RECEIVED},
    R.RECEIVED: _WORK,
    R.HEARD: _WORK - {R.HEARD},
    R.ASSIGNED: frozenset({R.IN_WORK, R.ANSWERED, R.BLANK, R.HEARD}),
    R.IN_WORK: frozenset({R.ANSWERED, R.ASSIGNED, R.HEARD, R.BLANK}),
    R.ANSWERED: frozenset({R.ANSWERED, R.CONFIRMED, R.REOPENED, R.CLOSED_UNCONFIRMED}),
    R.CONFIRMED: frozenset({R.REOPENED}),
    R.REOPENED: _WORK - {R.BLANK},
    R.CLOSED_UNCONFIRMED: frozenset({R.CONFIRMED, R.REOPENED}),
    R.BLANK: frozenset({R.RECEIVED, R.HEARD, R.ANSWERED}),
}
IMPORT_MOVES: Mapping[ImportState, frozenset[ImportState]] = {
    I.CHECKING: frozenset({I.CHECKED, I.STOPPED, I.FAILED}),
    I.CHECKED: frozenset({I.CHECKING, I.TAKING, I.STOPPED, I.FAILED}),
    I.TAKING: frozenset({I.TAKEN, I.STOPPED, I.FAILED}),
    I.TAKEN: frozenset(),
    I.STOPPED: frozenset({I.CHECKING, I.FAILED}),
    I.FAILED: frozenset(),
}
_MOVES: Mapping[type[enum.StrEnum], Mapping[enum.StrEnum, frozenset[enum.StrEnum]]] = {
    C: CALL_MOVES,  # type: ignore[dict-item]
    BatchState: BATCH_MOVES,  # type: ignore[dict-item]
    B: BROADCAST_MOVES,  # type: ignore[dict-item]
    D: DELIVERY_MOVES,  # type: ignore[dict-item]
    A: ATTEMPT_MOVES,  # type: ignore[dict-item]
    R: REPORT_MOVES,  # type: ignore[dict-item]
    I: IMPORT_MOVES,  # type: ignore[dict-item]
}

# Waiting for staff: these fill the inbox.
REPORTS_WAITING = (R.DRAFT, R.UNVERIFIED, R.RECEIVED, R.HEARD, R.ASSIGNED, R.IN_WORK, R.REOPENED)
# No deadline runs any more.
REPORTS_OVER = (R.CONFIRMED, R.CLOSED_UNCONFIRMED, R.BLANK)
# Work that no callback has ended yet: these keep a line busy and a broadcast running.
ATTEMPTS_OPEN = (A.PENDING, A.ACCEPTED)
BROADCASTS_OVER = (B.FINISHED, B.STOPPED, B.FAILED)
DELIVERIES_OPEN = (D.QUEUED, D.HELD, D.SENDING, D.SENT)


def can_move(old: enum.StrEnum, new: enum.StrEnum) -> bool:
    """Say whether `new` may follow `old`, both of the same enum."""
    return new in _MOVES[type(old)][old]


def sources_of(new: enum.StrEnum) -> tuple[enum.StrEnum, ...]:
    """Return every state from which `new` may be reached: the guard of a conditional update."""
    return tuple(old for old, targets in _MOVES[type(new)].items() if new in targets)
