"""How the text of one variable becomes a value: the parsers that `gateway.settings` names.

Each takes the stripped, non-empty text and returns the value or raises UnusableError with the rest of a
sentence that begins with the variable's name. The value itself is never part of that sentence.
"""

import ipaddress
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

Parse = Callable[[str], Any]
Habit = Literal["answer", "call-back", "stop"]

E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
PATH_SAFE = re.compile(r"[A-Za-z0-9_-]{16,200}", re.ASCII)
FLAGS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


class UnusableError(ValueError):
    """A value that we cannot work with; the text completes "NAME …"."""


@dataclass(frozen=True)
class VoiceLine:
    """One of our own numbers (E.164) and what it does when it is rung."""

    number: str
    habit: Habit


def text(raw: str) -> str:
    """Take the text as it is, but on one line."""
    if not raw.isprintable():
        raise UnusableError("has characters that cannot be printed")
    return raw


def needs_length(shortest: int) -> Parse:
    """Refuse secrets that could be guessed."""

    def parse(raw: str) -> str:
        if len(raw) < shortest:
            raise UnusableError(f"is too short: at least {shortest} characters")
        return text(raw)

    return parse


def path_secret(raw: str) -> str:
    """Take a secret that stands in a path, so that no proxy rewrites it."""
    if not PATH_SAFE.fullmatch(raw):
        raise UnusableError("must be 16 or more letters, digits, - or _")
    return raw


def url(*schemes: str) -> Parse:
    """Take an address of one of these schemes; a slash at its end is dropped."""

    def parse(raw: str) -> str:
        try:
            parts = urlsplit(raw)
            port_is_readable = parts.port is None or parts.port > 0
        except ValueError as error:
            raise UnusableError("is not an address") from error
        web = parts.scheme in ("http", "https")
        if parts.scheme not in schemes or not port_is_readable or (web and not parts.hostname):
            raise UnusableError(
                f"is not an address that begins with {' or '.join(f'{each}://' for each in schemes)}"
            )
        return raw.rstrip("/") if web else raw

    return parse


def bucket(raw: str) -> str:
    """Take the name of a bucket with a prefix or none."""
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?", raw, re.ASCII):
        raise UnusableError("is not an address of the form s3://bucket or s3://bucket/prefix")
    return raw


def handing(raw: str) -> str:
    """Take how a web server in front is told which file to send."""
    if raw != "x-sendfile" and not re.fullmatch(r"x-accel=/([A-Za-z0-9._-]+/)+", raw, re.ASCII):
        raise UnusableError(
            "must be x-sendfile, or x-accel=/ with the path that the web server has for the clips, then /"
        )
    return raw


def choice(*allowed: str) -> Parse:
    """Take one of a closed list."""

    def parse(raw: str) -> str:
        if raw not in allowed:
            raise UnusableError(f"must be one of {', '.join(allowed)}")
        return raw

    return parse


def choices(*allowed: str) -> Parse:
    """Take some of a closed list, in the order written."""

    def parse(raw: str) -> tuple[str, ...]:
        words = tuple(word.strip() for word in raw.split(","))
        if len(set(words)) != len(words) or not set(words) <= set(allowed):
            raise UnusableError(f"must be some of {', '.join(allowed)}, each once")
        return words

    return parse


def amount(lowest: int, highest: int) -> Parse:
    """Take a whole number within bounds."""

    def parse(raw: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", raw, re.ASCII) or not lowest <= int(raw) <= highest:
            raise UnusableError(f"must be a whole number from {lowest} to {highest}")
        return int(raw)

    return parse


def seconds(raw: str) -> float:
    """Take seconds, with a sign and a fraction if need be; a century at most."""
    try:
        value = float(raw)
    except ValueError as error:
        raise UnusableError("must be a number of seconds") from error
    if not math.isfinite(value) or abs(value) > 100 * 366 * 86_400:
        raise UnusableError("must be a number of seconds")
    return value


def flag(raw: str) -> bool:
    """Take yes or no, strictly."""
    if raw.lower() not in FLAGS:
        raise UnusableError("must be yes or no")
    return FLAGS[raw.lower()]


def folder(raw: str) -> Path:
    """Take a path; it need not exist yet."""
    return Path(text(raw)).expanduser().absolute()


def model_folder(raw: str) -> str:
    """Take the path of a folder that exists: models are brought, never made."""
    found = folder(raw)
    if not found.is_dir():
        raise UnusableError("is not a folder")
    return str(found)


def voice_lines(raw: str) -> tuple[VoiceLine, ...]:
    """Take `+918000000001=call-back,+918000000002=answer`; numbers are E.164 already."""
    lines = tuple(_voice_line(part.strip()) for part in raw.split(","))
    if len({line.number for line in lines}) != len(lines):
        raise UnusableError("names a number twice")
    return lines


def is_loopback(address: str) -> bool:
    """Say whether an address can only lead to this machine; names other than localhost are not trusted."""
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _voice_line(part: str) -> VoiceLine:
    number, _, habit = part.partition("=")
    if not E164.fullmatch(number.strip()):
        raise UnusableError("needs numbers as +918000000001, separated by commas")
    match habit.strip():
        case "answer":
            return VoiceLine(number.strip(), "answer")
        case "call-back":
            return VoiceLine(number.strip(), "call-back")
        case "stop":
            return VoiceLine(number.strip(), "stop")
    raise UnusableError("needs =answer, =call-back or =stop after each number")


def setting(
    name: str,
    meaning: str,
    parse: Parse,
    default: str | None = None,
    emulated: str | None = None,
    secret: bool = False,
) -> Any:
    """Describe one variable; `default` None means that it must be set, `emulated` is the default beside the emulator."""
    about = {
        "name": name,
        "help": meaning,
        "parse": parse,
        "default": default,
        "emulated": emulated,
        "secret": secret,
    }
    return field(metadata=about, repr=not secret)
