"""Calls behind the numbers: a list that the address describes, and the steps of one; never the words of members."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from gateway.access import Viewer, may, runtime
from gateway.console.control_words import CONVERSATIONS, TROUBLES, conversation_word
from gateway.control import room, steps
from gateway.control.window import Window, window_in
from gateway.db import unit_of_work
from gateway.store import calls_list, unit_list
from gateway.store.calls_list import Search

blueprint = Blueprint("calls", __name__)

KEPT = (
    "unit", "from", "to", "way", "conversation", "outcome", "least", "most", "own", "began", "kept", "first", "left",
)  # fmt: skip
WAYS = {"in": _("they rang us"), "out": _("we rang them")}
OUTCOMES = {
    "answered": _("spoken with"),
    "no_answer": _("no answer"),
    "busy": _("busy"),
    "rejected": _("declined"),
    "off": _("switched off or out of reach"),
    "invalid": _("number does not exist"),
    "network": _("network trouble"),
    "failed": _("failed"),
    "unknown": _("unknown"),
    "open": _("in progress"),
}
CHIPS = {  # what the control room asks for and the form does not
    "own": _("from people who sought the line"),
    "began": _("told a problem"),
    "kept": _("left a report"),
    "first": _("first call of a number"),
}


@blueprint.get("/calls")
@may("see_control")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show the list that the address describes."""
    rt = runtime()
    asked = window_in(
        request.args.get("from", ""), request.args.get("to", ""), room.today_of(rt), rt.profile.zone
    )
    search = search_in(request.args, asked.window)
    with unit_of_work(rt.engine) as unit:
        place = unit_list.get_visible(
            unit.db, viewer.unit_path, request.args.get("unit", type=int) or viewer.unit_id
        )
        sight = replace(viewer.sight, path=place.path)
        page = calls_list.list_calls(unit.db, sight, search)
        count = calls_list.count(unit.db, sight, search)
        known = calls_list.list_conversations(unit.db, sight, search.since, search.until)
    return render_template(
        "calls/index.html",
        page=page,
        count=count,
        place=place,
        window=asked.window,
        today=room.today_of(rt),
        trouble=TROUBLES.get(asked.trouble or ""),
        conversations={name: conversation_word(name) for name in known},
        conversation_word=conversation_word,
        ways=WAYS,
        outcomes=OUTCOMES,
        chips=[(name, word, address_of(**{name: None})) for name, word in CHIPS.items() if _is_asked(name)],
        left=request.args.get("left") if search.left else None,
        address=address_of,
    )


@blueprint.get("/calls/<int:call_id>")
@may("see_control")
def show(viewer: Viewer, call_id: int) -> ResponseReturnValue:
    """Show one call, step by step."""
    rt = runtime()
    with unit_of_work(rt.engine) as unit:
        row = calls_list.get_call(unit.db, viewer.sight, call_id)
        walked = steps.of_call(unit.db, rt, row.call, viewer.locale)
    return render_template(
        "calls/show.html",
        row=row,
        walked=walked,
        ways=WAYS,
        outcomes=OUTCOMES,
        conversation_word=conversation_word,
    )


def search_in(asked: MultiDict[str, str], window: Window) -> Search:
    """Read the search of an address; what is not understood is left out, so that no link ever breaks."""
    left = asked.get("left")
    return Search(
        since=window.since,
        until=window.until,
        is_inbound={"in": True, "out": False}.get(asked.get("way", "")),
        conversation=_known(asked.get("conversation")),
        outcome=outcome if (outcome := asked.get("outcome", "")) in OUTCOMES else None,
        least=_seconds(asked.get("least", "")),
        most=_seconds(asked.get("most", "")),
        own=_yes(asked.get("own")),
        began=_yes(asked.get("began")),
        kept=_yes(asked.get("kept")),
        first=_yes(asked.get("first")),
        left=left if left == calls_list.END else _known(left),
        after=asked.get("after", type=int),
    )


def address_of(**changed: str | int | None) -> str:
    """Return the address of this list with something changed; a page's key never outlives a change."""
    kept: dict[str, Any] = {name: request.args[name] for name in KEPT if request.args.get(name)}
    return url_for("calls.index", **{name: value for name, value in {**kept, **changed}.items() if value})


def _is_asked(name: str) -> bool:
    return _yes(request.args.get(name)) is not None


def _known(name: str | None) -> str | None:
    return name if name in CONVERSATIONS and name else None


def _yes(word: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(word or "")


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
