"""Calls behind the numbers: a list that the address describes, and the steps of one; never the words of members."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict

from flows.catalog.renderings import USSD, VOICE
from gateway.access import Viewer, may, runtime
from gateway.console.control_words import CONVERSATIONS, TROUBLES, conversation_word
from gateway.control import room, steps
from gateway.control.window import Window, window_in
from gateway.db import unit_of_work
from gateway.models import Call
from gateway.store import calls_list, unit_list
from gateway.store.calls_list import Search

blueprint = Blueprint("calls", __name__)

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
WAYS = {"in": _("they rang us"), "out": _("we rang them"), USSD: _("they typed on a screen")}
SEARCHED: Mapping[str, Mapping[str, Any]] = {
    "in": {"is_inbound": True, "channel": VOICE},
    "out": {"is_inbound": False, "channel": VOICE},
    USSD: {"channel": USSD},
}
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
YES_NO = {"yes": True, "no": False}
# What an address may hold, and by which sign it is understood; nothing else of it stands on the page again.
KEPT: Mapping[str, Callable[[str], bool]] = {
    "unit": lambda text: text.isascii() and text.isdigit() and len(text) < 19,
    "from": lambda text: DAY.fullmatch(text) is not None,
    "to": lambda text: DAY.fullmatch(text) is not None,
    "way": WAYS.__contains__,
    "conversation": lambda name: _known(name) is not None,
    "outcome": OUTCOMES.__contains__,
    "least": lambda text: _seconds(text) is not None,
    "most": lambda text: _seconds(text) is not None,
    "own": YES_NO.__contains__,
    "began": YES_NO.__contains__,
    "kept": YES_NO.__contains__,
    "first": YES_NO.__contains__,
    "left": lambda name: name == calls_list.END or _known(name) is not None,
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
        way_of=way_of,
        outcomes=OUTCOMES,
        chips=[(name, word, address_of(**{name: None})) for name, word in CHIPS.items() if name in _kept()],
        kept=_kept(),
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
        way=WAYS[way_of(row.call)],
        outcomes=OUTCOMES,
        conversation_word=conversation_word,
    )


def search_in(asked: MultiDict[str, str], window: Window) -> Search:
    """Read the search of an address; what is not understood is left out, so that no link ever breaks."""
    left = asked.get("left")
    return Search(
        since=window.since,
        until=window.until,
        **SEARCHED.get(asked.get("way", ""), {}),
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


def way_of(call: Call) -> str:
    """How somebody and the line came together, as the list is searched by."""
    return USSD if call.channel == USSD else "in" if call.is_inbound else "out"


def address_of(**changed: str | int | None) -> str:
    """Return the address of this list with something changed; a page's key never outlives a change."""
    wanted: dict[str, Any] = {**_kept(), **changed}
    return url_for("calls.index", **{name: value for name, value in wanted.items() if value})


def _kept() -> dict[str, str]:
    asked = {name: request.args.get(name, "") for name in KEPT}
    return {name: value for name, value in asked.items() if value and KEPT[name](value)}


def _known(name: str | None) -> str | None:
    return name if name in CONVERSATIONS and name else None


def _yes(word: str | None) -> bool | None:
    return YES_NO.get(word or "")


def _seconds(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None
