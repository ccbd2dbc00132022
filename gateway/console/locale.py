"""Which language a page is in: the person's own, else what the browser was told, else what it prefers."""

from __future__ import annotations

from flask import request

from gateway import content
from gateway.access.decorators import runtime, viewer

LANGUAGES = {"en": "English", "hi": "हिन्दी"}  # each in its own tongue; bn follows with its catalogue
# What members speak, each by its own name: those with words of ours, in the order in which they are offered.
SPOKEN = {
    code: content.LANGUAGES[code].name
    for code in dict.fromkeys(
        (*(each for row in content.SPOKEN.values() for each in row), *content.LANGUAGES)
    )
}
COOKIE = "locale"


def language() -> str:
    """Return the language of this page."""
    who = viewer()
    wanted = who.locale if who else request.cookies.get(COOKIE, "")
    return wanted if wanted in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES)) or "en"


def babel_locale() -> str:
    """Return the language with its country: figures are grouped as there (12,34,567)."""
    return f"{language()}_{runtime().settings.country.upper()}"
