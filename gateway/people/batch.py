"""Takes one batch of members: who is new, who is known, what each has agreed to, whom to introduce us to.

Looks up everything first, decides, then writes; a dry run stops before the writing. Called by `members` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from gateway.db import UnitOfWork, unit_of_work
from gateway.deliveries.owe import owe_introduction
from gateway.models import new_public_id
from gateway.people.agreeing import Judged, judge
from gateway.people.persons import Person
from gateway.people.refusals import Imported, Refused
from gateway.rules.consent import ConsentState, Entry
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store import people


class Key(NamedTuple):
    """Who a row is about: the same number, unit and name, however the name's letters are cased (contract)."""

    number_index: bytes
    unit_id: int
    name: str


@dataclass
class Importing:
    """One import under way. `seen` is only kept by a dry run, which cannot find in the database what it took."""

    rt: Runtime
    result: Imported
    staff_id: int | None
    unit_path: str
    is_dry: bool
    seen: set[int] = field(default_factory=set)


@dataclass
class _Row:
    """A person with what was looked up: `before` is the member as known, None where they are new."""

    person: Person
    key: Key
    judged: Judged
    before: Any
    member_id: int | None = None

    @property
    def has_left(self) -> bool:
        return self.before is not None and self.before.status == MemberStatus.LEFT


def take_batch(job: Importing, persons: Sequence[Person]) -> None:
    """Take these persons; somebody who stands twice among them is new the first time and updated the second."""
    with unit_of_work(job.rt.engine) as unit:
        people.take_turn(unit.db)
        placed = _place(unit, job, persons)
        while placed:
            first: dict[Key, Person] = {}
            for key, person in placed:
                first.setdefault(key, person)
            _take(unit, job, first)
            placed = [(key, person) for key, person in placed if first[key] is not person]


def _place(unit: UnitOfWork, job: Importing, persons: Sequence[Person]) -> list[tuple[Key, Person]]:
    units = people.units_by_code(unit.db, [person.unit for person in persons], job.unit_path)
    placed = []
    for person in persons:
        unit_id = units.get(person.unit)
        if unit_id is None:
            job.result.refused.append(Refused(person.line, "unit", "there is no unit with this code"))
        else:
            placed.append((Key(job.rt.vault.index(person.number), unit_id, _folded(person.name)), person))
    return placed


def _take(unit: UnitOfWork, job: Importing, persons: Mapping[Key, Person]) -> None:
    rows = _look_up(unit, job, persons)
    for row in rows:
        if row.judged.note:
            job.result.notes.append(Refused(row.person.line, "consent", row.judged.note))
    new = [row for row in rows if row.member_id is None]
    if job.is_dry:
        known_here = sum(hash(row.key) in job.seen for row in new)
        job.seen |= {hash(row.key) for row in new}
    else:
        known_here = 0
        _write(unit, job, rows, new)
    job.result.taken += len(new) - known_here
    job.result.updated += len(rows) - len(new) + known_here


def _look_up(unit: UnitOfWork, job: Importing, persons: Mapping[Key, Person]) -> list[_Row]:
    indexes = {key.number_index for key in persons}
    known = {Key(m.number_index, m.unit_id, _folded(m.name)): m for m in people.members_on(unit.db, indexes)}
    suppressed = people.suppressed_among(unit.db, indexes)
    ledgers = people.ledgers(unit.db, [known[key].id for key in persons if key in known])
    rows = []
    for key, person in persons.items():
        member = known.get(key)
        ledger = ledgers.get(member.id, []) if member else []
        judged = _judge(person, ledger, suppressed.get(key.number_index), job.rt.clock())
        rows.append(_Row(person, key, judged, member, member.id if member else None))
    return rows


def _judge(person: Person, ledger: Sequence[Entry], suppression: str | None, now: datetime) -> Judged:
    return judge(person.consent, person.agreed_at, ledger, suppression, now)


