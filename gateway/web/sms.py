"""The provider's posts in writing: an SMS, a receipt, an opt-out, a step on a screen (USSD). Stored, then judged, then 200."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask import Blueprint, Response, request

from gateway import inbox, receipts
from gateway.access import provider_post
from gateway.calls import ussd_posted
from gateway.errors import CallbackInvalid
from gateway.web.forms import keep_unreadable, read_form, the_runtime

blueprint = Blueprint("sms", __name__)

Event = TypeVar("Event")
TAKEN = "text/plain"


@blueprint.post("/callbacks/<provider>/<secret>/sms")
@provider_post
def sms() -> Response:
    rt = the_runtime()
    inbox.message_arrived(rt, _parsed("sms", rt.callbacks.parse_sms))
    return _taken()


@blueprint.post("/callbacks/<provider>/<secret>/receipts")
@provider_post
def receipt() -> Response:
    rt = the_runtime()
    receipts.message_reported(rt, _parsed("receipt", rt.callbacks.parse_receipt))
    return _taken()


@blueprint.post("/callbacks/<provider>/<secret>/opt-outs")
@provider_post
def opt_out() -> Response:
    rt = the_runtime()
    inbox.opted_out(rt, _parsed("opt-out", rt.callbacks.parse_opt_out))
    return _taken()


@blueprint.post("/callbacks/<provider>/<secret>/ussd")
@provider_post
def ussd() -> Response:
    rt = the_runtime()
    reply = ussd_posted(rt, _parsed("ussd", rt.callbacks.parse_ussd))
    return Response(reply.body, content_type=reply.content_type)


def _parsed(kind: str, parse: Callable[[dict[str, str]], Event]) -> Event:
    try:
        return parse(read_form(request))
    except CallbackInvalid:
        keep_unreadable(the_runtime(), kind, request)
        raise


def _taken() -> Response:
    return Response("", content_type=TAKEN)
