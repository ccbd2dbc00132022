"""The words of lists that were handed in: how they stand, what their columns are, and what is the matter with a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway.console.consent_words import REASONS as SUPPRESSIONS
from gateway.console.units_words import KINDS
from gateway.console.words import StateWord
from gateway.models import Import
from gateway.people.refusals import SENTENCES, Details
from gateway.states import ImportState

STATES = {
    ImportState.CHECKING: StateWord(_("Being looked at"), "dots", "open"),
    ImportState.CHECKED: StateWord(_("Waits for your yes"), "ring", "new"),
    ImportState.TAKING: StateWord(_("Being taken"), "half", "open"),
    ImportState.TAKEN: StateWord(_("Taken"), "disc", "open"),
    ImportState.STOPPED: StateWord(_("Stopped"), "square", "quiet"),
    ImportState.FAILED: StateWord(_("No list"), "cross", "danger"),
}
LACKS = StateWord(_("Say which column is which"), "ring", "new")
COUNTS = {
    "new": _("New"),
    "updated": _("Known, will be changed"),
    "unchanged": _("Known, nothing new"),
    "twice": _("Twice in the list"),
    "refused": _("Refused"),
    "notes": _("To be looked at"),
}
COUNTS_TAKEN = {**COUNTS, "updated": _("Known, changed")}
COLUMNS = {
    "phone": _("Phone number"),
    "name": _("Name"),
    "language": _("Language"),
    "unit": _("Unit (its code)"),
    "posts": _("Posts"),
    "consent": _("How this person agreed"),
    "consent_date": _("On which day they agreed"),
    "age": _("Age"),
    "home_unit": _("Home booth (its code)"),
    "handset": _("Kind of phone"),
    "tags": _("Tags"),
    "slot": _("Part of the day to call"),
}
# The same codes and English as `SENTENCES`; a test compares them.
REASONS: Mapping[str, Any] = {
    "no-list-empty": _("the list is empty"),
    "no-list-header": _("line %(line)s cannot be read; it should be the header %(columns)s"),
    "no-list-columns": _("line %(line)s: %(count)s columns are more than a list can have"),
    "no-list-lacks": _("line %(line)s: the header lacks the column %(columns)s"),
    "no-list-twice": _("line %(line)s: the header has the column %(columns)s twice"),
    "no-list-profiling": _(
        "the column '%(column)s' asks for caste or religion, which is never kept; take it out of the list"
    ),
    "no-list-no-column": _("the list has no column '%(column)s'"),
    "no-list-zip": _("this is a ZIP file, not a CSV; unpack it and bring the list that is in it"),
    "no-list-old-excel": _("this is an old Excel file, not a CSV; save it as CSV or XLSX first"),
    "no-list-compressed": _("this is a compressed file, not a CSV; unpack it first"),
    "no-list-pdf": _("this is a PDF, not a CSV; save it as CSV or XLSX first"),
    "no-list-broken": _("this list could not be read to its end; save it as CSV and try again"),
    "no-list-forgotten": _("this list is not kept any more; bring it again"),
    "no-list-sheet-broken": _("this spreadsheet cannot be opened; save it as CSV and try again"),
    "no-list-sheet-large": _(
        "this spreadsheet is too large to open safely; save it as CSV, which may be of any length"
    ),
    "cell-long": _("the cell is too long"),
    "cell-unreadable": _("the cell has a character that cannot be read; save the list as UTF-8"),
    "row-cells": _("the row has %(count)s cells, the header %(columns)s"),
    "row-long": _("the line is too long to be a row of a list"),
    "row-open-quote": _("a quotation mark is not closed"),
    "value-long": _("this is longer than %(longest)s letters"),
    "unit-missing": _("the unit is missing"),
    "unit-unknown": _("there is no unit with this code"),
    "number-missing": _("there is no number"),
    "number-nobody": _("nobody here has this number; it is not called, because nobody there has agreed"),
    "number-twice": _("whoever has this number stands on the list already"),
    "number-shortened": _("a spreadsheet has shortened the number (9.18E+11); write it as text"),
    "number-long": _("this is too long for a number"),
    "number-unreadable": _("this is not a number that can be called"),
    "number-ours": _("this is a number of our own"),
    "number-foreign": _("this is a number of another country"),
    "number-premium": _("calls to this number cost extra"),
    "language-unknown": _("write the language as its ISO code, such as hi or bn"),
    "posts-many": _("at most %(most)s posts of %(longest)s letters each, separated by ;"),
    "tags-many": _("at most %(most)s tags of %(longest)s letters each, separated by ;"),
    "handset-unknown": _("write keypad, smartphone or none"),
    "slot-unknown": _("write morning, midday or evening"),
    "consent-unknown": _("write how consent was given: %(words)s, or nothing"),
    "date-unreadable": _("write the date as 2026-01-31 or 31/01/2026"),
    "date-none": _("there is no such day"),
    "date-future": _("the date lies in the future"),
    "date-old": _("the date is too long ago"),
    "age-unreadable": _("the age cannot be read; write it in years"),
    "answer-unreadable": _("write yes or no"),
    "minor": _("only adults can be members: this person is under eighteen"),
    "suppression-reason": _("write why the number is left alone: %(words)s"),
    "consent-old": _("this consent was given too long ago to hold; ask the person again, it was not entered"),
    "left-before": _(
        "this person left the calls; only they themselves can agree again, so the consent was not entered"
    ),
    "opted-out": _(
        "this number was opted out; only its owner can agree again, so the consent was not entered"
    ),
    "suppressed": _("this number is suppressed (%(reason)s): nobody will be contacted on it"),
    "sounds-like": _(
        "somebody on this number in this unit is called almost the same; see whether they are one person"
    ),
    "cell-empty": _("this is missing"),
    "code-twice": _("the code is on line %(other)s already"),
    "code-taken": _("the code cannot be used here"),
    "unit-merged": _("this unit was merged into %(code)s; leave the line out"),
    "unit-closed": _("this unit is closed; open it again first"),
    "tree-second-top": _("the top of the tree is %(code)s; every other unit needs a parent"),
    "tree-circle": _("its parents go round in a circle"),
    "tree-orphan": _("there is no unit with the code %(code)s"),
    "tree-parent-closed": _("its parent %(code)s is closed"),
    "tree-parent-refused": _("its parent %(code)s on line %(other)s was refused"),
    "tree-deep": _("the tree would be too deep"),
    "tree-kind-above": _("a %(kind)s is higher than the %(above)s it would lie under"),
    "tree-kind-below": _("a %(below)s lies under it, which is higher than a %(kind)s"),
    "overlay-unknown": _("there is no overlay with this code, and no kind is given to make it"),
    "overlay-kind": _("write constituency or wing"),
    "overlay-kind-other": _("the overlay is a %(kind)s"),
    "overlay-closed": _("the overlay is closed"),
    "overlay-wing": _("a wing has members, not units; leave the unit empty"),
    "same-name": _(
        "somebody of this name is known in this unit with another number; see whether they are one person"
    ),
}
_KINDS = ("kind", "above", "below")  # details that name a kind of unit
WHY_LEFT_ALONE = {str(why): word for why, word in SUPPRESSIONS.items()}


def stand_of(made: Import) -> StateWord:
    """How a list stands; one that only lacks a column waits to be told, not to be taken."""
    return LACKS if made.error and made.state == ImportState.CHECKED else STATES[ImportState(made.state)]


def reason(code: str, details: Details) -> str:
    """Say in the page's language what is the matter."""
    if code == "suppressed":
        details = {**details, "reason": str(WHY_LEFT_ALONE.get(str(details["reason"]), details["reason"]))}
    named = {name: str(KINDS.get(str(value), value)) for name, value in details.items() if name in _KINDS}
    details = {**details, **named}
    return str(REASONS[code] if code in REASONS else SENTENCES.get(code, code)) % details


def title_of(columns: Mapping[str, Any], column: str) -> str:
    """Return what the list itself calls a column of ours."""
    return str(columns.get("places", {}).get(column) or column or gettext("the whole row"))


WORDS: dict[str, Any] = {
    "stand_of": stand_of,
    "counted": COUNTS,
    "counted_taken": COUNTS_TAKEN,
    "our_columns": COLUMNS,
    "reason": reason,
    "title_of": title_of,
}
