"""Whom of the unit a broadcast means: fields of the form, and the sentence on the page that checks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext

from gateway.access import Viewer
from gateway.broadcasts.audience import Filters
from gateway.console.members_words import HANDSETS
from gateway.db import UnitOfWork
from gateway.models import Overlay
from gateway.store import member_posts, overlays

LONGEST = {"post": 80, "tag": 40}


def choices(unit: UnitOfWork, viewer: Viewer) -> dict[str, Any]:
    """What the form proposes: titles in use, phones, overlays of the viewer's unit."""
    return {
        "titles": member_posts.list_titles(unit.db, viewer.unit_path),
        "handsets": HANDSETS,
        "overlays": [each.overlay for each in overlays.list_overlays(unit.db, viewer.unit_path)],
    }


def read(unit: UnitOfWork, viewer: Viewer, sent: Mapping[str, str]) -> dict[str, Any]:
    """Read what was chosen. Raises NotFound for an overlay that the viewer may not know of."""
    words = {
        name: " ".join(sent.get(f"only-{name}", "").split())[:most] or None for name, most in LONGEST.items()
    }
    handset = sent.get("only-handset", "")
    named = sent.get("only-overlay", "")
    overlay = overlays.get_visible(unit.db, viewer.unit_path, named) if named else None
    chosen = handset if handset in HANDSETS else None
    return Filters(words["post"], words["tag"], chosen, overlay.id if overlay else None).kept()


def sentences(unit: UnitOfWork, kept: Mapping[str, Any]) -> list[str]:
    """Say each filter in words, for whoever checks and approves."""
    filters = Filters.of(kept)
    overlay = unit.db.get(Overlay, filters.overlay_id) if filters.overlay_id else None
    said = {
        gettext("Only who holds the post “%(post)s”.", post=filters.post): filters.post,
        gettext("Only who has the tag “%(tag)s”.", tag=filters.tag): filters.tag,
        gettext(
            "Only whose phone is: %(phone)s.", phone=HANDSETS.get(filters.handset or "")
        ): filters.handset,
        gettext("Only in “%(overlay)s”.", overlay=overlay.name if overlay else ""): overlay,
    }
    return [sentence for sentence, is_set in said.items() if is_set]
