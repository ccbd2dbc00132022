"""What is heard or read of what people wrote: news, answers, questions. Part of `flows.facts`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict


class Item(TypedDict, total=False):
    """Something to hear: `sound` is the content key of a recording, else `text` is spoken in `language`."""

    id: int
    text: str
    sound: str | None
    language: str
    is_heard: bool
    is_campaign: bool


class Question(Item, total=False):
    """A question after a broadcast: `answer` keys or voice, the `keys` that answer it, `choices` what they mean, as words.

    `text` holds those words too; a recording says them itself.
    """

    answer: str
    keys: str
    choices: str


class Asked(Question, total=False):
    """A question of a broadcast that is still open: `delivery` is what brought it to `member`.

    `about` is the message, at the first one that is asked about it.
    """

    question: int
    delivery: int
    member: int
    about: Item | None
    is_answered: bool


def with_answered(
    asked: Iterable[Mapping[str, Any]], delivery: int | None, question: int
) -> list[dict[str, Any]]:
    """Return the questions that were open (`Asked`), this one marked as answered."""
    place = (delivery, question)
    return [
        {**each, "is_answered": each.get("is_answered") or (each["delivery"], each["question"]) == place}
        for each in asked
    ]
