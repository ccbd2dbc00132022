"""Takes one batch of members: who is new, who is known, what each has agreed to, who is probably known already.

Looks up everything first, decides, then has it written (`write`); a dry run stops before the writing. Called by `members`
alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from gateway.db import UnitOfWork
from gateway.people.agreeing import Judged, judge
from gateway.people.persons import Person
from gateway.people.refusals import refuse
from gateway.people.write import Importing, Key, Row, folded, says_nothing_new, spelt, write_rows
from gateway.rules.consent import Entry
from gateway.states import MemberStatus
from gateway.store import bulk, people


class Read(NamedTuple):
    """A person as read, with the index of their number and the number sealed, where it may have to be written.

    Both are reckoned while those before them are written. `sealed` is "" where nothing will be.
    """

    person: Person
    number_index: bytes
    sealed: bytes = b""


class _Placed(NamedTuple):
    """A person whose unit is there."""

    key: Key
    person: Person
    home_unit_id: int | None
    sealed: bytes


def pass_over(job: Importing, persons: Iterable[Read]) -> None:
    """Remember people of rows that an earlier run has taken."""
    job.seen.update(_mark(each.person) for each in persons)


def take_batch(unit: UnitOfWork, job: Importing, persons: Sequence[Read]) -> None:
    """Take these persons; somebody who stands twice among them is new the first time and updated the second."""
    bulk.plan_anew(unit.db)
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


def _place(unit: UnitOfWork, job: Importing, persons: Sequence[Read]) -> list[_Placed]:
    codes = {code for each in persons for code in (each.person.unit, each.person.home_unit) if code}
    units = people.units_by_code(unit.db, codes, job.unit_path)
    placed = []
    for person, number_index, sealed in persons:
        unit_id, home_id = units.get(person.unit), units.get(person.home_unit)
        if unit_id is None or (person.home_unit and home_id is None):
            column = "unit" if unit_id is None else "home_unit"
            job.result.refused.append(refuse(person.line, column, "unit-unknown"))
        else:
            key = Key(number_index, unit_id, folded(person.name))
            placed.append(_Placed(key, person, home_id, sealed))
    return placed


def _take(unit: UnitOfWork, job: Importing, placed: Sequence[_Placed]) -> None:
    there = people.members_on(unit.db, {each.key.number_index for each in placed})
    rows = _look_up(unit, job, placed, there)
    first = [row for row in rows if _mark(row.person) not in job.seen]
    _note(unit, job, first, there)
    new = [row for row in first if row.before is None]
    job.result.taken += len(new)
    job.result.updated += len(rows) - len(new)
    job.result.twice += len(rows) - len(first)
    job.result.unchanged += sum(row.before is not None and says_nothing_new(row) for row in first)
    job.seen.update(_mark(row.person) for row in first)
    if not job.is_dry:
        write_rows(unit, job, rows, (each.number_index for each in there))


def _look_up(unit: UnitOfWork, job: Importing, placed: Sequence[_Placed], there: Sequence[Any]) -> list[Row]:
    known = {Key(each.number_index, each.unit_id, folded(each.name)): each for each in reversed(there)}
    suppressed = people.suppressed_among(unit.db, {each.key.number_index for each in placed})
    ids = [known[each.key].id for each in placed if each.key in known]
    ledgers = people.ledgers(unit.db, ids)
    posts = people.posts_of(unit.db, ids)
    judged_new: dict[tuple[Any, ...], Judged] = {}
    rows = []
    for key, person, home_unit_id, sealed in placed:
        before = known.get(key)
        words = (person.consent, person.agreed_at), suppressed.get(key.number_index)
        if before is None:
            judged = judged_new.get(words) or judged_new.setdefault(words, _judge(job, words, ()))
            rows.append(Row(key, person, home_unit_id, judged, None, (), 0, sealed))
        else:
            judged = _judge(job, words, ledgers.get(before.id, ()))
            held = posts.get(before.id, ())
            rows.append(Row(key, person, home_unit_id, judged, before, held, before.id, sealed))
    return rows


def _judge(job: Importing, words: tuple[Any, ...], ledger: Sequence[Entry]) -> Judged:
    (how, agreed_at), suppression = words
    return judge(how, agreed_at, ledger, suppression, job.rt.clock(), job.rt.profile.consent_days)


def _note(unit: UnitOfWork, job: Importing, rows: Sequence[Row], there: Sequence[Any]) -> None:
    """Say what of a row has no effect, and who is probably the same person as somebody known before this list."""
    notes = job.result.notes
    for row in rows:
        if code := row.judged.note:
            reason = {"reason": row.judged.suppression} if code == "suppressed" else {}
            notes.append(refuse(row.person.line, "consent", code, **reason))
    new = [row for row in rows if row.before is None and row.person.name]
    known = [each for each in there if each.id <= job.upto_id and each.status != MemberStatus.LEFT]
    alike = {(each.number_index, each.unit_id, spelt(each.name)) for each in known}
    same = people.namesakes(unit.db, {(row.key.unit_id, spelt(row.person.name)) for row in new}, job.upto_id)
    for row in new:
        name = spelt(row.person.name)
        if (row.key.number_index, row.key.unit_id, name) in alike:
            notes.append(refuse(row.person.line, "name", "sounds-like"))
        elif (row.key.unit_id, name) in same:
            notes.append(refuse(row.person.line, "name", "same-name"))


def _mark(person: Person) -> int:
    return hash((person.number, person.unit, folded(person.name)))
