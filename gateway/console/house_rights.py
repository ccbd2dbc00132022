"""What members asked about their data, who was forgotten, and what the retention job threw away (rules.md L12, L13)."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway.access import Viewer, may, runtime
from gateway.console.formats import country
from gateway.console.rights_words import ASKED, ERASED_HOW, KEPT_FOR, KINDS
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.models import VoiceNote
from gateway.rights import requests
from gateway.store import rights_list, staff

blueprint = Blueprint("house_rights", __name__)


@blueprint.get("/house/erasures")
@may("erase_members")
def erasures(viewer: Viewer) -> ResponseReturnValue:
    """Show what members asked and nobody has settled yet, then who was forgotten."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        asked = rights_list.list_requests(unit.db, viewer.unit_path)
        words = {each.request.id: requests.words_of(rt, each.request) for each in asked}
        notes = {
            each.request.id: unit.db.get_one(VoiceNote, each.request.voice_note_id)
            for each in asked
            if each.request.voice_note_id
        }
        gone = rights_list.list_erasures(unit.db, viewer.unit_path)
    return render_template(
        "house/erasures.html",
        asked=asked,
        written=words,
        notes=notes,
        gone=gone,
        asked_words=ASKED,
        erased_how=ERASED_HOW,
    )


@blueprint.get("/house/erasures/<public_id>/recording.wav")
@may("erase_members")
def recording(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Play what a member said is wrong; noted like every listening."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        asked = rights_list.get_request(unit.db, viewer.unit_path, public_id)
        note = unit.db.get(VoiceNote, asked.voice_note_id) if asked.voice_note_id else None
        clip = rt.notes.clip_of(note.clip_key or "") if note and note.withheld_at is None else None
        if clip is None:
            raise NotFound("there is no such recording")
        staff.add_audit(
            unit.db,
            viewer.staff_id,
            "voice-note-played",
            rt.clock(),
            "rights_request",
            asked.id,
            asked.unit_id,
        )
    answer = Response(clip.content(), mimetype="audio/wav")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.post("/house/erasures/<public_id>/settled")
@may("erase_members")
def settled(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Somebody has put it right."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        request = rights_list.get_request(unit.db, viewer.unit_path, public_id)
        requests.settle(unit, rt, request, viewer.staff_id)
    flash(gettext("Settled."))
    return redirect(url_for("house_rights.erasures"))


@blueprint.get("/house/purges")
@may("see_audit")
def purges(viewer: Viewer) -> ResponseReturnValue:
    """Show how long each kind is kept and what each night did; counts of the whole house only to who sees all of it."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        runs = rights_list.list_purges(unit.db) if viewer.is_top else []
    return render_template(
        "house/purges.html",
        kept_for=[
            (KEPT_FOR[name], days) for name, days in asdict(rt.profile.retention).items() if name in KEPT_FOR
        ],
        country=country(),
        runs=runs,
        is_top=viewer.is_top,
        kinds=KINDS,
    )
