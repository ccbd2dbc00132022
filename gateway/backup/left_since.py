"""Who opted out after a backup was made stays out: carried over a restore, in the restore's own transaction (rules.md L7).

An older state of the house knows nothing of what members have ended since. So the numbers that are left alone, and what
members withdrew, are kept aside before the tables are emptied and added to what the backup brings.
"""

from __future__ import annotations

from typing import Any

import psycopg

from gateway.db import unit_of_work
from gateway.runtime import Runtime
from gateway.store import consents

_ASIDE = """
CREATE TEMPORARY TABLE left_alone ON COMMIT DROP AS
    SELECT number_index, reason, source, at FROM suppressions WHERE lifted_at IS NULL;
CREATE TEMPORARY TABLE withdrawn ON COMMIT DROP AS
    SELECT m.public_id, c.purpose, c.how, c.at
    FROM consents c JOIN members m ON m.id = c.member_id WHERE c.action = 'withdrawn'
"""
_LEFT_ALONE = """
INSERT INTO suppressions (number_index, reason, source, at)
SELECT number_index, reason, source, at FROM left_alone ON CONFLICT DO NOTHING
"""
_WITHDRAWN = """
INSERT INTO consents (member_id, purpose, action, how, at)
SELECT m.id, w.purpose, 'withdrawn', w.how, w.at FROM withdrawn w JOIN members m USING (public_id)
WHERE NOT EXISTS (SELECT FROM consents c WHERE c.member_id = m.id AND c.action = 'withdrawn'
                  AND c.purpose = w.purpose AND c.at = w.at)
RETURNING member_id
"""
# The least that may follow; `rederive` says exactly what does, and no call is made between the two.
_UNTIL_DERIVED = """
UPDATE members SET consent = 'none' WHERE id = ANY(%s) AND consent <> 'none'
"""


def remember(connection: psycopg.Connection[Any]) -> None:
    """Keep aside what must outlast the emptying of the tables."""
    connection.execute(_ASIDE)


def bring_along(connection: psycopg.Connection[Any]) -> list[int]:
    """Add it to what the backup brought; returns the members whose state must be derived anew."""
    connection.execute(_LEFT_ALONE)
    members = sorted({row[0] for row in connection.execute(_WITHDRAWN).fetchall()})
    connection.execute(_UNTIL_DERIVED, [members])
    return members


def rederive(rt: Runtime, members: list[int]) -> None:
    """Say again what their ledgers come to."""
    with unit_of_work(rt.engine) as unit:
        for member_id in members:
            consents.rederive(unit.db, member_id, rt.clock())
