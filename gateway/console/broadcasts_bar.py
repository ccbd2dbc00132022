"""The bar of a broadcast: its parts in a fixed order, each with its number and its people (look.md 6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import url_for

from gateway.broadcasts.sums import Sums
from gateway.console.broadcasts_words import CAUSES, PARTS, REASONS, part_word
from gateway.models import Broadcast
from gateway.store.broadcast_people import Part


def counts(stand: Sums) -> dict[Part, int]:
    """Return the number of each part; they sum to `asked`."""
    return {
        Part.HEARD: stand.heard,
        Part.ANSWERED_NOT_HEARD: stand.answered_not_heard,
        Part.NOT_REACHED: sum(stand.not_reached.values()),
        Part.IN_DOUBT: stand.in_doubt,
        Part.REFUSED: sum(stand.refused.values()),
        Part.IN_PROGRESS: stand.in_progress,
        Part.HELD: stand.held,
        Part.NOT_YET_TRIED: stand.not_yet_tried,
    }


def segments_of(broadcast: Broadcast, stand: Sums, *, with_links: bool = True) -> list[dict[str, Any]]:
    """Return the segments for `segment_bar`; what was heard is always named, also when it is nobody yet."""
    return [
        {
            "name": part_word(part, broadcast.kind),
            "count": count,
            "href": people_url(broadcast, part) if with_links and count else None,
            "tone": PARTS[part][1],
            "always": part is Part.HEARD,
        }
        for part, count in counts(stand).items()
    ]


def causes_of(broadcast: Broadcast, stand: Sums) -> list[dict[str, Any]]:
    """Break "not reached" and "refused" down by cause, each with its people, the commonest first."""
    broken: list[tuple[Part, dict[str, int], Mapping[Any, Any]]] = [
        (Part.NOT_REACHED, stand.not_reached, CAUSES),
        (Part.REFUSED, stand.refused, REASONS),
    ]
    return [
        {"name": words.get(code, code), "count": count, "href": people_url(broadcast, part, cause=code)}
        for part, codes, words in broken
        for code, count in sorted(codes.items(), key=lambda each: -each[1])
    ]


def people_url(broadcast: Broadcast, part: Part | str, **narrow: Any) -> str:
    """Return the address of the people of one part, or of fewer of them (`broadcasts_people`)."""
    return url_for("broadcasts_people.people", public_id=broadcast.public_id, part=str(part), **narrow)
