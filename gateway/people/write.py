"""Writes what was decided about one batch of members: new ones by COPY under reserved ids, known ones where they differ.

Called by `batch`, which looked everything up and judged it before; a dry run never comes here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, NamedTuple

from gateway.db import UnitOfWork
from gateway.deliveries.owe import owe_introductions
from gateway.models import Consent, Enrolment, Member, Post
from gateway.models.base import new_public_ids
from gateway.names import search_key
from gateway.people.agreeing import Judged
from gateway.people.persons import Person
from gateway.people.refusals import Imported
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store import bulk, people

FROM_LIST = "list"
MOST_NAMES_ALOUD = 200  # of one list; the sounds of others are made when somebody calls (`sounds`, "call")

_JOINED = frozenset(state for state in ConsentState if state >= ConsentState.ORGANISATIONAL)
# A hundred people have the same name: spelling each name of a list once is enough.
spelt = lru_cache(maxsize=50_000)(search_key)


class Key(NamedTuple):
    """Who a row is about: the same number, unit and name, however the name's letters are cased (contract)."""

    number_index: bytes
    unit_id: int
    name: str


@dataclass
class Importing:
    """One import under way. `seen` are the people of its rows so far, `upto_id` the last member there was before it."""

    rt: Runtime
    result: Imported
    staff_id: int | None
    unit_path: str
    is_dry: bool
    upto_id: int
    seen: set[int] = field(default_factory=set)
    named_aloud: int = 0
    is_named: bool = False  # whoever vouches, aloud


@dataclass(slots=True)
class Row:
    """A person with what was looked up: `before` is the member as known, None where they are new."""

    key: Key
    person: Person
    home_unit_id: int | None
    judged: Judged
    before: Any
    posts: Sequence[str]
    member_id: int
    sealed: bytes

    @property
    def has_left(self) -> bool:
        return self.before is not None and self.before.status == MemberStatus.LEFT


def write_rows(unit: UnitOfWork, job: Importing, rows: list[Row], there: Iterable[bytes]) -> None:
    """Write these rows, each of another person; `there` are the numbers of everybody known on these numbers, by index."""
    new = [row for row in rows if row.before is None]
    known = [row for row in rows if row.before is not None]
    numbers = {row.key.number_index: row.person.number for row in rows}
    sealed = {row.key.number_index: row.sealed for row in rows}
    number_ids = people.add_numbers(unit.db, job.rt.vault, numbers, job.rt.clock(), sealed)
    ids = bulk.reserve_ids(unit.db, Member, len(new))
    for row, member_id in zip(new, ids, strict=True):
        row.member_id = member_id
    with bulk.keeping_plans(unit.db):
        _add(unit, job, new, number_ids)
        _agree(unit, job, rows, number_ids)
        _add_posts(unit, job, rows)
    people.change_members(unit.db, [changed for row in known if (changed := _changed(row))])
    _derive(unit, known)
    _introduce(unit, job, rows, number_ids)
    on = Counter([*there, *(row.key.number_index for row in new)])
    _name_aloud(
        unit, job, {number_ids[each] for each in (row.key.number_index for row in new) if on[each] > 1}
    )


def _add(unit: UnitOfWork, job: Importing, new: list[Row], number_ids: Mapping[bytes, int]) -> None:
    now = job.rt.clock()
    columns = (
        *("id", "public_id", "name", "search", "number_id", "unit_id", "home_unit_id", "language", "handset"),
        *("slot", "tags", "status", "consent", "is_adult", "is_trained", "created_at"),
    )
    bulk.copy_in(
        unit.db,
        Member,
        columns,
        (
            (
                *(row.member_id, public_id, row.person.name, spelt(row.person.name)),
                *(number_ids[row.key.number_index], row.key.unit_id, row.home_unit_id, row.person.language),
                *(row.person.handset, row.person.slot, _as_json(row.person.tags), _status(row).value),
                *(row.judged.state.value, row.person.is_adult, False, now),
            )
            for row, public_id in zip(new, new_public_ids(len(new)), strict=True)
        ),
    )
    came = (
        (row.member_id, FROM_LIST, number_ids[row.key.number_index], now, now if _has_joined(row) else None)
        for row in new
    )
    bulk.copy_in(unit.db, Enrolment, ("member_id", "way", "number_id", "begun_at", "joined_at"), came)


