"""Numbers, days, hours and money as people say them, put together from a language's own table (speech.md section 4).

A language has a word of its own for each of 0 to 99 (`[number]`) and words for what is counted in after that (`[counting]`:
सौ, हज़ार, लाख, करोड़; mia, elfu, laki, milioni). Everything here is made of those, so that all of it can be recorded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time

from flows.words.pieces import cut, fill

Texts = Mapping[str, str]

LAST = 99  # the last number with a word of its own
MOST = 10**12  # what is more is said digit by digit: nobody counts it
HALF_HOUR, QUARTER, THREE_QUARTERS = 30, 15, 45
HALVES = {0: "sharp", QUARTER: "quarter", HALF_HOUR: "half", THREE_QUARTERS: "to"}


def names(texts: Texts, value: int) -> Iterator[str]:
    """Yield the prompts that say a number, in order: `number.12`, `counting.1000`, `number.5`."""
    if value > MOST or (value > LAST and not _scales(texts)):
        yield from (f"number.{digit}" for digit in str(value))
        return
    for scale in _scales(texts):
        if value >= scale:
            count, value = divmod(value, scale)
            yield from _counted(texts, scale, count)
            if value == 0:
                return
            if value <= LAST and "counting.and" in texts:
                yield "counting.and"
    yield f"number.{value}"


def count(texts: Texts, value: int) -> str:
    """Return how many there are as people say it: बारह हज़ार पाँच."""
    said = list(names(texts, value))
    return " ".join(
        texts[name] + ("," if _is_unclear(texts, said, place) else "") for place, name in enumerate(said)
    )


def day(texts: Texts, when: date) -> str:
    """Return a day without its year: बाईस नवंबर."""
    values = {"day": count(texts, when.day), "month": texts[f"month.{when.month}"]}
    return fill(texts["date.day"], values)


def month(texts: Texts, when: date) -> str:
    """Return a month with its year: नवंबर दो हज़ार छब्बीस."""
    return f"{texts[f'month.{when.month}']} {count(texts, when.year)}"


def hour(texts: Texts, when: time) -> str:
    """Return the time of a day as people name it: सुबह दस बजे, साढ़े दस, पौने ग्यारह."""
    to_next = when.minute == THREE_QUARTERS and "clock.to" in texts
    own = _own_hour(texts, when.hour + to_next)
    kind = HALVES.get(when.minute, "minutes")
    kind = kind if f"clock.{kind}" in texts else "minutes"
    template = texts.get(f"clock.{kind}_{own}") or texts[f"clock.{kind}"]
    values = {
        "part": texts[f"clock.part.{when.hour}"],
        "hour": count(texts, own),
        "minute": count(texts, when.minute),
    }
    return fill(template, values)


def money(texts: Texts, amount: int, currency: str) -> str:
    """Return a whole amount with the name of its money; with the money's code where the language has no name for it."""
    said = count(texts, amount)
    template = texts.get(f"money.{currency.lower()}")
    return fill(template, {"amount": said}) if template else f"{said} {currency}"


def heard_as(texts: Texts) -> dict[str, str]:
    """Return the prompt of every word that counts and days are put together from, by the word: each is one sound."""
    known = {texts[name]: name for name in reversed(list(texts)) if _is_sound(name)}
    around = (part for part in cut(texts.get("date.day", "")) if isinstance(part, str))
    return known | dict.fromkeys(around, "date.day")


def split(table: Mapping[str, str], value: str) -> list[tuple[str, str]]:
    """Cut what was put together into (word, prompt) again, the longest words first; empty where some of it is no such word."""
    words, found = value.replace(",", " ,").split(), list[tuple[str, str]]()
    while words:
        if words[0] == ",":
            del words[0]
            continue
        size = next((size for size in (4, 3, 2, 1) if " ".join(words[:size]) in table), 0)
        if not size:
            return []
        word = " ".join(words[:size])
        found.append((word, table[word]))
        del words[:size]
    return found


def _is_sound(name: str) -> bool:
    return name.startswith(("number.", "hundred.", "counting.", "month.")) and name != "counting.first"


def _scales(texts: Texts) -> list[int]:
    """What a language counts in, the largest first."""
    own = (name.partition(".")[2] for name in texts if name.startswith("counting."))
    return sorted((int(scale) for scale in own if scale.isdigit()), reverse=True)


def _counted(texts: Texts, scale: int, count: int) -> Iterator[str]:
    """Say how many of a scale: some languages name it first, Bengali has a word for each hundred."""
    if scale == 100 and f"hundred.{count}" in texts:
        yield f"hundred.{count}"
    elif "counting.first" in texts:
        yield f"counting.{scale}"
        yield from names(texts, count)
    else:
        yield from names(texts, count)
        yield f"counting.{scale}"


def _is_unclear(texts: Texts, said: list[str], place: int) -> bool:
    """Tell whether a breath belongs after this word: where the scale comes first, its count and what follows could be one.

    `elfu ishirini na tano` is 25,000 and `elfu ishirini, na tano` 20,005.
    """
    if "counting.first" not in texts or place + 1 == len(said) or not said[place].startswith("number."):
        return False
    following = said[place + 1 : place + 3]
    opens = next((name for name in reversed(said[:place]) if name.startswith("counting.")), "")
    return opens not in ("", "counting.100") and any(
        name.startswith(("counting.", "number.")) for name in following
    )


def _own_hour(texts: Texts, hour: int) -> int:
    """Return the hour on a clock of twelve; in Swahili the first hour is seven in the morning."""
    first = int(texts.get("clock.first", "0"))
    return (hour - first - 1) % 12 + 1
