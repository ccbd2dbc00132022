"""JSON as it goes to and from the database: the one pair of functions that rows, calls and benches share.

A call's place is read and written at every key press, so the codec is the quickest that is well kept. It refuses what
PostgreSQL's `jsonb` would refuse too (half a surrogate pair), and writes keys that are numbers as text, as `json` does.
"""

from __future__ import annotations

from typing import Any

import orjson

# Keys as `json` writes them; times and data classes are left to whoever knows their form.
_AS_JSON = orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def dumps(value: Any) -> str:
    """Write JSON as text. Raises TypeError for what JSON has no form for."""
    return orjson.dumps(value, option=_AS_JSON).decode()


def loads(text: str | bytes) -> Any:
    """Read JSON. Raises ValueError for what is none."""
    return orjson.loads(text)
