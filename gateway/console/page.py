"""What every page has: language, formats, navigation, the words of states, and tokens against forged forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request
from flask_babel import Babel, lazy_gettext

from gateway.access.decorators import runtime, viewer
from gateway.console import formats, words
from gateway.console.assets import asset_url
from gateway.console.house_pages import open_to
from gateway.console.locale import LANGUAGES, SPOKEN, babel_locale, language


@dataclass(frozen=True)
class Place:
    """One entry of the navigation: the endpoint it opens and the permission it takes."""

    endpoint: str
    label: Any
    permission: str | None = None
    key: str = ""  # after g: go there

    @property
    def blueprint(self) -> str:
        return self.endpoint.partition(".")[0]


HOUSE = "house.index"  # shown to whom any page of the house is open
NAVIGATION = (
    Place("start.index", lazy_gettext("Start"), None, "s"),
    Place("reports.index", lazy_gettext("Reports"), "see_reports", "i"),
    Place("control.show", lazy_gettext("Control"), "see_control"),
    Place("broadcasts.index", lazy_gettext("Broadcasts"), "see_broadcasts", "b"),
    Place("members.index", lazy_gettext("Members"), "see_members", "m"),
    Place("news.index", lazy_gettext("News"), "see_news", "n"),
    Place(HOUSE, lazy_gettext("House")),
)


def set_up(app: Flask) -> None:
    """Prepare Jinja and Babel."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.policies["json.dumps_kwargs"] = {
        "sort_keys": True,
        "ensure_ascii": False,
    }  # Hindi as it is: half as long
    app.jinja_env.filters.update(formats.FILTERS)
    app.jinja_env.globals.update(words.WORDS)
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "console/translations"
    Babel(app, locale_selector=babel_locale)
    app.context_processor(_known_everywhere)


def is_fragment() -> bool:
    """Whether only the part of the page that lives was asked for (polling)."""
    return request.args.get("fragment") == "1"


def local_path(wanted: str | None, otherwise: str) -> str:
    """Return `wanted` where it is a path of this site, never another site's address (C18)."""
    is_ours = wanted is not None and wanted.startswith("/") and not wanted.startswith(("//", "/\\"))
    return wanted if wanted and is_ours and wanted.isprintable() else otherwise


def _known_everywhere() -> dict[str, Any]:
    who = viewer()
    settings = runtime().settings
    return {
        "viewer": who,
        "lang": language(),
        "languages": LANGUAGES,
        "spoken": SPOKEN,
        "organisation": settings.organisation,
        "navigation": [place for place in NAVIGATION if _is_open(place)] if who else [],
        "phone_url": settings.africastalking_url if settings.is_emulated else None,
        "asset": asset_url,
        "is_there": lambda endpoint: endpoint in current_app.view_functions,
    }


def _is_open(place: Place) -> bool:
    who = viewer()
    is_there = place.endpoint in current_app.view_functions
    if is_there and who is not None and place.endpoint == HOUSE:
        return any(open_to(who))
    return is_there and who is not None and (place.permission is None or who.may(place.permission))
