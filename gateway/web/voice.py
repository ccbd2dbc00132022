"""The provider's posts about calls: form in, XML out. The phone is waiting, so nothing slow happens here."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request

from gateway.access import provider_post
from gateway.calls import voice_posted
from gateway.channels.base import Reply
from gateway.errors import CallbackInvalid
from gateway.web.forms import keep_unreadable, read_form, the_runtime

blueprint = Blueprint("voice", __name__)

_TURN = re.compile("[0-9]{1,6}")


@blueprint.post("/callbacks/<provider>/<secret>/voice")
@provider_post
def voice() -> Response:
    rt = the_runtime()
    try:
        event = rt.callbacks.parse_voice(read_form(request))
    except CallbackInvalid:
        keep_unreadable(rt, "voice", request)
        raise
    return to_response(voice_posted(rt, event, turn_in(request.args.get("turn"))))


def turn_in(text: str | None) -> int | None:
    """Read the turn that our own address carried; None where there is none or somebody changed it."""
    return int(text) if text and _TURN.fullmatch(text) else None


def to_response(reply: Reply) -> Response:
    """Content type and length are always there: a provider posted six times without (africastalking.md A1)."""
    return Response(reply.body, content_type=reply.content_type)
