"""Groups the deliveries of a batch by every fact that the rules of contact look at, by one statement."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from gateway.rules.contact import Suppressed
from gateway.rules.habits import SILENT_BROADCASTS
from gateway.store.batches import WAITING, Claim

REMEMBERED = timedelta(days=7)  # how far back caps look
# A local day begins on a quarter of an hour in every zone, so that tries of one quarter lie on one day wherever it is.
# What may be many rows for one delivery is looked up for each: no join can be planned badly, whatever is known of the tables.
# They are listed as they are found, not sorted a thousand times: another order makes one more group, never a false one.
_GROUPS = text("""
    WITH facts AS MATERIALIZED (
        SELECT d.id, d.language, d.expires_at, n.id IS NOT NULL AND n.invalid_at IS NULL AS is_usable, m.consent,
            m.id IS NULL AS is_nobody, h.unanswered >= :silent AS is_silent,
            (SELECT array_agg(s.reason) FROM suppressions s
             WHERE s.number_index = n.index AND s.lifted_at IS NULL) AS barred,
            (SELECT array_agg(concat_ws(':', a.broadcast_id, a.kind, a.delivery_id = d.id,
                                        floor(date_part('epoch', a.placed_at) / 900), a.outcome))
             FROM attempts a WHERE a.number_id = d.number_id AND a.placed_at > :since) AS tries,
            CASE WHEN cardinality(CAST(:places AS text[])) > 0 THEN
                (SELECT array_agg(p) FROM unnest(CAST(:places AS text[])) p WHERE starts_with(u.path, p))
            END AS covered
        FROM deliveries d
        LEFT JOIN numbers n ON n.id = d.number_id
        LEFT JOIN members m ON m.id = d.member_id
        LEFT JOIN units u ON u.id = m.unit_id
        LEFT JOIN habits h ON h.number_id = d.number_id
        WHERE d.id BETWEEN :first AND :last AND d.batch_id = :batch AND d.state = ANY (:waiting)
    )
    SELECT array_agg(id ORDER BY id) FROM facts
    GROUP BY language, expires_at, is_usable, consent, is_nobody, barred, tries, covered,
        CASE WHEN :alone OR is_silent OR :register = ANY (barred) THEN id END
    ORDER BY min(id)
""")


def group(
    db: Session, batch: Claim, now: datetime, *, places: Sequence[str], is_each_alone: bool
) -> list[list[int]]:
    """Return the ids of what waits in a batch, grouped by equal facts; `places` are paths under which others hold."""
    told = {
        "first": batch.first_id,
        "last": batch.last_id,
        "batch": batch.id,
        "waiting": [str(each) for each in WAITING],
        "since": now - REMEMBERED,
        "places": list(places),
        "alone": is_each_alone,
        "silent": SILENT_BROADCASTS,
        "register": str(Suppressed.DO_NOT_DISTURB),
    }
    return list(db.scalars(_GROUPS, told))
