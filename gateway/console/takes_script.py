"""Reading something aloud: its words in large letters, the recorder, the readings so far; one is chosen, the others are kept."""

from __future__ import annotations

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from audio.errors import ClipError
from gateway import takes as room
from gateway.access import Viewer, may, runtime
from gateway.console.takes_words import VIA, VOICES, faults_of, refusal
from gateway.db import unit_of_work
from gateway.models import Broadcast, NewsItem, Script
from gateway.store import broadcast_list, narrators, news_list, takes

blueprint = Blueprint("takes_script", __name__)

RECORDED_HERE = "recording.wav"  # what the recorder of our pages names its file
FIELD = "sound"


@blueprint.get("/sounds/scripts/<int:script_id>")
@may("record_messages")
def show(viewer: Viewer, script_id: int) -> ResponseReturnValue:
    """Show the words, what is heard for them now, and every reading so far."""
    with unit_of_work(runtime().engine) as unit:
        script = takes.get_script(unit.db, script_id, viewer.unit_path, _sees_prompts(viewer))
    return _page(viewer, script)


@blueprint.post("/sounds/scripts/<int:script_id>")
@may("record_messages")
def read(viewer: Viewer, script_id: int) -> ResponseReturnValue:
    """Keep a reading; what is heard now stays where the new one is no good."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        script = takes.get_script(unit.db, script_id, viewer.unit_path, _sees_prompts(viewer))
        unit.db.expunge_all()
    _check(viewer, script)
    upload = request.files.get(FIELD)
    if upload is None or not upload.filename:
        return make_response(
            _page(viewer, script, {FIELD: gettext("Record it first, or choose a file.")}), 422
        )
    with upload.stream:
        raw = upload.read()
    try:
        reading = room.read(rt, raw, script)  # takes its time: not inside a unit of work
    except ClipError as error:
        return make_response(_page(viewer, script, {FIELD: refusal(error)}), 422)
    via = room.BROWSER if upload.filename == RECORDED_HERE else room.UPLOAD
    with unit_of_work(rt.engine) as unit:
        take = room.keep(unit, rt, script, reading, staff_id=viewer.staff_id, via=via)
        is_heard, found = take.is_chosen, faults_of(take)
        following = takes.next_prompt(unit.db, script) if request.form.get("then") == "next" else None
    if is_heard:
        flash(gettext("This voice is heard from now on."))
    for each in found:
        flash(gettext("Kept, but not heard yet. %(why)s", why=each))
    target = following if following is not None and is_heard else script.id
    return redirect(url_for("takes_script.show", script_id=target))


@blueprint.post("/sounds/takes/<public_id>/choose")
@may("record_messages")
def choose(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Let this reading be heard: an old one put back, or one that will do in spite of its fault."""
    return _choose(viewer, public_id, is_wanted=True)


@blueprint.post("/sounds/takes/<public_id>/drop")
@may("record_messages")
def drop(viewer: Viewer, public_id: str) -> ResponseReturnValue:
    """Let the computer speak again; the reading is kept."""
    return _choose(viewer, public_id, is_wanted=False)


@blueprint.post("/broadcasts/<public_id>/read/<language>")
@may("record_messages")
def of_broadcast(viewer: Viewer, public_id: str, language: str) -> ResponseReturnValue:
    """Give a broadcast's words in one language their number, and open their page."""
    with unit_of_work(runtime().engine) as unit:
        broadcast = broadcast_list.get_broadcast(unit.db, viewer.unit_path, public_id)
        return _open(room.script_for(unit, runtime(), broadcast, language))


@blueprint.post("/news/<public_id>/read/<language>")
@may("record_messages")
def of_news(viewer: Viewer, public_id: str, language: str) -> ResponseReturnValue:
    """The same for news."""
    with unit_of_work(runtime().engine) as unit:
        item = news_list.get_item(unit.db, viewer.unit_path, public_id)
        return _open(room.script_for(unit, runtime(), item, language))


def _open(script: Script) -> ResponseReturnValue:
    return redirect(url_for("takes_script.show", script_id=script.id))


def _choose(viewer: Viewer, public_id: str, is_wanted: bool) -> ResponseReturnValue:
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        take, script = takes.get_take(unit.db, public_id, viewer.unit_path, _sees_prompts(viewer))
        _check(viewer, script)
        room.choose(unit, rt, script, take if is_wanted else None, viewer.staff_id)
        script_id = script.id
    flash(gettext("This voice is heard from now on.") if is_wanted else gettext("The computer speaks again."))
    return redirect(url_for("takes_script.show", script_id=script_id))


def _sees_prompts(viewer: Viewer) -> bool:
    return viewer.may("record_prompts")


def _check(viewer: Viewer, script: Script) -> None:
    """What everybody hears is decided at the top."""
    if room.kind_of(script) == room.PROMPT:
        viewer.decide_for_all()


def _page(viewer: Viewer, script: Script, errors: dict[str, str] | None = None) -> str:
    rt = runtime()
    kind = room.kind_of(script)
    with unit_of_work(rt.engine) as unit:
        readings = takes.list_takes(unit.db, script)
        narrator = narrators.find_narrators(unit.db).get(script.language, "")
        following = takes.next_prompt(unit.db, script) if kind == room.PROMPT else None
        message: Broadcast | NewsItem | None = None
        if script.broadcast_id:
            message = unit.db.get_one(Broadcast, script.broadcast_id)
        elif script.news_id:
            message = unit.db.get_one(NewsItem, script.news_id)
    clip = room.clip_of(rt, script) if kind == room.PROMPT else None
    return render_template(
        "sounds/script.html",
        script=script,
        kind=kind,
        message=message,
        readings=readings,
        faults_of=faults_of,
        is_there=lambda take: rt.clips.clip_of(take.clip_key) is not None,
        narrator=narrator,
        following=following,
        clip=clip,
        voice=VOICES[room.voice_of(clip)] if kind == room.PROMPT else None,
        via=VIA,
        errors=errors or {},
        may_read=kind != room.PROMPT or viewer.is_top,
    )
