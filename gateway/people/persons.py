"""Reads one row of a list of members: phone, words and dates as people type them. Pure; `members` does the rest."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.people.lists import Row
from gateway.people.refusals import Details, Refused, refuse
from gateway.people.wording import ANSWERS, HANDSETS, SLOTS
from gateway.phones import Number, NumberUnreadable, country_of, is_premium, parse_number, plain_mobile

COLUMNS = ("phone", "name", "language", "unit", "posts", "consent", "consent_date")
NEEDED = ("phone", "unit")
FURTHER = ("home_unit", "handset", "tags", "slot")
OPTIONAL = ("name", "language", "posts", "consent", "consent_date", "age", "adult", "is_adult", *FURTHER)
CONSENTS = ("paper", "voice", "sms", "coordinator")
LONGEST = {"name": 200, "unit": 64, "home_unit": 64, "consent": 40, "consent_date": 40}
LONGEST_WORD = {"posts": 80, "tags": 40}
MOST_WORDS = 20
ADULT_FROM = 18
OLDEST_YEAR = 1950

_LANGUAGE = re.compile("[a-z]{2,3}")
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?")
_DATE_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?: .*)?")
_PLAIN_MOBILE = re.compile(r"\+91[6-9]\d{9}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row is judged by: the country's profile, our own lines, and today."""

    country: str
    zone: ZoneInfo
    now: datetime
    own_lines: Collection[str] = ()


class Person(NamedTuple):
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
    home_unit: str = ""
    handset: str | None = None
    slot: str | None = None
    tags: tuple[str, ...] = ()


class _Wrong(Exception):
    def __init__(self, column: str, code: str, **details: str | int) -> None:
        super().__init__(code)
        self.column = column
        self.code = code
        self.details: Details = details


def read_person(row: Row, reading: Reading) -> Person | Refused:
    """Read a row, or say why not: the first column that is wrong, and a reason for people."""
    try:
        return _person(row, reading)
    except _Wrong as wrong:
        return refuse(row.line, wrong.column, wrong.code, **wrong.details)


def read_number(row: Row, reading: Reading) -> Number | Refused:
    """Read the number of a row and nothing else, or say why not."""
    try:
        return _number(row.cells["phone"], reading)
    except _Wrong as wrong:
        return refuse(row.line, wrong.column, wrong.code, **wrong.details)


def _person(row: Row, reading: Reading) -> Person:
    cells = row.cells
    for column, longest in LONGEST.items():
        if len(cells[column]) > longest:
            raise _Wrong(column, "value-long", longest=longest)
    if not cells["unit"]:
        raise _Wrong("unit", "unit-missing")
    consent = _consent(cells["consent"])
    return Person(
        line=row.line,
        number=_number(cells["phone"], reading),
        name=cells["name"],
        language=_language(cells["language"]),
        unit=cells["unit"],
        posts=_words(cells, "posts"),
        consent=consent,
        agreed_at=_agreed_at(cells["consent_date"], reading) if consent and cells["consent_date"] else None,
        is_adult=_adult(cells),
        home_unit=cells["home_unit"],
        handset=_one_of(cells, "handset", HANDSETS),
        slot=_one_of(cells, "slot", SLOTS),
        tags=_words(cells, "tags"),
    )


def _number(cell: str, reading: Reading) -> Number:
    number = plain_mobile(cell, reading.country) or _unusual_number(cell, reading)
    if number in reading.own_lines:
        raise _Wrong("phone", "number-ours")
    return number


def _unusual_number(cell: str, reading: Reading) -> Number:
    try:
        number = parse_number(cell, reading.country)
    except NumberUnreadable as error:
        raise _Wrong("phone", error.code) from error
    if number not in reading.own_lines and (not _PLAIN_MOBILE.fullmatch(number) or reading.country != "in"):
        if country_of(number) != reading.country:
            raise _Wrong("phone", "number-foreign")
        if is_premium(number):
            raise _Wrong("phone", "number-premium")
    return number


def _language(cell: str) -> str | None:
    code = cell.lower()
    if code and not _LANGUAGE.fullmatch(code):
        raise _Wrong("language", "language-unknown")
    return code or None


def _words(cells: Mapping[str, str], column: str) -> tuple[str, ...]:
    cell = cells[column]
    if not cell:
        return ()
    words = tuple(dict.fromkeys(word for part in cell.split(";") if (word := part.strip())))
    longest = LONGEST_WORD[column]
    if len(words) > MOST_WORDS or any(len(word) > longest for word in words):
        raise _Wrong(column, f"{column}-many", most=MOST_WORDS, longest=longest)
    return words


def _one_of(cells: Mapping[str, str], column: str, words: Mapping[str, str]) -> str | None:
    cell = cells[column]
    if not cell:
        return None
    found = words.get(cell.casefold())
    if found is None:
        raise _Wrong(column, f"{column}-unknown")
    return found


def _consent(cell: str) -> str:
    word = cell.lower()
    if word and word not in CONSENTS:
        raise _Wrong("consent", "consent-unknown", words=", ".join(CONSENTS))
    return word


def _agreed_at(cell: str, reading: Reading) -> datetime:
    """Noon of that day where the organisation is; today counts from now."""
    noon = _noon(cell, reading.zone)
    if noon.date() > reading.now.astimezone(reading.zone).date():
        raise _Wrong("consent_date", "date-future")
    return min(reading.now, noon.astimezone(reading.now.tzinfo))


@lru_cache(maxsize=4096)
def _noon(cell: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(_date(cell), time(12), zone)


def _date(cell: str) -> date:
    plain = _ascii(cell)
    year_first, day_first = _DATE.fullmatch(plain), _DATE_DAY_FIRST.fullmatch(plain)
    try:
        if year_first:
            found = date(*(int(part) for part in year_first.groups()))
        elif day_first:
            found = date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
        else:
            raise _Wrong("consent_date", "date-unreadable")
    except ValueError as error:
        raise _Wrong("consent_date", "date-none") from error
    if found.year < OLDEST_YEAR:
        raise _Wrong("consent_date", "date-old")
    return found


def _adult(cells: Mapping[str, str]) -> bool | None:
    """Adults only (rules.md L11): a row that says otherwise is refused, one that says nothing is not asked."""
    said = None
    for column, read in _ASKED.items():
        if cells[column]:
            said = read(column, cells[column])
            if not said:
                raise _Wrong(column, "minor")
    return said


def _by_age(column: str, cell: str) -> bool:
    age = _ascii(cell).removesuffix(".0")
    if not re.fullmatch(r"\d{1,3}", age):
        raise _Wrong(column, "age-unreadable")
    return int(age) >= ADULT_FROM


def _by_word(column: str, cell: str) -> bool:
    said = ANSWERS.get(cell.casefold())
    if said is None:
        raise _Wrong(column, "answer-unreadable")
    return said


_ASKED: Mapping[str, Callable[[str, str], bool]] = {"age": _by_age, "adult": _by_word, "is_adult": _by_word}


def _ascii(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
