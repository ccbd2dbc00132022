"""Which unit's staff owe the answer, as `gateway.reports` decides it for a report that comes in today."""

from __future__ import annotations

from gateway.demo.content import Told
from gateway.demo.house import House
from gateway.models import Unit
from gateway.store import units


def desk_of(house: House, place: Unit, told: Told) -> Unit:
    """Return the place itself, or the level above the local staff: sent past them, or not solved by them."""
    if not (told.is_past_local or told.again or told.state == "reopened"):
        return place
    local = units.find_staffed_unit(house.unit.db, place.path) or place
    above = [each for each in house.units.values() if each.id == local.parent_id]
    return above[0] if above else local
