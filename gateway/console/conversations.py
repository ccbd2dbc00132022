"""How members find their way through the conversations: each flow as a picture, with how every question fared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session

from flows.layout import OVER, lay_out
from flows.model import Flow, Record
from flows.said import said
from flows.words.pieces import PLACEHOLDER
from gateway import learning
from gateway.access import Viewer, may, runtime
from gateway.console.control_words import conversation_word, percent, span
from gateway.console.flow_picture import PARTS, pictures
from gateway.console.formats import MINUTE
from gateway.console.locale import SPOKEN, language
from gateway.control.room import today_of
from gateway.control.window import Window, last_days
from gateway.db import unit_of_work
from gateway.errors import NotFound
from gateway.runtime import Runtime
from gateway.store import question_counts

blueprint = Blueprint("conversations", __name__)

RANGES = (7, 30, 90)
CALLERS = {"": (_("Everybody"), None), "first": (_("First call"), True), "again": (_("Called before"), False)}
CHANNELS = {"voice": _("Calls"), "sms": _("SMS"), "ussd": _("USSD")}
FATES = {
    "answered": _("answered"),
    "away": _("went elsewhere"),
    "again": _("asked to hear it again"),
    "silent": _("silent"),
    "wrong": _("wrong key"),
    "hung_up": _("hung up"),
}


@dataclass(frozen=True)
class _Asked:
    """What the address asks for; whatever is unknown there counts as not asked."""

    days: int
    who: str
    language: str
    channel: str


@blueprint.get("/conversations")
@may("see_control")
def index(viewer: Viewer) -> ResponseReturnValue:
    """List the conversations with how often their questions went unanswered, the most used first."""
    rt, asked = runtime(), _asked()
    window = last_days(today_of(rt), asked.days, rt.profile.zone)
    with unit_of_work(rt.engine) as unit:
        sums = question_counts.entered(unit.db, viewer.unit_path, window.first, window.last)
    rows = [(name, sums.get(name)) for name in rt.flows]
    rows.sort(key=lambda row: -(row[1].calls if row[1] else 0))
    return render_template(
        "conversations/index.html",
        rows=[(name, conversation_word(name), each, percent(each.unanswered)) for name, each in rows if each],
        unused=[(name, conversation_word(name)) for name, each in rows if not each],
        asked=asked,
        ranges=RANGES,
    )


@blueprint.get("/conversations/<name>")
@may("see_control")
def show(viewer: Viewer, name: str) -> ResponseReturnValue:
    """Draw one conversation; the days, the callers and the language are part of the address."""
    rt, asked = runtime(), _asked()
    if name not in rt.flows:
        raise NotFound(f"there is no conversation {name}")
    flow = rt.flows[name]
    window = last_days(today_of(rt), asked.days, rt.profile.zone)
    wanted = _wanted(viewer, window, asked)
    with unit_of_work(rt.engine) as unit:
        rows = learning.read(unit.db, flow, wanted)
        seconds = _seconds_to_report(unit.db, viewer, window) if name == "problem" else None
    questions, (said, heard) = learning.questions(flow, rows, wanted), learning.heard(rows, wanted)
    spoken = {name: _words(rt, flow, name) for name in flow.nodes}
    return render_template(
        "conversations/show.html",
        name=name,
        word=conversation_word(name),
        picture=pictures(
            lay_out(flow),
            {each.node: each for each in questions},
            _name_of(spoken),
            gettext("The questions of this conversation"),
        ),
        questions=[each for each in questions if each.asked],
        troubled=[each for each in questions if each.is_troubled],
        most=max((each.calls for each in questions), default=0),
        spoken=spoken,
        seconds=_time(seconds) if seconds is not None else None,
        heard=percent(heard / said) if said else None,
        averages={node: _average(*each) for node, each in learning.averages(rows, wanted).items()},
        asked=asked,
        ranges=RANGES,
        callers=CALLERS,
        channels=CHANNELS,
        tongues=learning.languages(rows),
        spoken_as=lambda code: SPOKEN.get(code, code),
        fates=FATES,
        parts=PARTS,
        percent=percent,
    )


def _average(heard: float, said: float) -> str:
    return str(gettext("%(heard)s of %(said)s s", heard=round(heard), said=round(said)))


def _asked() -> _Asked:
    days = request.args.get("days", 30, type=int)
    who, channel = request.args.get("who", ""), request.args.get("channel", "")
    return _Asked(
        days if days in RANGES else 30,
        who if who in CALLERS else "",
        request.args.get("language", "")[:8],
        channel if channel in CHANNELS else "",
    )


def _wanted(viewer: Viewer, window: Window, asked: _Asked) -> learning.Wanted:
    return learning.Wanted(
        viewer.unit_path,
        window.first,
        window.last,
        asked.channel or None,
        asked.language or None,
        CALLERS[asked.who][1],
    )


def _time(seconds: float) -> str:
    return str(gettext("%(n)s s", n=round(seconds))) if seconds < MINUTE else span(seconds)


def _seconds_to_report(db: Session, viewer: Viewer, window: Window) -> float | None:
    return question_counts.median_seconds_to_report(db, viewer.unit_path, window.since, window.until)


def _words(rt: Runtime, flow: Flow, node: str) -> str:
    """What is spoken at a question, in the reader's language where there are words in it."""
    spoken = language() if language() in rt.words.languages else rt.words.languages[0]
    place = flow.nodes[node]
    prompts = [place.question] if isinstance(place, Record) else [one.prompt for one in said(place)]
    words = " ".join(rt.words.find(prompt, spoken)[1] for prompt in prompts)
    return PLACEHOLDER.sub("…", words)


def _name_of(spoken: dict[str, str]) -> Any:
    def name_of(place: str) -> str:
        if place == OVER:
            return str(gettext("the end"))
        if place.startswith("flow:"):
            return str(gettext("on to: %(name)s", name=conversation_word(place.removeprefix("flow:"))))
        return spoken.get(place) or place

    return name_of
