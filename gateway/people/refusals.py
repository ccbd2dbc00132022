"""What became of a list: how many rows were taken, and why each of the others was not (contract: CSV files).

A refusal is a code with what it is about; the sentences here are the command line's, the console has the same in each of
its languages (`gateway.console.lists_words`). Never a part of the row itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.errors import MemberlineError

Details = dict[str, str | int]

SENTENCES = {
    "no-list-empty": "the list is empty",
    "no-list-header": "line %(line)s cannot be read; it should be the header %(columns)s",
    "no-list-columns": "line %(line)s: %(count)s columns are more than a list can have",
    "no-list-lacks": "line %(line)s: the header lacks the column %(columns)s",
    "no-list-twice": "line %(line)s: the header has the column %(columns)s twice",
    "no-list-profiling": "the column '%(column)s' asks for caste or religion, which is never kept; take it out of the list",
    "no-list-no-column": "the list has no column '%(column)s'",
    "no-list-zip": "this is a ZIP file, not a CSV; unpack it and bring the list that is in it",
    "no-list-old-excel": "this is an old Excel file, not a CSV; save it as CSV or XLSX first",
    "no-list-compressed": "this is a compressed file, not a CSV; unpack it first",
    "no-list-pdf": "this is a PDF, not a CSV; save it as CSV or XLSX first",
    "no-list-broken": "this list could not be read to its end; save it as CSV and try again",
    "no-list-forgotten": "this list is not kept any more; bring it again",
    "no-list-sheet-broken": "this spreadsheet cannot be opened; save it as CSV and try again",
    "no-list-sheet-large": "this spreadsheet is too large to open safely; save it as CSV, which may be of any length",
    "cell-long": "the cell is too long",
    "cell-unreadable": "the cell has a character that cannot be read; save the list as UTF-8",
    "row-cells": "the row has %(count)s cells, the header %(columns)s",
    "row-long": "the line is too long to be a row of a list",
    "row-open-quote": "a quotation mark is not closed",
    "value-long": "this is longer than %(longest)s letters",
    "unit-missing": "the unit is missing",
    "unit-unknown": "there is no unit with this code",
    "number-missing": "there is no number",
    "number-shortened": "a spreadsheet has shortened the number (9.18E+11); write it as text",
    "number-long": "this is too long for a number",
    "number-unreadable": "this is not a number that can be called",
    "number-ours": "this is a number of our own",
    "number-foreign": "this is a number of another country",
    "number-premium": "calls to this number cost extra",
    "number-nobody": "nobody here has this number; it is not called, because nobody there has agreed",
    "number-twice": "whoever has this number stands on the list already",
    "language-unknown": "write the language as its ISO code, such as hi or bn",
    "posts-many": "at most %(most)s posts of %(longest)s letters each, separated by ;",
    "tags-many": "at most %(most)s tags of %(longest)s letters each, separated by ;",
    "handset-unknown": "write keypad, smartphone or none",
    "slot-unknown": "write morning, midday or evening",
    "consent-unknown": "write how consent was given: %(words)s, or nothing",
    "date-unreadable": "write the date as 2026-01-31 or 31/01/2026",
    "date-none": "there is no such day",
    "date-future": "the date lies in the future",
    "date-old": "the date is too long ago",
    "age-unreadable": "the age cannot be read; write it in years",
    "answer-unreadable": "write yes or no",
    "minor": "only adults can be members: this person is under eighteen",
    "suppression-reason": "write why the number is left alone: %(words)s",
    "consent-old": "this consent was given too long ago to hold; ask the person again, it was not entered",
    "left-before": "this person left the calls; only they themselves can agree again, so the consent was not entered",
    "opted-out": "this number was opted out; only its owner can agree again, so the consent was not entered",
    "suppressed": "this number is suppressed (%(reason)s): nobody will be contacted on it",
    "sounds-like": "somebody on this number in this unit is called almost the same; see whether they are one person",
    "cell-empty": "this is missing",
    "code-twice": "the code is on line %(other)s already",
    "code-taken": "the code cannot be used here",
    "unit-merged": "this unit was merged into %(code)s; leave the line out",
    "unit-closed": "this unit is closed; open it again first",
    "tree-second-top": "the top of the tree is %(code)s; every other unit needs a parent",
    "tree-circle": "its parents go round in a circle",
    "tree-orphan": "there is no unit with the code %(code)s",
    "tree-parent-closed": "its parent %(code)s is closed",
    "tree-parent-refused": "its parent %(code)s on line %(other)s was refused",
    "tree-deep": "the tree would be too deep",
    "tree-kind-above": "a %(kind)s is higher than the %(above)s it would lie under",
    "tree-kind-below": "a %(below)s lies under it, which is higher than a %(kind)s",
    "overlay-unknown": "there is no overlay with this code, and no kind is given to make it",
    "overlay-kind": "write constituency or wing",
    "overlay-kind-other": "the overlay is a %(kind)s",
    "overlay-closed": "the overlay is closed",
    "overlay-wing": "a wing has members, not units; leave the unit empty",
    "same-name": "somebody of this name is known in this unit with another number; see whether they are one person",
}


class ListUnreadable(MemberlineError):
    """The list as a whole cannot be taken; nothing of it was. `code` and `details` are a sentence of SENTENCES."""

    def __init__(self, code: str, **details: str | int) -> None:
        super().__init__(SENTENCES[code] % details, code)
        self.details: Details = details
        self.titles: tuple[str, ...] = ()  # of a list whose columns only have to be told
        self.places: dict[str, int] = {}  # those of its columns that were understood


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that was not taken. Line 1 is the header; `column` is "" where it concerns the whole row.

    `reason` is the sentence in English; `code` is "" where the console has no sentence of its own for it.
    """

    line: int
    column: str
    reason: str
    code: str = ""
    details: Details = field(default_factory=dict)


def refuse(line: int, column: str, code: str, /, **details: str | int) -> Refused:
    """Make a refusal, or a note on a row that was taken, from its code."""
    return Refused(line, column, SENTENCES[code] % details, code, details)


@dataclass
class Imported:
    """`taken` are new, `updated` were known; `notes` are rows that were taken although a part has no effect.

    Of those updated, `unchanged` said nothing new, and `twice` stood in the same list before.
    """

    taken: int = 0
    updated: int = 0
    unchanged: int = 0
    twice: int = 0
    refused: list[Refused] = field(default_factory=list)
    notes: list[Refused] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
