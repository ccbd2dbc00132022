"""Many numbers in one request, one answer for each: who may be asked for, and who got which entry.

The provider answers in an order of its own and may leave numbers out; what it did not mention may still have been
done, so it is *silent*, never *refused*. Pure; used by `voice` and `sms`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gateway.channels.base import Handed, Outcome
from gateway.errors import NumberRefused, ProviderRefused, ProviderSilent
from gateway.phones import Number, is_invented

Entry = Mapping[str, Any]
E164 = re.compile(r"\+[1-9][0-9]{6,14}")  # the SDK's own check lets "+0…" and Devanagari digits pass (E4)
NO_DIGIT = re.compile(r"[^0-9]")


def refused_here(to: Sequence[Number], is_loopback: bool) -> dict[Number, Handed]:
    """Say which numbers are not even asked for: no E.164, or invented ones where the provider is real."""
    refused = {}
    for number in to:
        if not E164.fullmatch(number):
            error = NumberRefused("this is no number in E.164", "not-e164")
            refused[number] = Handed(number, error=error, outcome=Outcome.INVALID)
        elif is_invented(number) and not is_loopback:
            error = NumberRefused("invented numbers are never asked of a real provider", "invented")
            refused[number] = Handed(number, error=error)
    return refused


def match(
    to: Sequence[Number], entries: object, key: str, read: Callable[[Number, Entry], Handed]
) -> dict[Number, Handed]:
    """Read the provider's entry of each number, found by its digits; a number without one is silent."""
    found = _by_digits(entries, key)
    handed = {}
    for number in to:
        entry = found.get(number.lstrip("+"))
        handed[number] = silent(number) if entry is None else read(number, entry)
    return handed


def silent(number: Number) -> Handed:
    """Answer for a number of which the provider said nothing we understand: it may have been done."""
    return Handed(number, error=ProviderSilent("the provider did not mention this number"))


def raise_where_all_refused(handed: Mapping[Number, Handed]) -> None:
    """Raise ProviderRefused where each number was refused for the account's sake: nobody's will pass."""
    errors = [each.error for each in handed.values()]
    if errors and all(isinstance(error, ProviderRefused) for error in errors):
        raise errors[0]  # type: ignore[misc]


def word_of(message: object) -> str:
    """Cut a provider's sentence to the part that may be logged: its first words, without any number."""
    found = re.match(r"[A-Za-z][A-Za-z ]{0,40}", str(message))
    return found.group().strip() if found else "no reason given"


def _by_digits(entries: object, key: str) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for entry in entries if isinstance(entries, list) else []:
        if isinstance(entry, dict):
            found.setdefault(_digits(str(entry.get(key))), entry)
    return found


def _digits(written: str) -> str:
    plain = written[1:] if written[:1] == "+" else written
    return plain if plain.isascii() and plain.isdigit() else NO_DIGIT.sub("", written)
