"""Reads a provider's form strictly: right type, right size, UTF-8; anything else is 400 or 413 and kept for a person."""

from __future__ import annotations

from flask import Request, current_app
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from gateway.db import unit_of_work
from gateway.errors import CallbackInvalid
from gateway.runtime import Runtime
from gateway.store.callbacks import add_callback

LARGEST_POST = 64 * 1024  # reliability.md C2
MOST_FIELDS = 100


def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a posted form, the first value of each. Raises CallbackInvalid, 413 for too much."""
    if request.content_length is not None and request.content_length > LARGEST_POST:
        raise RequestEntityTooLarge()
    request.max_form_memory_size = request.max_content_length = LARGEST_POST
    request.max_form_parts = MOST_FIELDS
    try:
        form = request.form.to_dict(flat=True)
    except BadRequest as error:
        raise CallbackInvalid("the form cannot be read") from error
    if not form:
        raise CallbackInvalid("the form is empty")
    if len(form) > MOST_FIELDS:
        raise CallbackInvalid("the form has too many fields")
    return {name[:128]: value for name, value in form.items()}


def keep_unreadable(rt: Runtime, kind: str, request: Request) -> None:
    """Keep a post that we could not read, so that a person can (issue: bad input)."""
    with unit_of_work(rt.engine) as unit:
        form = request.form.to_dict(flat=True) or {"body": request.get_data(as_text=True)[:4096]}
        add_callback(unit.db, rt.vault, rt.provider, kind, form, "unreadable", rt.clock())


def the_runtime() -> Runtime:
    """Return the runtime that the app was built with."""
    kept: Runtime = current_app.extensions["runtime"]
    return kept
