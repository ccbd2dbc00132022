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
_GROUPS = text("""
    WITH waiting AS MATERIALIZED (
        SELECT d.id, d.number_id, d.member_id, d.language, d.expires_at, n.index,
               n.id IS NOT NULL AND n.invalid_at IS NULL AS usable
        FROM deliveries d LEFT JOIN numbers n ON n.id = d.number_id
        WHERE d.id BETWEEN :first AND :last AND d.batch_id = :batch AND d.state = ANY (:waiting)
    ), barred AS MATERIALIZED (
        SELECT w.id, array_agg(s.reason ORDER BY s.reason) AS reasons
        FROM waiting w JOIN suppressions s ON s.number_index = w.index AND s.lifted_at IS NULL
        GROUP BY w.id
    ), rang AS MATERIALIZED (
        SELECT w.id, array_agg(t.told ORDER BY t.told) AS tries
        FROM waiting w JOIN attempts a ON a.number_id = w.number_id AND a.placed_at > :since,
        LATERAL (SELECT concat_ws(':', a.broadcast_id, a.kind, a.delivery_id = w.id,
                                  floor(extract(epoch FROM a.placed_at) / 900), a.outcome) AS told) t
        GROUP BY w.id
    )
    SELECT array_agg(w.id ORDER BY w.id)
    FROM waiting w
    LEFT JOIN members m ON m.id = w.member_id
    LEFT JOIN units u ON u.id = m.unit_id
    LEFT JOIN habits h ON h.number_id = w.number_id
    LEFT JOIN barred b ON b.id = w.id
    LEFT JOIN rang r ON r.id = w.id
    LEFT JOIN LATERAL (
        SELECT array_agg(p ORDER BY p) AS covered FROM unnest(CAST(:places AS text[])) p WHERE starts_with(u.path, p)
    ) p ON true
    GROUP BY w.language, w.expires_at, w.usable, m.consent, m.id IS NULL, b.reasons, r.tries, p.covered,
        CASE WHEN :alone OR h.unanswered >= :silent OR :register = ANY (b.reasons) THEN w.id END
    ORDER BY min(w.id)
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
