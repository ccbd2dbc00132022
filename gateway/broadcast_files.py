"""The people of a broadcast as CSV or XLSX: who was asked, how it ended, what they answered; for whom the viewer may see.

Numbers are whole only where whoever asked may see them and said so; otherwise their last digits. Nobody who was erased is
in it, and nothing is ever calculated (reliability.md C9).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gateway import lengths
from gateway.db import unit_of_work
from gateway.models import Broadcast, BroadcastAnswer, Delivery
from gateway.people.export import write_csv
from gateway.questions import label_of, questions_of
from gateway.rules.reaching import share_heard
from gateway.runtime import Runtime
from gateway.spreadsheet import write_sheet
from gateway.store import broadcast_people, numbers
from gateway.store.broadcast_people import Person

CSV, XLSX = "csv", "xlsx"
Words = Mapping[str, tuple[float, float]]  # by language: seconds spoken before a message, and its own
PAGE = 1000


@dataclass(frozen=True)
class Asked:
    """How a file is to be: with whole numbers or not, and the words of the language of whoever asked."""

    has_numbers: bool
    language: str
    head: Sequence[str]
    parts: Mapping[str, str]
    causes: Mapping[str, str]
    question: str
    spoke: str


def write(rt: Runtime, out: IO[bytes], kind: str, unit_path: str, broadcast_id: int, asked: Asked) -> int:
    """Write the list, in the order of the calls; returns how many people it holds."""
    with unit_of_work(rt.engine) as unit:
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
    head = [*asked.head, *(f"{asked.question} {nth}" for nth, _ in enumerate(broadcast.questions or [], 1))]
    rows = _rows(rt, broadcast, unit_path, asked)
    return write_sheet(out, head, rows) if kind == XLSX else write_csv(out, head, rows)


def _rows(rt: Runtime, broadcast: Broadcast, unit_path: str, asked: Asked) -> Iterator[list[str]]:
    after: int | None = 0
    words = lengths.words_after(rt, broadcast) if broadcast.kind == "voice" else {}
    while after is not None:
        with unit_of_work(rt.engine) as unit:
            people, after = broadcast_people.list_people(
                unit.db, broadcast, unit_path, None, after=after, size=PAGE
            )
            cells = _page(rt, unit.db, broadcast, people, asked, words)
        yield from cells


def _page(
    rt: Runtime, db: Session, broadcast: Broadcast, people: Sequence[Person], asked: Asked, words: Words
) -> list[list[str]]:
    opened: Mapping[int, Any] = {}
    if asked.has_numbers:
        opened = numbers.open_numbers(db, rt.vault, [each.delivery.number_id for each in people])
    given = _answers(db, broadcast, people, asked)
    return [
        _cells(rt, broadcast, each, asked, opened, given.get(each.delivery.id, {}), words) for each in people
    ]


def _cells(
    rt: Runtime,
    broadcast: Broadcast,
    person: Person,
    asked: Asked,
    opened: Mapping[int, Any],
    given: Mapping[int, str],
    words: Words,
) -> list[str]:
    delivery = person.delivery
    whole = opened.get(delivery.number_id)
    code = delivery.reason_code or delivery.last_cause or ""
    answers = [given.get(nth, "") for nth, _ in enumerate(broadcast.questions or [], 1)]
    return [
        person.name,
        str(whole) if whole else f"…{person.tail or ''}",
        person.place,
        person.place_code,
        delivery.language or "",
        asked.parts.get(person.part, person.part),
        asked.causes.get(code, code),
        str(delivery.tries),
        "" if delivery.heard_seconds is None else str(delivery.heard_seconds),
        _share(delivery, words),
        _local(rt, delivery.ended_at),
        *answers,
    ]


def _share(delivery: Delivery, words: Words) -> str:
    """Of a hundred parts of the message so many were heard, by the seconds; nothing where nobody picked up."""
    known = words.get(delivery.language or "")
    if delivery.heard_seconds is None or known is None:
        return ""
    return str(round(100 * share_heard(delivery.heard_seconds, *known)))


def _answers(
    db: Session, broadcast: Broadcast, people: Sequence[Person], asked: Asked
) -> dict[int, dict[int, str]]:
    """What each answered, by the id of the delivery and the question: the meaning of the key."""
    meanings = {
        (nth, key): label_of(choice, asked.language)
        for nth, question in enumerate(questions_of(broadcast.questions), 1)
        for key, choice in zip(question.keys, question.choices, strict=True)
    }
    if not broadcast.questions:
        return {}
    ids = [each.delivery.id for each in people]
    found: dict[int, dict[int, str]] = {}
    for each in db.scalars(select(BroadcastAnswer).where(BroadcastAnswer.delivery_id.in_(ids))):
        said = meanings.get((each.question, each.key or ""), each.key or asked.spoke)
        found.setdefault(each.delivery_id, {})[each.question] = said
    return found


def _local(rt: Runtime, at: datetime | None) -> str:
    return at.astimezone(rt.profile.timezone).strftime("%Y-%m-%d %H:%M") if at else ""
