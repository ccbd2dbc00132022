"""Reads one row of a list of members: phone, words and dates as people type them. Pure; `members` does the rest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from gateway.people.lists import Row
from gateway.people.refusals import Refused
from gateway.phones import Number, NumberUnreadable, country_of, is_premium, parse_number

COLUMNS = ("phone", "name", "language", "unit", "posts", "consent", "consent_date")
NEEDED = ("phone", "unit")
OPTIONAL = ("name", "language", "posts", "consent", "consent_date", "age", "adult", "is_adult")
CONSENTS = ("paper", "voice", "sms", "coordinator")
LONGEST = {"name": 200, "unit": 64, "consent": 40, "consent_date": 40}
LONGEST_POST, MOST_POSTS = 80, 20
ADULT_FROM = 18
OLDEST_YEAR = 1950

_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_DATE_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: .*)?")
_PLAIN_MOBILE = re.compile(r"\+91[6-9]\d{9}")
_YES = frozenset(["yes", "y", "true", "1", "adult", "हाँ", "हां", "হ্যাঁ"])
_NO = frozenset(["no", "n", "false", "0", "minor", "child", "नहीं", "না"])


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row is judged by: the country's profile, our own lines, and today."""

    country: str
    zone: ZoneInfo
    now: datetime
    own_lines: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Person:
    """One member as a list names them; `unit` is a code, `consent` how it was given or "", `agreed_at` when."""

    line: int
    number: Number
    name: str
    language: str | None
    unit: str
    posts: tuple[str, ...]
    consent: str
    agreed_at: datetime | None
    is_adult: bool | None


class _Wrong(Exception):
    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column
        self.reason = reason


def read_person(row: Row, reading: Reading) -> Person | Refused:
    """Read a row, or say why not: the first column that is wrong, and a reason for people."""
    try:
        return _person(row, reading)
    except _Wrong as wrong:
        return Refused(row.line, wrong.column, wrong.reason)


def _person(row: Row, reading: Reading) -> Person:
    cells = row.cells
    for column, longest in LONGEST.items():
        if len(cells[column]) > longest:
            raise _Wrong(column, f"this is longer than {longest} letters")
    if not cells["unit"]:
        raise _Wrong("unit", "the unit is missing")
    consent = _consent(cells["consent"])
    return Person(
        line=row.line,
        number=_number(cells["phone"], reading),
        name=cells["name"],
        language=_language(cells["language"]),
        unit=cells["unit"],
        posts=_posts(cells["posts"]),
        consent=consent,
        agreed_at=_agreed_at(cells["consent_date"], reading) if consent else None,
        is_adult=_adult(cells),
    )


def _number(cell: str, reading: Reading) -> Number:
    try:
        number = parse_number(cell, reading.country)
    except NumberUnreadable as error:
        raise _Wrong("phone", str(error)) from error
    if number in reading.own_lines:
        raise _Wrong("phone", "this is a number of our own")
    if not _PLAIN_MOBILE.fullmatch(number) or reading.country != "in":
        if country_of(number) != reading.country:
            raise _Wrong("phone", "this is a number of another country")
        if is_premium(number):
            raise _Wrong("phone", "calls to this number cost extra")
    return number


def _language(cell: str) -> str | None:
    code = cell.lower()
    if code and not re.fullmatch("[a-z]{2,3}", code):
        raise _Wrong("language", "write the language as its ISO code, such as hi or bn")
    return code or None


def _posts(cell: str) -> tuple[str, ...]:
    titles = tuple(dict.fromkeys(title for part in cell.split(";") if (title := part.strip())))
    if len(titles) > MOST_POSTS or any(len(title) > LONGEST_POST for title in titles):
        raise _Wrong("posts", f"at most {MOST_POSTS} posts of {LONGEST_POST} letters each, separated by ;")
    return titles


def _consent(cell: str) -> str:
    word = cell.lower()
    if word and word not in CONSENTS:
        raise _Wrong("consent", f"write how consent was given: {', '.join(CONSENTS)}, or nothing")
    return word


def _agreed_at(cell: str, reading: Reading) -> datetime | None:
    """Noon of that day where the organisation is; today counts from now."""
    if not cell:
        return None
    day = _date(cell)
    today = reading.now.astimezone(reading.zone).date()
    if day > today:
        raise _Wrong("consent_date", "the date lies in the future")
    return min(reading.now, datetime.combine(day, time(12), reading.zone).astimezone(reading.now.tzinfo))


def _date(cell: str) -> date:
    plain = _ascii(cell)
    year_first, day_first = _DATE.fullmatch(plain), _DATE_DAY_FIRST.fullmatch(plain)
    try:
        if year_first:
            found = date(*(int(part) for part in year_first.groups()))
        elif day_first:
            found = date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
        else:
            raise _Wrong("consent_date", "write the date as 2026-01-31 or 31/01/2026")
    except ValueError as error:
        raise _Wrong("consent_date", "there is no such day") from error
    if found.year < OLDEST_YEAR:
        raise _Wrong("consent_date", "the date is too long ago")
    return found


def _adult(cells: dict[str, str]) -> bool | None:
    """Adults only (rules.md L11): a row that says otherwise is refused, one that says nothing is not asked."""
    said = None
    age = _ascii(cells["age"]).removesuffix(".0")
    if age:
        if not re.fullmatch(r"\d{1,3}", age):
            raise _Wrong("age", "the age cannot be read; write it in years")
        said = int(age) >= ADULT_FROM
        _refuse_minor("age", said)
    for column in ("adult", "is_adult"):
        word = cells[column].casefold()
        if word in _YES or word in _NO:
            said = word in _YES
            _refuse_minor(column, said)
        elif word:
            raise _Wrong(column, "write yes or no")
    return said


def _refuse_minor(column: str, is_adult: bool) -> None:
    if not is_adult:
        raise _Wrong(column, "only adults can be members: this person is under eighteen")


def _ascii(text: str) -> str:
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
