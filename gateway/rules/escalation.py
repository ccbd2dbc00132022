"""Up the organisation's tree on materialised paths ("/1/5/23/"): levels above, one level up, inside or not.

Silence by area, escalation of reports and the duty chain use it; who works where is not known here.
"""

from __future__ import annotations

import re

_PATH = re.compile(r"/(?:[^/]+/)+")


def ancestors(path: str) -> tuple[str, ...]:
    """Return the paths above this one, nearest first; none for a root. ValueError where it is no path."""
    ids = _ids(path)
    return tuple(f"/{'/'.join(ids[:length])}/" for length in range(len(ids) - 1, 0, -1))


def parent_path(path: str) -> str | None:
    """Return the path one level above, or None for a root."""
    return next(iter(ancestors(path)), None)


def one_level_up(path: str) -> str:
    """Return who hears what the local staff must not or did not: the level above, at the root the root itself.

    Key 7 at the urgency question and a report reopened by its member go there (contract: keys; issue, item 8).
    """
    return parent_path(path) or path


def is_within(path: str, of: str) -> bool:
    """Say whether a unit is the other one or lies below it. ValueError where either is no path.

    An empty `of` would contain everybody, therefore it is an error and not an answer.
    """
    _ids(path)
    _ids(of)
    return path.startswith(of)


def _ids(path: str) -> list[str]:
    if not _PATH.fullmatch(path):
        raise ValueError("a unit's path looks like /1/5/23/")
    return path.strip("/").split("/")
