"""The pages of the house, in the order in which they are shown: what each is for, and who may open it.

Who may open a page is what its own route says, so that a link is never shown that leads to a refusal; a page whose route
does not exist is not shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import HTTPException

from gateway.access import MARK, Viewer


@dataclass(frozen=True)
class HousePage:
    """One page of the house and a sentence that says what it is for."""

    path: str
    name: Any
    purpose: Any


PAGES = (
    HousePage(
        "/house/staff", _("Colleagues"), _("Who works here, in which role and where; invite and let go.")
    ),
    HousePage(
        "/house/audit", _("Who saw and did what"), _("The log that nobody can change; search and hand out.")
    ),
    HousePage(
        "/house/daily", _("The evening's question"), _("Whether leads of units are asked how the day was.")
    ),
    HousePage("/house/rollup", _("The day's roll-up"), _("When a day is frozen, and who has it sent.")),
    HousePage("/house/ladder", _("By when reports are worked on"), _("Deadlines, rest days and holidays.")),
    HousePage("/house/money", _("Money"), _("What calls and SMS cost, and how much may be spent.")),
    HousePage("/house/sender", _("How we introduce ourselves"), _("The name that calls and SMS begin with.")),
    HousePage("/sounds", _("Sounds"), _("Which words have a person’s voice; record those that lack one.")),
    HousePage("/house/suppressions", _("Numbers we leave alone"), _("Who is not rung any more, and why.")),
    HousePage(
        "/house/scrubs", _("Do-not-disturb register"), _("Compare our numbers with the operators' list.")
    ),
    HousePage(
        "/house/notices", _("What members agree to"), _("Each version of the words, in each language.")
    ),
    HousePage(
        "/house/erasures", _("Forgotten members"), _("Who asked to be forgotten, and when it is done.")
    ),
    HousePage("/house/purges", _("What was thrown away"), _("What is kept only for a while, and went.")),
    HousePage("/house/breaches", _("When something got out"), _("Who must be told, and by when.")),
)


def open_to(viewer: Viewer) -> Iterator[HousePage]:
    """Name the pages that this viewer may open."""
    return (page for page in PAGES if _is_open(page.path, viewer))


def _is_open(path: str, viewer: Viewer) -> bool:
    try:
        endpoint, _arguments = current_app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return False
    guard = getattr(current_app.view_functions[endpoint], MARK, None)
    return guard == "signed_in" or (guard is not None and viewer.may(guard))
