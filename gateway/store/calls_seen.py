"""Which calls a person of staff may know of, and where each counts.

A call counts where its member lives; one about a report where that report does. Where a call brought a report that the
viewer must not know of, the call itself would tell of it, and is not theirs either. A sealed call, in which somebody
stayed unnamed, and one of a stranger count at the top of the tree alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select
from sqlalchemy.orm import Session, aliased

from gateway.models import Addition, Call, Delivery, Member, Report, Unit
from gateway.states import CallState
from gateway.store.reports import Seen, visible_to
from gateway.store.sight import Sight
from gateway.store.units import is_under

Place = aliased(Unit, name="stands_at")
OWN = ("main_menu", "joining", "pick_up")  # conversations of people who rang us, or whom we rang back
VOICE = "voice"
LOST_AFTER = timedelta(hours=2)  # a call of which no last post came is over by then


def select_calls(sight: Sight) -> Any:
    """Return `select(Call)` with its member, delivery and report beside it, limited to what the viewer may know of."""
    root = select(Unit.id).where(Unit.parent_id.is_(None)).order_by(Unit.id).limit(1).scalar_subquery()
    lives = func.coalesce(Report.sight_unit_id, Member.unit_id, root)
    return (
        select(Call)
        .outerjoin(Delivery, Delivery.id == Call.delivery_id)
        .outerjoin(Member, Member.id == func.coalesce(Call.member_id, Delivery.member_id))
        .outerjoin(Report, Report.id == func.coalesce(Call.report_id, Delivery.report_id))
        .outerjoin(Seen, Seen.id == Report.sight_unit_id)
        .join(Place, Place.id == case((Call.is_sealed, root), else_=lives))
        .where(is_under(Place.path, sight.path), or_(Report.id.is_(None), visible_to(sight)))
        .where(~_tells_of_another(sight))
    )


def is_own() -> ColumnElement[bool]:
    """SQL: somebody spoke with the line because they wanted to, by ringing or by letting it ring; not who typed on a screen.

    Of calls from before the conversation was noted only those count that came in.
    """
    sought = or_(conversation().in_(OWN), and_(conversation().is_(None), Call.is_inbound, Call.seconds > 0))
    return and_(is_spoken(), sought)


def is_spoken() -> ColumnElement[bool]:
    """SQL: a call of voice. A session on a phone's own screen keeps no line busy and is counted beside them nowhere."""
    return Call.channel == VOICE


def conversation() -> ColumnElement[str]:
    """SQL: the conversation with which the call began."""
    return func.coalesce(Call.entered, Call.conversation["state"]["home"].as_string())


def count_open(db: Session, sight: Sight, now: datetime) -> int:
    """Count the calls in progress."""
    is_open = and_(Call.state != CallState.ENDED, Call.started_at > now - LOST_AFTER)
    query = select_calls(sight).where(is_open, is_spoken())
    return int(db.execute(query.with_only_columns(func.count())).scalar_one())


def _tells_of_another(sight: Sight) -> ColumnElement[bool]:
    """SQL: the call brought, or added to, a report beyond this sight."""
    brought, added = aliased(Report, name="brought"), aliased(Report, name="added_to")
    return or_(
        _hidden(brought, sight).where(brought.call_id == Call.id).exists(),
        _hidden(added, sight)
        .join(Addition, Addition.report_id == added.id)
        .where(Addition.call_id == Call.id)
        .exists(),
    )


def _hidden(report: Any, sight: Sight) -> Any:
    seen = aliased(Unit)
    beyond = not_(is_under(seen.path, sight.path))
    accuses = and_(report.is_restricted, report.assignee_id.is_distinct_from(sight.staff_id))
    return (
        select(report.id)
        .join(seen, seen.id == report.sight_unit_id)
        .where(beyond if sight.sees_restricted else or_(beyond, accuses))
        .correlate(Call)
    )
