"""The house itself: one page that leads to all that concerns the organisation and not one member or report."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from gateway.access import Viewer, signed_in
from gateway.console.house_pages import open_to

blueprint = Blueprint("house", __name__)


@blueprint.get("/house")
@signed_in
def index(viewer: Viewer) -> ResponseReturnValue:
    """Show the links that this person may follow."""
    return render_template("house.html", pages=list(open_to(viewer)))