def _has_joined(row: Row) -> bool:
    return row.judged.state in _JOINED


def _status(row: Row) -> MemberStatus:
    return MemberStatus.ACTIVE if _has_joined(row) else MemberStatus.INVITED


def _agree(unit: UnitOfWork, job: Importing, rows: list[Row], number_ids: Mapping[bytes, int]) -> None:
    columns = (
        *("member_id", "number_id", "purpose", "action", "how", "language", "staff_id", "at"),
        "expires_at",
    )
    entries = (
        (
            *(row.member_id, number_ids[row.key.number_index], entry.purpose, entry.action, entry.how),
            *(row.person.language, job.staff_id, entry.at, entry.expires_at),
        )
        for row in rows
        if (entry := row.judged.entry) is not None
    )
    bulk.copy_in(unit.db, Consent, columns, entries)


def _derive(unit: UnitOfWork, known: list[Row]) -> None:
    for state in ConsentState:
        changed = [row.member_id for row in known if row.judged.entry and row.judged.state == state]
        if changed:
            people.set_consent(unit.db, state, changed)


def _add_posts(unit: UnitOfWork, job: Importing, rows: list[Row]) -> None:
    now = job.rt.clock()
    posts = ((row.member_id, row.key.unit_id, title, now) for row in rows for title in _new_posts(row))
    bulk.copy_in(unit.db, Post, ("member_id", "unit_id", "title", "since"), posts)


def _introduce(unit: UnitOfWork, job: Importing, rows: list[Row], number_ids: Mapping[bytes, int]) -> None:
    """A coordinator's word allows one call that asks, and nothing else."""
    owed = [
        (row.member_id, number_ids[row.key.number_index], row.person.language)
        for row in rows
        if row.judged.owes_introduction and not row.has_left
    ]
    owe_introductions(unit, job.rt, owed)
    if owed and job.staff_id is not None and not job.is_named:
        unit.ring(partial(job.rt.bells.build_sounds, "staff", job.staff_id))
        job.is_named = True


def _name_aloud(unit: UnitOfWork, job: Importing, number_ids: Collection[int]) -> None:
    """Who shares a phone is asked for by name, so these names need sounds."""
    left = MOST_NAMES_ALOUD - job.named_aloud
    if left > 0 and number_ids:
        for member_id in people.sharing(unit.db, number_ids)[:left]:
            unit.ring(partial(job.rt.bells.build_sounds, "member", member_id))
            job.named_aloud += 1


def _as_json(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False) if words else "[]"


def says_nothing_new(row: Row) -> bool:
    return row.judged.entry is None and not _new_posts(row) and _changed(row) is None


def _changed(row: Row) -> tuple[Any, ...] | None:
    """Return what is to be written of a known member, None where nothing differs; a blank cell leaves what is known."""
    person, before = row.person, row.before
    given = {
        "name": person.name,
        "language": person.language,
        "is_adult": person.is_adult,
        "home_unit_id": row.home_unit_id,
        "handset": person.handset,
        "slot": person.slot,
        "tags": [*before.tags, *(tag for tag in person.tags if tag not in before.tags)],
    }
    old = {column: getattr(before, column) for column in given}
    new: dict[str, Any] = {
        column: old[column] if value in (None, "") else value for column, value in given.items()
    }
    if new == old:
        return None
    return (row.member_id, spelt(new["name"]), *({**new, "tags": _as_json(new["tags"])}.values()))


def _new_posts(row: Row) -> list[str]:
    held = {folded(title) for title in row.posts}
    return [title for title in row.person.posts if folded(title) not in held]


@lru_cache(maxsize=50_000)
def folded(text: str) -> str:
    return " ".join(text.split()).casefold()
