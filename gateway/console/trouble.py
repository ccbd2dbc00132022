"""The page people see when something is not there, not theirs, or broken: what happened and what to do next."""

from __future__ import annotations

import logging

from flask import Response, make_response, render_template
from flask_babel import gettext
from sqlalchemy.exc import SQLAlchemyError

logger = logging.getLogger(__name__)

PLAIN = "<!doctype html><html lang=en><meta charset=utf-8><title>Memberline</title><h1>Something broke here.</h1><p>Nothing was lost. Please try again in a minute."


def trouble_page(status: int, code: str) -> Response:
    """Render the page of an error; a plain one where even that is impossible (no database)."""
    title, advice = _words(status, code)
    try:
        body = render_template("trouble.html", status=status, title=title, advice=advice)
    except SQLAlchemyError:
        logger.warning("page of an error without database status=%s", status)
        body = PLAIN
    answer = make_response(body, status)
    answer.headers["Content-Type"] = "text/html; charset=utf-8"
    return answer


def _words(status: int, code: str) -> tuple[str, str]:
    match status:
        case 400:
            return gettext("This form is too old."), gettext(
                "Go back, load the page again and send it once more."
            )
        case 401:
            return gettext("You are signed out."), gettext("Sign in again; nothing was saved.")
        case 403 if code in ("password", "second-factor"):
            return gettext("Something else comes first."), gettext("Open your account and do what it asks.")
        case 403:
            return gettext("Your role does not include this."), gettext(
                "Ask an administrator to do it, or to change your role."
            )
        case 404:
            return gettext("There is nothing here."), gettext(
                "It may belong to another unit, or the link is old."
            )
        case 409:
            return gettext("Somebody was faster."), gettext(
                "Go back and load the page again to see what changed."
            )
        case 413:
            return gettext("This file is too large."), gettext(
                "Sounds of up to 20 MB and ten minutes can be used."
            )
        case 429:
            return gettext("Too many tries."), gettext("Wait a minute, then sign in again.")
        case 503 if code == "store-away":
            return gettext("Recordings and files cannot be reached just now."), gettext(
                "Nothing was lost: the store where they lie does not answer. Please try again in a few minutes."
            )
        case _:
            return gettext("Something broke here."), gettext(
                "Nothing was lost. Please try again in a minute."
            )
