"""Sounds: which words of each language a person has read, and which a computer still speaks; what lacked a sound in a call."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from gateway import takes as room
from gateway.access import Viewer, may, runtime
from gateway.console.takes_words import VOICES
from gateway.content import SPOKEN
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.models import Script, Take
from gateway.runtime import Runtime
from gateway.store import gaps, narrators, staff, takes

blueprint = Blueprint("takes", __name__)

ALL = "all"
SHOWN = (ALL, room.DRAFT, room.MACHINE, room.NONE, room.HUMAN)
LONGEST_NAME, PAGE = 60, 40


@dataclass(frozen=True)
class Row:
    """One prompt and whose voice is heard for it."""

    script: Script
    take: Take | None
    voice: str
    key: str | None


@blueprint.get("/sounds")
@may("record_prompts")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show how much of each language a person has read."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        prompts = takes.list_prompts(unit.db)
        named = narrators.find_narrators(unit.db)
        lacked = gaps.list_newest(unit.db) if viewer.is_top else ()
    counts = {code: Counter[str]() for code in SPOKEN[rt.settings.country]}
    for row in (_row(rt, each) for each in prompts):
        counts.setdefault(row.script.language, Counter())[row.voice] += 1
    return render_template("sounds/index.html", counts=counts, narrators=named, voices=VOICES, lacked=lacked)


@blueprint.get("/sounds/<language>")
@may("record_prompts")
def show(viewer: Viewer, language: str) -> ResponseReturnValue:
    """List the prompts of a language, all or those of one kind of voice."""
    rt = runtime()
    _check(rt, language)
    shown, after = request.args.get("show", ALL), request.args.get("after", 0, int)
    with unit_of_work(rt.engine) as unit:
        prompts = takes.list_prompts(unit.db, language)
        narrator = narrators.find_narrators(unit.db).get(language, "")
    rows = [_row(rt, each) for each in prompts]
    counts = Counter(each.voice for each in rows)
    listed = [each for each in rows if shown in (ALL, each.voice) and each.script.number > after]
    return render_template(
        "sounds/language.html",
        language=language,
        rows=listed[:PAGE],
        older=url_for("takes.show", language=language, show=shown, after=listed[PAGE - 1].script.number)
        if len(listed) > PAGE
        else None,
        beginning=url_for("takes.show", language=language, show=shown) if after else None,
        first=next((each.script for each in rows if each.voice != room.HUMAN), None),
        tabs=[
            {
                "label": gettext("All") if each == ALL else VOICES[each].word,
                "count": len(rows) if each == ALL else counts[each],
                "href": url_for("takes.show", language=language, show=each),
                "is_here": each == shown,
            }
            for each in SHOWN
        ],
        voices=VOICES,
        narrator=narrator,
        may_change=viewer.is_top,
    )


@blueprint.post("/sounds/<language>/narrator")
@may("record_prompts")
def name_narrator(viewer: Viewer, language: str) -> ResponseReturnValue:
    """Say whose voice a language has."""
    rt = runtime()
    _check(rt, language)
    viewer.decide_for_all()
    name = " ".join(request.form.get("narrator", "").split())[:LONGEST_NAME]
    with unit_of_work(rt.engine) as unit:
        narrators.keep_narrator(unit.db, language, name)
        staff.add_audit(
            unit.db, viewer.staff_id, "narrator-named", rt.clock(), unit_id=viewer.unit_id, language=language
        )
    flash(gettext("The narrator is noted."))
    return redirect(url_for("takes.show", language=language))


def _check(rt: Runtime, language: str) -> None:
    if language not in SPOKEN[rt.settings.country]:
        raise NotFound("this language is not spoken here")


def _row(rt: Runtime, prompt: takes.Prompt) -> Row:
    clip = room.clip_of(rt, prompt.script)
    return Row(prompt.script, prompt.take, room.voice_of(clip), clip.key if clip else None)
