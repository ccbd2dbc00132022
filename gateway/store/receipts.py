"""The quick way of a receipt that says *delivered*, or nothing final: one statement, one commit (performance.md F).

Guarded by the states a final word may follow, so that it is idempotent and never goes backwards. The delivery is locked before
its attempt, as everybody does (`attempts.lock_deliveries`). The commit does not wait for the disk: what a fall of the machine's
power loses are receipts of its last moment, whose texts then stand as sent.
"""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection

from gateway.states import AttemptOutcome, DeliveryState, sources_of


def _words(states: tuple[object, ...]) -> str:
    return ", ".join(f"'{each}'" for each in states)


_REPORT = f"""
WITH known AS (
  SELECT a.id, a.delivery_id FROM attempts a JOIN deliveries d ON d.id = a.delivery_id
  WHERE a.provider = %(provider)s AND a.provider_id = %(provider_id)s AND a.kind = 'sms'
  FOR UPDATE OF d
), ended AS (
  UPDATE attempts a SET outcome = 'delivered', cause = 'delivered', ended_at = %(now)s
  FROM known
  WHERE a.id = known.id AND %(is_delivered)s AND a.outcome IN ({_words(sources_of(AttemptOutcome.DELIVERED))})
  RETURNING a.delivery_id
), moved AS (
  UPDATE deliveries d SET state = 'delivered', last_cause = 'delivered', lease_until = NULL, ended_at = %(now)s
  FROM ended
  WHERE d.id = ended.delivery_id AND d.state IN ({_words(sources_of(DeliveryState.DELIVERED))})
), kept AS (
  INSERT INTO callbacks (provider, kind, digest, sealed_body, outcome, at)
  SELECT %(provider)s, 'receipt', %(digest)s, %(body)s, 'applied', %(now)s FROM known
)
SELECT known.id, set_config('synchronous_commit', 'off', true) FROM known
"""


def report(
    connection: Connection,
    provider: str,
    provider_id: str,
    *,
    is_delivered: bool,
    digest: bytes,
    body: bytes,
    now: datetime,
) -> int | None:
    """Keep a receipt of an SMS and, where it was delivered, end its attempt; returns the attempt, None: no such message."""
    values = {
        "provider": provider,
        "provider_id": provider_id,
        "is_delivered": is_delivered,
        "digest": digest,
        "body": body,
        "now": now,
    }
    row = connection.execute(_REPORT, values).fetchone()
    return int(row[0]) if row else None
