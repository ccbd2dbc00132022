"""Whose wall clock counts: the zone of the nearest unit on the line up that has one, else the country's (rules.md L1).

A handful of units have a zone of their own, so one look at those answers for any number of members.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway.models import Unit
from gateway.rules.escalation import ancestors
from gateway.rules.profiles import Profile, in_zone
from gateway.store.units import is_under


def zones_of(db: Session, paths: Iterable[str]) -> dict[str, str | None]:
    """Return the zone of each unit's path in one query; None is the country's own."""
    wanted = set(paths)
    zones = dict(db.execute(select(Unit.path, Unit.zone).where(Unit.zone.is_not(None))).all())
    return {path: _nearest(path, zones) for path in wanted}


def profile_at(db: Session, profile: Profile, path: str) -> Profile:
    """Return the country's rules by the wall clock of the unit with this path."""
    return in_zone(profile, zones_of(db, [path])[path])


def zones_below(db: Session, path: str) -> dict[str, str]:
    """Return the zones that hold somewhere at or below a path, by the path where each begins, the deepest first.

    The one that comes down from above is among them, under the path itself.
    """
    query = select(Unit.path, Unit.zone).where(Unit.zone.is_not(None), is_under(Unit.path, path))
    found = dict(db.execute(query).all())
    above = zones_of(db, [path])[path]
    if above is not None:
        found[path] = above
    return {each: str(found[each]) for each in sorted(found, key=len, reverse=True)}


def _nearest(path: str, zones: Mapping[str, str | None]) -> str | None:
    lines = sorted((path, *ancestors(path)), key=len, reverse=True)
    return next((zones[each] for each in lines if each in zones), None)
