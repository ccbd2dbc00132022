"""What members agree to: every version of each notice that was used, in its language, and who agreed to it (L5, L10)."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gateway.access import Viewer, may, runtime
from gateway.console.consent_words import WORDS
from gateway.db import unit_of_work
from gateway.store import notices

blueprint = Blueprint("notices", __name__)


@blueprint.get("/house/notices")
@may("see_members")
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show the versions, those in use now first."""
    with unit_of_work(runtime().engine) as unit:
        versions = notices.list_versions(unit.db, viewer.unit_path)
    return render_template("house/notices.html", versions=versions, **WORDS)
