"""A conversation played in the page as a call would go: of a broadcast before anybody is called, or any of the house's own."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from flows.simulate import demo_of
from gateway import preview
from gateway.access import Viewer, may, runtime
from gateway.console.broadcasts_weight import parts
from gateway.console.control_words import conversation_word
from gateway.console.locale import SPOKEN, language
from gateway.content import languages_of
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.store import broadcast_list

blueprint = Blueprint("previews", __name__)

ROWS = ("123", "456", "789", "*0#")


@blueprint.get("/broadcasts/<public_id>/play")
@may("see_broadcasts")
def broadcast(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Play a broadcast with its questions; an SMS is shown as it will be read."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = broadcast_list.get_row(unit.db, viewer.unit_path, public_id)
        found = row.broadcast
        spoken = languages_of(found.texts, found.sounds)
        wanted = _wanted(spoken)
        facts = preview.facts_of(rt, found, wanted)
        texts = preview.broadcast_in_writing(rt, found, wanted)
        fallback = (found.fallback_texts or {}).get(wanted) if found.kind != "sms" else None
    return _page(
        found.title or gettext("Broadcast"),
        "announcement",
        facts,
        spoken,
        wanted,
        texts,
        is_sms=found.kind == "sms",
        fallback=fallback,
        back="broadcasts_check.check",
        public_id=public_id,
    )


@blueprint.get("/conversations/<name>/play")
@may("see_control")
def conversation(viewer: Viewer, name: str) -> ResponseReturnValue:
    """Play one of the house's conversations with an invented member."""
    rt = runtime()
    if name not in rt.flows:
        raise NotFound(f"there is no conversation {name}")
    spoken = list(rt.words.languages)
    wanted = _wanted(spoken)
    facts = {**demo_of(name), "language": wanted, "organisation": rt.settings.organisation}
    texts = preview.in_writing(rt, name, facts, request.args.get("pressed", ""))
    return _page(
        conversation_word(name), name, facts, spoken, wanted, texts, back="conversations.show", name=name
    )


def _wanted(spoken: list[str]) -> str:
    asked = request.args.get("language", "")
    return (
        asked if asked in spoken else next((each for each in (language(), *spoken) if each in spoken), "hi")
    )


def _page(
    title: str,
    flow: str,
    facts: dict[str, object],
    spoken: list[str],
    wanted: str,
    texts: list[str],
    *,
    is_sms: bool = False,
    fallback: str | None = None,
    back: str,
    **place: str,
) -> str:
    pressed = request.args.get("pressed", "")[: preview.LONGEST]
    lines = [] if is_sms else list(preview.lines(runtime(), flow, facts, pressed))
    return render_template(
        "preview.html",
        title=title,
        lines=lines,
        pressed=pressed,
        texts=[(each, *parts({wanted: each})) for each in texts],
        is_sms=is_sms,
        fallback=(fallback, *parts({wanted: fallback})) if fallback else None,
        tongues=spoken,
        wanted=wanted,
        spoken_as=lambda code: SPOKEN.get(code, code),
        rows=ROWS,
        back=back,
        place=place,
    )
