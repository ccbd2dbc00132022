"""What is answered when something goes wrong: to the provider never a 5xx, to people a page in words, to machines JSON.

The one place of the web that catches everything (house.md 9). The spoken apology is rendered when the service starts, so
that it needs neither the database nor the flows at the moment it is needed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import psycopg
from flask import Flask, Response, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from flows.steps import Speak
from gateway import spool
from gateway.access.rates import WaitFirst
from gateway.calls.ussd import sorry
from gateway.channels.base import Reply, Speech
from gateway.content import BASE_LANGUAGE
from gateway.db import unit_of_work
from gateway.errors import CallbackInvalid, Conflict, MemberlineError, NotAllowed, NotFound
from gateway.places import StoreAway
from gateway.runtime import Runtime
from gateway.speech import Speaker
from gateway.store import callbacks
from gateway.store.together import NotWritten

logger = logging.getLogger(__name__)

STATUS = {
    CallbackInvalid: 400,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    WaitFirst: 429,
    StoreAway: 503,
}
CALLBACKS = "/callbacks/"
MACHINES = ("/health/", "/metrics")
SPOOLED = ("voice", "sms", "receipts", "opt-outs", "ussd")
AWAY = (
    OperationalError,
    psycopg.OperationalError,
    NotWritten,
)  # of a unit of work, of the hot path, of who wrote for us
Page = Callable[[int, str], Response]


def set_up(app: Flask, rt: Runtime, page: Page) -> None:
    """Register the handlers of errors; `page(status, code)` is what people see."""
    apologies = {"voice": _rendered(rt), "ussd": rt.callbacks.ussd_reply(sorry(rt), goes_on=False)}

    @app.errorhandler(MemberlineError)
    def refused(error: MemberlineError) -> ResponseReturnValue:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
        return _broken(error) if status == 500 else _answer(page, status, error.code)

    @app.errorhandler(HTTPException)
    def stopped(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error.get_response()
        answer = Response("", error.code) if _is_callback() else _answer(page, error.code, error.name)
        if error.code == 405 and error.get_response().headers.get("Allow"):
            answer.headers["Allow"] = error.get_response().headers["Allow"]
        return answer

    @app.errorhandler(DataError)
    def unfit(error: DataError) -> ResponseReturnValue:
        """What no column can hold (a NUL, thirty digits) names nothing that is here."""
        return _broken(error) if _is_callback() else _answer(page, 404, "not-found")

    @app.errorhandler(Exception)
    def _broken(error: Exception) -> ResponseReturnValue:
        logger.error("request failed endpoint=%s", request.endpoint, exc_info=error)
        if not _is_callback():
            return _answer(page, InternalServerError.code, "error")
        _keep_post(rt, error)
        said = apologies.get(kind_of_post())
        return Response(said.body, content_type=said.content_type) if said else Response("")


def _rendered(rt: Runtime) -> Reply:
    """The provider's voice reads it where its clip has not been made when the service starts."""
    said = Speaker(rt.words, rt.clips).speak([Speak("apology.sorry", BASE_LANGUAGE)])
    if said is None:
        return rt.callbacks.render(None, None, "")
    url = f"{rt.settings.public_url}/clips/{said.clip}.wav" if said.clip else None
    return rt.callbacks.render(Speech(said.text, said.language, url), None, "")


def _is_callback() -> bool:
    return request.path.startswith(CALLBACKS)


def _answer(page: Page, status: int, code: str) -> Response:
    if _is_callback():
        return Response("", status)
    if request.path.startswith(MACHINES):
        answer = jsonify({"status": status, "error": code})
        answer.status_code = status
        return answer
    return page(status, code)


def kind_of_post() -> str:
    """The last part of a provider's address: voice, sms …"""
    return request.path.rpartition("/")[2]


def _keep_post(rt: Runtime, error: Exception) -> None:
    """Keep what the provider told us, it will not be told again (A5, A7): for a person where we broke down over it, for the
    sweep where the database went away, though it may be back by now (B7)."""
    kind = kind_of_post()
    form = request.form.to_dict()
    if isinstance(error, AWAY) and kind in SPOOLED:
        spool.keep(rt, kind, form, request.args.get("turn", type=int))
        return
    try:
        with unit_of_work(rt.engine) as unit:
            callbacks.add_callback(unit.db, rt.vault, rt.provider, kind[:12], form, "failed", rt.clock())
    except Exception:
        logger.exception("failed post could not be stored kind=%s", kind)
        if kind in SPOOLED:
            spool.keep(rt, kind, form, request.args.get("turn", type=int))
