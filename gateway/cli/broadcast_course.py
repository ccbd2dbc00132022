"""When a broadcast from the command line begins and ends, what it may cost, what it asks, and the SMS to whom no call reached.

Times, money and questions are read and judged as those of the page that writes a broadcast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import click

from gateway.cli.shown import by_language

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

FAR = timedelta(days=36_500)  # a script may plan beyond what the form offers
WRITTEN = "is written as 1:hi=WORDS|ANSWER|ANSWER; without answers it is answered by voice"
Command = TypeVar("Command", bound=Callable[..., Any])


def course(command: Command) -> Command:
    """The options of time, money, questions and the SMS instead."""
    clock = "by the clock of its unit where no offset is given"
    options = (
        click.option("--at", metavar="ISO-8601", help=f"When it is to start; {clock}."),
        click.option("--expires", metavar="ISO-8601", help=f"After this nobody is tried; {clock}."),
        click.option("--budget", metavar="AMOUNT", help="What it may cost, in the house's currency."),
        click.option("--urgent", is_flag=True, help="It goes before other broadcasts."),
        click.option(
            "--question", "questions", multiple=True, metavar="[N:]LANGUAGE=WORDS|ANSWER…",
            help="A question after the message; N is 1 to 3. Without answers it is answered by voice.",
        ),
        click.option(
            "--fallback", multiple=True, metavar="LANGUAGE=WORDS", help="An SMS to whom no call reached."
        ),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def columns(given: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """What the broadcast keeps of them; a usage error where one cannot be read."""
    # Start-up cost: the console's libraries.
    from gateway.console.broadcasts_course import read_course

    sent = {name: given[name] or "" for name in ("at", "expires", "budget")}
    sent |= {"when": "at" if given["at"] else "now", "is_urgent": "1" if given["urgent"] else ""}
    read = read_course(sent, zone, now, FAR)
    for name, sentence in read.errors.items():
        raise click.UsageError(f"--{name}: {sentence}")
    return {
        **read.more,
        "questions": _questions(given["questions"]),
        "fallback_texts": by_language(given["fallback"], "--fallback") or None,
    }


def _questions(typed: Sequence[str]) -> list[dict[str, Any]]:
    """Put the languages of each question together, in the order of their numbers."""
    from gateway.questions import KEYS, VOICE, Question

    found: dict[int, list[str]] = {}
    for each in typed:
        number, colon, rest = each.partition(":")
        has_number = bool(colon) and number.isascii() and number.isdecimal()
        found.setdefault(int(number) if has_number else 1, []).append(rest if has_number else each)
    made = []
    for _, pairs in sorted(found.items()):
        words = {name: said.split("|") for name, said in by_language(pairs, "--question").items()}
        if len({len(parts) for parts in words.values()}) > 1:
            raise click.UsageError(f"--question {WRITTEN}; each language needs the same answers")
        answers = [[part.strip() for part in parts[1:]] for parts in words.values()]
        choices = tuple(dict(zip(words, labels, strict=True)) for labels in zip(*answers, strict=True))
        texts = {name: parts[0].strip() for name, parts in words.items()}
        made.append(Question(KEYS if choices else VOICE, texts, {}, choices).kept())
    return made
