"""Whom of the unit a broadcast means: fields of the form, and the sentence on the page that checks it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from gateway.access import Viewer
from gateway.broadcasts.audience import Filters
from gateway.console.locale import SPOKEN
from gateway.console.members_words import HANDSETS
from gateway.db import UnitOfWork
from gateway.errors import NotFound
from gateway.models import AudienceList, Broadcast, Overlay, Unit
from gateway.states import BroadcastState
from gateway.store import broadcast_list, member_posts, overlays
from gateway.store.units import is_under

LONGEST = {"post": 80, "tag": 40}
EARLIER = {
    "heard": _("heard it"),
    "not_heard": _("did not hear it"),
    "answered": _("answered a question of it"),
}
RECENT = 15  # earlier broadcasts that the form proposes
_NOT_BEGUN = (BroadcastState.DRAFT, BroadcastState.APPROVED)


def choices(unit: UnitOfWork, viewer: Viewer) -> dict[str, Any]:
    """What the form proposes: titles in use, phones, overlays, earlier broadcasts and lists of the viewer's unit."""
    return {
        "titles": member_posts.list_titles(unit.db, viewer.unit_path),
        "handsets": HANDSETS,
        "overlays": [each.overlay for each in overlays.list_overlays(unit.db, viewer.unit_path)],
        "earlier": _earlier(unit, viewer),
        "reached": EARLIER,
        "lists": _lists(unit, viewer),
    }


def read(unit: UnitOfWork, sight: str, sent: Mapping[str, str]) -> dict[str, Any]:
    """Read what was chosen. Raises NotFound for an overlay, a broadcast or a list that is not at or below `sight`."""
    words = {
        name: " ".join(sent.get(f"only-{name}", "").split())[:most] or None for name, most in LONGEST.items()
    }
    handset, language = sent.get("only-handset", ""), sent.get("only-language", "")
    named = sent.get("only-overlay", "")
    overlay = overlays.get_visible(unit.db, sight, named) if named else None
    chosen = Filters(
        post=words["post"],
        tag=words["tag"],
        handset=handset if handset in HANDSETS else None,
        overlay_id=overlay.id if overlay else None,
        language=language if language in SPOKEN else None,
        list_id=_list_id(unit, sight, sent.get("only-list", "")),
    )
    return chosen.kept() | _of_earlier(unit, sight, sent)


def named(unit: UnitOfWork, kept: Mapping[str, Any]) -> dict[str, str]:
    """Return the public ids of what a broadcast keeps by its row, as the form's fields show them."""
    filters = Filters.of(kept)
    earlier = {name: getattr(filters, name) for name in EARLIER}
    how, broadcast_id = next(((name, key) for name, key in earlier.items() if key), ("", None))
    before = unit.db.get(Broadcast, broadcast_id) if broadcast_id else None
    listed = unit.db.get(AudienceList, filters.list_id) if filters.list_id else None
    return {
        "how": how,
        "broadcast": before.public_id if before else "",
        "list": listed.public_id if listed else "",
    }


def sentences(unit: UnitOfWork, kept: Mapping[str, Any]) -> list[str]:
    """Say each filter in words, for whoever checks and approves."""
    filters = Filters.of(kept)
    overlay = unit.db.get(Overlay, filters.overlay_id) if filters.overlay_id else None
    listed = unit.db.get(AudienceList, filters.list_id) if filters.list_id else None
    said = {
        gettext("Only who holds the post “%(post)s”.", post=filters.post): filters.post,
        gettext("Only who has the tag “%(tag)s”.", tag=filters.tag): filters.tag,
        gettext(
            "Only whose phone is: %(phone)s.", phone=HANDSETS.get(filters.handset or "")
        ): filters.handset,
        gettext("Only in “%(overlay)s”.", overlay=overlay.name if overlay else ""): overlay,
        gettext(
            "Only who speaks %(language)s.", language=SPOKEN.get(filters.language or "", "")
        ): filters.language,
        gettext("Only who stands on the list “%(name)s”.", name=listed.name if listed else ""): listed,
    }
    return [sentence for sentence, is_set in said.items() if is_set] + _of_broadcasts(unit, filters)


def _of_broadcasts(unit: UnitOfWork, filters: Filters) -> list[str]:
    words = {
        "heard": gettext("Only who heard “%(title)s”."),
        "not_heard": gettext("Only whom “%(title)s” asked and who did not hear it."),
        "answered": gettext("Only who answered a question of “%(title)s”."),
    }
    found = {name: getattr(filters, name) for name in EARLIER}
    before = {name: unit.db.get(Broadcast, key) for name, key in found.items() if key}
    return [words[name].replace("%(title)s", each.title) for name, each in before.items() if each]


def _earlier(unit: UnitOfWork, viewer: Viewer) -> list[Broadcast]:
    query = (
        select(Broadcast)
        .join(Unit, Unit.id == Broadcast.unit_id)
        .where(is_under(Unit.path, viewer.unit_path), Broadcast.state.not_in(_NOT_BEGUN))
        .where(Broadcast.started_at.is_not(None))
    )
    return list(unit.db.scalars(query.order_by(Broadcast.started_at.desc()).limit(RECENT)))


def _lists(unit: UnitOfWork, viewer: Viewer) -> list[AudienceList]:
    query = select(AudienceList).join(Unit, Unit.id == AudienceList.unit_id)
    mine = query.where(is_under(Unit.path, viewer.unit_path)).order_by(AudienceList.created_at.desc())
    return list(unit.db.scalars(mine.limit(RECENT)))


def _of_earlier(unit: UnitOfWork, sight: str, sent: Mapping[str, str]) -> dict[str, int]:
    how, public_id = sent.get("only-reach", ""), sent.get("only-broadcast", "")
    if how not in EARLIER or not public_id:
        return {}
    return {how: broadcast_list.get_broadcast(unit.db, sight, public_id).id}


def _list_id(unit: UnitOfWork, sight: str, public_id: str) -> int | None:
    if not public_id:
        return None
    mine = select(AudienceList.id).join(Unit, Unit.id == AudienceList.unit_id)
    found: int | None = unit.db.scalar(
        mine.where(is_under(Unit.path, sight), AudienceList.public_id == public_id)
    )
    if found is None:
        raise NotFound("there is no such list")
    return found
