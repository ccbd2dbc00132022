"""Takes one batch of members: who is new, who is known, what each has agreed to, whom to introduce us to.

Looks up everything first, decides, then writes; a dry run stops before the writing. Called by `members` alone. What is new
is written by COPY under ids that were reserved, so that thousands of rows cost a dozen statements.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, NamedTuple

from gateway.db import UnitOfWork
from gateway.deliveries.owe import owe_introductions
from gateway.models import Consent, Enrolment, Member, Post, new_public_id
from gateway.names import search_key
from gateway.people.agreeing import Judged, judge
from gateway.people.persons import Person
from gateway.people.refusals import Imported, refuse
from gateway.rules.consent import ConsentState, Entry
from gateway.runtime import Runtime
from gateway.states import MemberStatus
from gateway.store import people

FROM_LIST = "list"
MOST_NAMES_ALOUD = 200  # of one list; the sounds of others are made when somebody calls (`sounds`, "call")

_JOINED = frozenset(state for state in ConsentState if state >= ConsentState.ORGANISATIONAL)
# A hundred people have the same name: spelling each name of a list once is enough.
_spelt = lru_cache(maxsize=50_000)(search_key)


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


class _Placed(NamedTuple):
    """A person whose unit is there."""

    key: Key
    person: Person
    home_unit_id: int | None


@dataclass(slots=True)
class _Row:
    """A person with what was looked up: `before` is the member as known, None where they are new."""

    key: Key
    person: Person
    home_unit_id: int | None
    judged: Judged
    before: Any
    posts: Sequence[str]
    member_id: int

    @property
    def has_left(self) -> bool:
        return self.before is not None and self.before.status == MemberStatus.LEFT


def pass_over(job: Importing, persons: Iterable[Person]) -> None:
    """Remember people of rows that an earlier run has taken."""
    job.seen.update(_mark(person) for person in persons)


def take_batch(unit: UnitOfWork, job: Importing, persons: Sequence[Person]) -> None:
    """Take these persons; somebody who stands twice among them is new the first time and updated the second."""
    people.plan_anew(unit.db)
    if not job.is_dry:
        people.take_turn(unit.db)
    placed = _place(unit, job, persons)
    while placed:
        first: dict[Key, _Placed] = {}
        again = []
        for each in placed:
            if first.setdefault(each.key, each) is each:
                continue
            if each.person._replace(line=0) == first[each.key].person._replace(line=0):
                job.result.updated += 1
                job.result.twice += 1
            else:
                again.append(each)
        _take(unit, job, list(first.values()))
        placed = again


def _place(unit: UnitOfWork, job: Importing, persons: Sequence[Person]) -> list[_Placed]:
    codes = {person.unit for person in persons} | {person.home_unit for person in persons}
    units = people.units_by_code(unit.db, codes, job.unit_path)
    placed = []
    for person in persons:
        unit_id, home_id = units.get(person.unit), units.get(person.home_unit)
        if unit_id is None or (person.home_unit and home_id is None):
            column = "unit" if unit_id is None else "home_unit"
            job.result.refused.append(refuse(person.line, column, "unit-unknown"))
        else:
            key = Key(job.rt.vault.index(person.number), unit_id, _folded(person.name))
            placed.append(_Placed(key, person, home_id))
    return placed


def _take(unit: UnitOfWork, job: Importing, placed: Sequence[_Placed]) -> None:
    there = people.members_on(unit.db, {each.key.number_index for each in placed})
    rows = _look_up(unit, job, placed, there)
    first = [row for row in rows if _mark(row.person) not in job.seen]
    _note(unit, job, first, there)
    new = [row for row in first if row.before is None]
    known = [row for row in rows if row.before is not None]
    job.result.taken += len(new)
    job.result.updated += len(rows) - len(new)
    job.result.twice += len(rows) - len(first)
    job.result.unchanged += sum(row.before is not None and _says_nothing_new(row) for row in first)
    job.seen.update(_mark(row.person) for row in first)
    if not job.is_dry:
        _write(unit, job, rows, [row for row in rows if row.before is None], known)


def _look_up(unit: UnitOfWork, job: Importing, placed: Sequence[_Placed], there: Sequence[Any]) -> list[_Row]:
    known = {Key(each.index, each.unit_id, _folded(each.name)): each for each in reversed(there)}
    suppressed = people.suppressed_among(unit.db, {each.key.number_index for each in placed})
    ids = [known[each.key].id for each in placed if each.key in known]
    ledgers = people.ledgers(unit.db, ids)
    posts = people.posts_of(unit.db, ids)
    judged_new: dict[tuple[Any, ...], Judged] = {}
    rows = []
    for key, person, home_unit_id in placed:
        before = known.get(key)
        words = (person.consent, person.agreed_at), suppressed.get(key.number_index)
        if before is None:
            judged = judged_new.get(words) or judged_new.setdefault(words, _judge(job, words, ()))
            rows.append(_Row(key, person, home_unit_id, judged, None, (), 0))
        else:
            judged = _judge(job, words, ledgers.get(before.id, ()))
            held = posts.get(before.id, ())
            rows.append(_Row(key, person, home_unit_id, judged, before, held, before.id))
    return rows


def _judge(job: Importing, words: tuple[Any, ...], ledger: Sequence[Entry]) -> Judged:
    (how, agreed_at), suppression = words
    return judge(how, agreed_at, ledger, suppression, job.rt.clock(), job.rt.profile.consent_days)


def _note(unit: UnitOfWork, job: Importing, rows: Sequence[_Row], there: Sequence[Any]) -> None:
    """Say what of a row has no effect, and who is probably the same person as somebody known before this list."""
    notes = job.result.notes
    for row in rows:
        if code := row.judged.note:
            reason = {"reason": row.judged.suppression} if code == "suppressed" else {}
            notes.append(refuse(row.person.line, "consent", code, **reason))
    new = [row for row in rows if row.before is None and row.person.name]
    known = [each for each in there if each.id <= job.upto_id and each.status != MemberStatus.LEFT]
    alike = {(each.index, each.unit_id, _spelt(each.name)) for each in known}
    same = people.namesakes(unit.db, {(row.key.unit_id, _spelt(row.person.name)) for row in new}, job.upto_id)
    for row in new:
        spelt = _spelt(row.person.name)
        if (row.key.number_index, row.key.unit_id, spelt) in alike:
            notes.append(refuse(row.person.line, "name", "sounds-like"))
        elif (row.key.unit_id, spelt) in same:
            notes.append(refuse(row.person.line, "name", "same-name"))


def _says_nothing_new(row: _Row) -> bool:
    return row.judged.entry is None and not _new_posts(row) and _changed(row) is None


def _changed(row: _Row) -> tuple[Any, ...] | None:
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
    return (row.member_id, _spelt(new["name"]), *({**new, "tags": _as_json(new["tags"])}.values()))


def _new_posts(row: _Row) -> list[str]:
    held = {_folded(title) for title in row.posts}
    return [title for title in row.person.posts if _folded(title) not in held]


def _write(unit: UnitOfWork, job: Importing, rows: list[_Row], new: list[_Row], known: list[_Row]) -> None:
    numbers = {row.key.number_index: row.person.number for row in rows}
    number_ids = people.add_numbers(unit.db, job.rt.vault, numbers, job.rt.clock())
    ids = people.reserve_ids(unit.db, Member, len(new))
    for row, member_id in zip(new, ids, strict=True):
        row.member_id = member_id
    _add(unit, job, new, number_ids)
    people.change_members(unit.db, [changed for row in known if (changed := _changed(row))])
    _agree(unit, job, rows, known, number_ids)
    _add_posts(unit, job, rows)
    _introduce(unit, job, rows, number_ids)
    _name_aloud(unit, job, {number_ids[row.key.number_index] for row in new})


def _add(unit: UnitOfWork, job: Importing, new: list[_Row], number_ids: Mapping[bytes, int]) -> None:
    now = job.rt.clock()
    columns = (
        *("id", "public_id", "name", "search", "number_id", "unit_id", "home_unit_id", "language", "handset"),
        *("slot", "tags", "status", "consent", "is_adult", "is_trained", "created_at"),
    )
    people.copy_in(
        unit.db,
        Member,
        columns,
        (
            (
                *(row.member_id, new_public_id(), row.person.name, _spelt(row.person.name)),
                *(number_ids[row.key.number_index], row.key.unit_id, row.home_unit_id, row.person.language),
                *(row.person.handset, row.person.slot, _as_json(row.person.tags), _status(row).value),
                *(row.judged.state.value, row.person.is_adult, False, now),
            )
            for row in new
        ),
    )
    came = (
        (row.member_id, FROM_LIST, number_ids[row.key.number_index], now, now if _has_joined(row) else None)
        for row in new
    )
    people.copy_in(unit.db, Enrolment, ("member_id", "way", "number_id", "begun_at", "joined_at"), came)


def _has_joined(row: _Row) -> bool:
    return row.judged.state in _JOINED


def _status(row: _Row) -> MemberStatus:
    return MemberStatus.ACTIVE if _has_joined(row) else MemberStatus.INVITED


def _agree(
    unit: UnitOfWork, job: Importing, rows: list[_Row], known: list[_Row], number_ids: Mapping[bytes, int]
) -> None:
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
    people.copy_in(unit.db, Consent, columns, entries)
    for state in ConsentState:
        changed = [row.member_id for row in known if row.judged.entry and row.judged.state == state]
        if changed:
            people.set_consent(unit.db, state, changed)


def _add_posts(unit: UnitOfWork, job: Importing, rows: list[_Row]) -> None:
    now = job.rt.clock()
    posts = ((row.member_id, row.key.unit_id, title, now) for row in rows for title in _new_posts(row))
    people.copy_in(unit.db, Post, ("member_id", "unit_id", "title", "since"), posts)


def _introduce(unit: UnitOfWork, job: Importing, rows: list[_Row], number_ids: Mapping[bytes, int]) -> None:
    """A coordinator's word allows one call that asks, and nothing else."""
    owed = [
        (row.member_id, number_ids[row.key.number_index], row.person.language)
        for row in rows
        if row.judged.owes_introduction and not row.has_left
    ]
    owe_introductions(unit, job.rt, owed)


def _name_aloud(unit: UnitOfWork, job: Importing, number_ids: set[int]) -> None:
    """Who shares a phone is asked for by name, so these names need sounds."""
    left = MOST_NAMES_ALOUD - job.named_aloud
    if left > 0:
        for member_id in people.sharing(unit.db, number_ids)[:left]:
            unit.ring(partial(job.rt.bells.build_sounds, "member", member_id))
            job.named_aloud += 1


def _as_json(words: Sequence[str]) -> str:
    return json.dumps(list(words), ensure_ascii=False) if words else "[]"


def _mark(person: Person) -> int:
    return hash((person.number, person.unit, _folded(person.name)))


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
