"""Phone numbers as people write them and as we keep them: E.164, always.

A leaf: everybody may call it, it knows no tables. The number library is only loaded when a number is
read, because it would double the start-up time of commands that read none.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any, NewType

from gateway.errors import MemberlineError

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

Number = NewType("Number", str)

LONGEST = 40
# Blocks that only the demo, the tests and our own demo lines use. Whoever dials for real must refuse them.
INVENTED = ("+9170000", "+91800000")
# All calling codes of one and two digits (ITU-T E.164 assignments); every other has three.
SHORT_CODES = re.compile(r"\+(1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])")
# How nearly every number of a list is written; `plain_mobile` asks the library's own table whether such a one exists.
_AS_USUAL = {
    "in": ("+91", re.compile(r"(?:(?:\+91|0091|91|0)[ -]?)?([6-9]\d{4})[ -]?(\d{5})")),
    "ke": ("+254", re.compile(r"(?:(?:\+254|254|0)[ -]?)?([17]\d{2})[ -]?(\d{3})[ -]?(\d{3})")),
}


class NumberUnreadable(MemberlineError):
    """The text is no phone number that can be used; message and code are the reason, without the text itself."""

    code = "number-unreadable"


def parse_number(text: str, country: str) -> Number:
    """Read a number as people type it, local ones as of `country` ("in", "ke"); returns E.164.

    Takes spaces, dashes, brackets, leading 0, 91, 0091 and +91, `tel:`, digits of any script, an
    extension (dropped) and the `.0` of spreadsheets. Raises NumberUnreadable with a reason for people.
    """
    if usual := plain_mobile(text, country):
        return usual
    plain = _plain(text)
    if not any(character.isdecimal() for character in plain):
        raise NumberUnreadable("there is no number", "number-missing")
    if re.search(r"\d[.,]?\d*e\+?\d", plain, re.IGNORECASE):
        raise NumberUnreadable(
            "a spreadsheet has shortened the number (9.18E+11); write it as text", "number-shortened"
        )
    for candidate in _readings(plain, country):
        parsed = _valid(candidate, country)
        if parsed is not None:
            return parsed
    raise NumberUnreadable("this is not a number that can be called")


def plain_mobile(text: str, country: str) -> Number | None:
    """Return a mobile number of `country` that is written as usual, a hundred times as fast; None for all else.

    Never anything that `parse_number` would read otherwise or refuse: what exists is the library's own table.
    """
    if country not in _AS_USUAL or not text.isascii():
        return None
    calling_code, written = _AS_USUAL[country]
    found = written.fullmatch(text)
    if found is None:
        return None
    digits = "".join(found.groups())
    return Number(calling_code + digits) if _mobiles(country).fullmatch(digits) else None


def country_of(number: Number) -> str:
    """Return the country as in our profiles ("in"), or "" where the number belongs to none."""
    library, parsed = _library(number)
    return (library.region_code_for_number(parsed) or "").lower()


def is_mobile(number: Number) -> bool:
    """Say whether the number can be a mobile phone, so that SMS and call-backs make sense."""
    library, parsed = _library(number)
    kind = library.number_type(parsed)
    return bool(kind in (library.PhoneNumberType.MOBILE, library.PhoneNumberType.FIXED_LINE_OR_MOBILE))


def is_premium(number: Number) -> bool:
    """Say whether whoever calls this number pays extra: premium-rate and shared-cost (reliability.md C16)."""
    library, parsed = _library(number)
    kinds = (library.PhoneNumberType.PREMIUM_RATE, library.PhoneNumberType.SHARED_COST)
    return bool(library.number_type(parsed) in kinds)


def may_call_back(number: Number, countries: Collection[str]) -> bool:
    """Say whether a ring from this number may cost us a call: mobile and of an allowed country only.

    Premium, shared-cost and foreign numbers live from such calls. Source: reliability.md C16.
    """
    return is_mobile(number) and country_of(number) in countries


def is_invented(number: str) -> bool:
    """Say whether the number is of the demo's blocks, which no real provider may ever be asked to dial."""
    return number.startswith(INVENTED)


def mask(number: str) -> str:
    """Shorten for logs and screens: calling code and last four digits, "+91…4321"."""
    code = SHORT_CODES.match(number)
    head = code.group() if code else number[:4] if number.startswith("+") else ""
    return f"{head}…{number[-4:]}"


def display(number: Number) -> str:
    """Write for people: Indian numbers as 5 + 5, "+91 98765 43210", others as their country does."""
    if re.fullmatch(r"\+91\d{10}", number):
        return f"+91 {number[3:8]} {number[8:]}"
    library, parsed = _library(number)
    return str(library.format_number(parsed, library.PhoneNumberFormat.INTERNATIONAL))


@cache
def _mobiles(country: str) -> re.Pattern[str]:
    import phonenumbers  # start-up cost, see the top

    table: Any = phonenumbers.PhoneMetadata.metadata_for_region(country.upper())
    return re.compile(table.mobile.national_number_pattern)


def _plain(text: str) -> str:
    if len(text) > 4 * LONGEST:
        raise NumberUnreadable("this is too long for a number", "number-long")
    kept = (character for character in text if unicodedata.category(character) not in ("Cf", "Cc", "Mn"))
    plain = "".join(_ascii_digit(character) for character in kept).strip().strip("'\"")
    plain = re.sub(r"(?i)^tel:", "", plain).strip()
    plain = re.sub(r"^(\+?\d{7,15})\.0+$", r"\1", plain)
    if len(plain) > LONGEST:
        raise NumberUnreadable("this is too long for a number", "number-long")
    return plain


def _ascii_digit(character: str) -> str:
    # decimal, not isdigit: "²" is a digit for Python but nobody dials it.
    value = unicodedata.decimal(character, None)
    if value is not None:
        return str(value)
    if character in "\uff0b":
        return "+"
    return " " if character.isspace() else character


def _readings(plain: str, country: str) -> list[str]:
    calling_code = {"in": "91", "ke": "254", "ug": "256", "ng": "234"}.get(country, "")
    digits = re.sub(r"\D", "", plain)
    readings = [plain]
    if calling_code and digits.startswith(f"0{calling_code}"):
        readings.append(f"+{digits[1:]}")
    return readings


def _valid(text: str, country: str) -> Number | None:
    import phonenumbers  # start-up cost, see the top

    try:
        parsed = phonenumbers.parse(text, country.upper())
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed):
        return None
    return Number(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def _library(number: Number) -> "tuple[Any, PhoneNumber]":
    import phonenumbers  # start-up cost, see the top

    return phonenumbers, phonenumbers.parse(number, None)
