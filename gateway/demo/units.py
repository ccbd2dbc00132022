"""Writes the tree below the organisation's root."""

from __future__ import annotations

from gateway.demo.house import House
from gateway.demo.places import Place
from gateway.models import Unit
from gateway.names import search_key
from gateway.store import tree, unit_history, units


def settle_units(house: House, places: list[Place]) -> None:
    """Write the tree below the organisation's root, which may be there already."""
    db = house.unit.db
    root = units.root_unit(db)
    root.name = house.rt.settings.organisation
    db.flush()
    house.units = {units.ROOT_CODE: root, root.code: root}
    rows = []
    for place, unit_id in zip(places, tree.reserve_unit_ids(db, len(places)), strict=True):
        parent = house.units[place.parent]
        row = {"id": unit_id, "code": place.code, "name": place.name, "kind": place.kind}
        row |= {"parent_id": parent.id, "path": f"{parent.path}{unit_id}/"}
        row["search"] = search_key(f"{place.name} {place.code}")
        house.units[place.code] = Unit(**row)
        rows.append(row)
    tree.add_units(db, rows)
    made = [house.units[place.code] for place in places]
    lines = [(each.id, "added", {"under": each.parent_id}) for each in made]
    unit_history.note_all(db, lines, house.ago(300), None)
