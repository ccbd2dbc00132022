"""Whose eyes a query looks with: the unit they are bound to, who they are, and whether they may see accusations."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sight:
    """What limits every query for reports (`store.reports.visible_to`); `path` is the viewer's unit and all below."""

    path: str
    staff_id: int | None = None
    sees_restricted: bool = False


EVERYTHING = Sight("/", sees_restricted=True)  # of the command line, and of what runs by itself