def _write(unit: UnitOfWork, job: Importing, rows: list[_Row], new: list[_Row]) -> None:
    numbers = {row.key.number_index: row.person.number for row in rows}
    number_ids = people.add_numbers(unit.db, job.rt.vault, numbers, job.rt.clock())
    added = people.add_members(
        unit.db, [_new_member(job, row, number_ids[row.key.number_index]) for row in new]
    )
    known = [row for row in rows if row.member_id is not None]
    for row, member_id in zip(new, added, strict=True):
        row.member_id = member_id
    _change(unit, known)
    _agree(unit, job, rows, known, number_ids)
    _add_posts(unit, job, rows)
    _introduce(unit, job, rows, number_ids)
    _name_aloud(unit, job, {number_ids[row.key.number_index] for row in new})


def _new_member(job: Importing, row: _Row, number_id: int) -> dict[str, Any]:
    state = row.judged.state
    return {
        "public_id": new_public_id(),
        "name": row.person.name,
        "number_id": number_id,
        "unit_id": row.key.unit_id,
        "language": row.person.language,
        "status": MemberStatus.ACTIVE if state >= ConsentState.ORGANISATIONAL else MemberStatus.INVITED,
        "consent": state,
        "is_adult": row.person.is_adult,
        "is_trained": False,
        "created_at": job.rt.clock(),
    }


def _change(unit: UnitOfWork, known: list[_Row]) -> None:
    """Write what differs; a blank cell leaves what is known as it is."""
    for column in ("language", "is_adult", "name"):
        new = [(row, getattr(row.person, column)) for row in known]
        differing = [
            {"id": row.member_id, column: value}
            for row, value in new
            if value not in (None, "") and value != getattr(row.before, column)
        ]
        people.change_members(unit.db, differing)


def _agree(
    unit: UnitOfWork, job: Importing, rows: list[_Row], known: list[_Row], number_ids: Mapping[bytes, int]
) -> None:
    entries = []
    for row in rows:
        if (entry := row.judged.entry) is not None:
            fields = {"member_id": row.member_id, "number_id": number_ids[row.key.number_index]}
            about = {"language": row.person.language, "staff_id": job.staff_id}
            words = {"purpose": entry.purpose, "action": entry.action, "how": entry.how, "at": entry.at}
            entries.append({**fields, **about, **words})
    people.add_consents(unit.db, entries)
    for state in ConsentState:
        changed = [row.member_id for row in known if row.judged.entry and row.judged.state == state]
        if changed:
            people.set_consent(unit.db, state, [each for each in changed if each is not None])


def _add_posts(unit: UnitOfWork, job: Importing, rows: list[_Row]) -> None:
    holders = [row for row in rows if row.person.posts]
    held = people.posts_of(unit.db, [row.member_id for row in holders if row.member_id is not None])
    posts = []
    for row in holders:
        known = {_folded(title) for title in held.get(row.member_id or 0, [])}
        for title in row.person.posts:
            if _folded(title) not in known:
                post = {"member_id": row.member_id, "unit_id": row.key.unit_id, "title": title}
                posts.append({**post, "since": job.rt.clock()})
    people.add_posts(unit.db, posts)


def _introduce(unit: UnitOfWork, job: Importing, rows: list[_Row], number_ids: Mapping[bytes, int]) -> None:
    """A coordinator's word allows one call that asks, and nothing else."""
    for row in rows:
        if row.judged.owes_introduction and not row.has_left and row.member_id is not None:
            number_id = number_ids[row.key.number_index]
            owe_introduction(unit, job.rt, row.member_id, number_id, row.person.language)


def _name_aloud(unit: UnitOfWork, job: Importing, number_ids: set[int]) -> None:
    """Who shares a phone is asked for by name, so these names need sounds."""
    for member_id in people.sharing(unit.db, number_ids):
        unit.ring(partial(job.rt.bells.build_sounds, "member", member_id))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
