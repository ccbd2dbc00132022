"""Lays two constituencies over the demo's blocks and makes two wings of its members (activities.md: "The two chains in use").

Draws nothing with the dice: every member of a certain place in the list is of a wing.
"""

from __future__ import annotations

from gateway.demo.house import House
from gateway.demo.places import CITY, DISTRICT, code_of_block
from gateway.store import overlays
from gateway.store.overlays import CONSTITUENCY, WING

AROUND_AGRA = ("Etmadpur", "Khandauli", "Bichpuri", "Barauli Ahir", "Akola")
WINGS = (("MAHILA", "Mahila Morcha", 7), ("YUVA", "Yuva Morcha", 11))


def settle_overlays(house: House, blocks: list[str]) -> None:
    """Write both constituencies, with every block in one of them, and both wings."""
    db, district = house.unit.db, house.units[DISTRICT]
    near = [CITY, *(code_of_block(name) for name in AROUND_AGRA)]
    far = [code_of_block(name) for name in blocks if name not in AROUND_AGRA]
    for code, name, places in (("PC-18", "Agra Lok Sabha", near), ("PC-19", "Fatehpur Sikri Lok Sabha", far)):
        made = overlays.add_overlay(db, code, name, CONSTITUENCY, district.id, house.ago(300))
        overlays.add_units(db, made.id, [house.units[place].id for place in places])
    for code, name, every in WINGS:
        made = overlays.add_overlay(db, code, name, WING, district.id, house.ago(200))
        overlays.add_members(db, made.id, [each.member_id for each in house.people_under(DISTRICT)[::every]])
