"""Writes the lists of the inbox that staff of the demo keep under a name."""

from __future__ import annotations

from urllib.parse import urlencode

from gateway.demo.house import House
from gateway.demo.places import DISTRICT
from gateway.demo.rows import write
from gateway.models import SavedView, new_public_id

# By whose key in `house.staff`, under which name, which address, shared with the unit or not.
VIEWS = (
    ("coordinator", "Late in the district", {"tab": "all", "overdue": "yes"}, True),
    ("coordinator", "Water, not solved yet", {"tab": "all", "category": "21"}, True),
    ("coordinator", "An office must act", {"tab": "all", "act": "office"}, False),
    (f"{DISTRICT}-FATEHABAD", "Spoken in Bengali", {"tab": "all", "language": "bn"}, False),
    (f"{DISTRICT}-KHANDAULI", "राशन और पेंशन", {"tab": "all", "category": "1"}, False),
)


def write_views(house: House) -> None:
    rows = [
        {
            "public_id": new_public_id(),
            "staff_id": house.staff[key].id,
            "name": name,
            "query": urlencode(query),
            "is_shared": is_shared,
            "at": house.ago(9),
        }
        for key, name, query, is_shared in VIEWS
    ]
    write(house.unit.db, SavedView, rows)
