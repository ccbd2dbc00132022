"""Two rows that are one person become one (activities.md S3-39): everything of the one moves to the other.

Every table with a key to a member is moved, found by the keys themselves so that a new one cannot be forgotten; what both
have is kept once. The ledger is append-only and stays where it is: it is read through `merged_into_id`, and the stricter of
the two wins. Suppressions belong to numbers and are not touched. Run twice, it changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from gateway import ledger
from gateway.db import UnitOfWork
from gateway.errors import Conflict, NotFound
from gateway.models import Delivery, Member, Merge, OtherNumber
from gateway.names import search_key
from gateway.people.numbers import MERGED
from gateway.rules import consent as rule
from gateway.rules.consent import ConsentState
from gateway.runtime import Runtime
from gateway.scene import Scene
from gateway.states import DeliveryState, MemberStatus
from gateway.store import consents, member_numbers, merges, staff
from gateway.store.move import move

FIELDS = ("name", "number", "unit", "home_unit", "language", "handset", "slot", "is_adult")
_COLUMNS = {"unit": "unit_id", "home_unit": "home_unit_id", "number": "number_id"}
ON_THE_PHONE = timedelta(minutes=10)


def merge(
    unit: UnitOfWork,
    rt: Runtime,
    kept_id: int,
    gone_id: int,
    staff_id: int | None,
    from_gone: Collection[str] = (),
) -> Member:
    """Make one member of two and return the one that is kept; `from_gone` names the fields that the other one knew better.

    What the kept one lacks is filled in from the other. Raises Conflict where one of them is on the phone right now, is
    erased, or was merged into somebody else.
    """
    kept, gone = _lock(unit, kept_id, gone_id)
    if gone.merged_into_id == kept.id:
        return kept
    _check(unit, rt, kept, gone)
    strict = _strictest(unit, rt, kept, gone)
    taken = _take_fields(unit, rt, kept, gone, from_gone)
    _one_delivery_each(unit, rt, kept, gone)
    moved = merges.move_rows(unit.db, gone.id, kept.id)
    _part(unit, rt, kept, gone)
    _agree(unit, rt, kept, strict)
    details = {"fields": taken, "moved": moved}
    unit.db.add(Merge(kept_id=kept.id, gone_id=gone.id, staff_id=staff_id, at=rt.clock(), details=details))
    for each, place in ((kept, kept.unit_id), (gone, gone.unit_id)):
        staff.add_audit(
            unit.db,
            staff_id,
            "member-merged",
            rt.clock(),
            "member",
            each.id,
            place,
            kept=kept.id,
            gone=gone.id,
        )
    unit.db.flush()
    return kept


def _lock(unit: UnitOfWork, kept_id: int, gone_id: int) -> tuple[Member, Member]:
    """Both rows, the lower id first, so that two merges of the same people wait for each other instead of for ever."""
    if kept_id == gone_id:
        raise Conflict("a member cannot be merged into themselves")
    found = {
        each: unit.db.get(Member, each, with_for_update=True, populate_existing=True)
        for each in sorted((kept_id, gone_id))
    }
    kept, gone = found[kept_id], found[gone_id]
    if kept is None or gone is None:
        raise NotFound("there is no such member")
    return kept, gone


def _check(unit: UnitOfWork, rt: Runtime, kept: Member, gone: Member) -> None:
    for each in (kept, gone):
        if each.erased_at is not None:
            raise NotFound("there is no such member")
        if each.merged_into_id is not None:
            raise Conflict("one of the two was merged into somebody else already")
    if merges.is_on_the_phone(unit.db, (kept.id, gone.id), rt.clock() - ON_THE_PHONE):
        raise Conflict("one of the two is on the phone right now; try again in a few minutes")


def _strictest(unit: UnitOfWork, rt: Runtime, kept: Member, gone: Member) -> ConsentState:
    """How far the person may be taken to agree: no further than the row in which something was ended."""
    found = consents.entries_of(unit.db, (kept.id, gone.id))
    ended = [
        rule.derive(entries, rt.clock())
        for entries in found.values()
        if any(each.action == rule.WITHDRAWN for each in entries)
    ]
    return min(ended, default=ConsentState.ALL)


def _take_fields(
    unit: UnitOfWork, rt: Runtime, kept: Member, gone: Member, from_gone: Collection[str]
) -> list[str]:
    """Fill the kept row; returns the names of what came from the other one."""
    taken = []
    numbers = [each for each in (kept.number_id, gone.number_id) if each]
    for field in FIELDS:
        column = _COLUMNS.get(field, field)
        other = getattr(gone, column)
        if other not in (None, "") and (field in from_gone or getattr(kept, column) in (None, "")):
            if other != getattr(kept, column):
                setattr(kept, column, other)
                taken.append(field)
            if field == "name":
                kept.search, kept.name_note_id = search_key(kept.name), gone.name_note_id or kept.name_note_id
    kept.is_adult = False if False in (kept.is_adult, gone.is_adult) else kept.is_adult
    kept.tags = list(dict.fromkeys([*kept.tags, *gone.tags]))
    kept.is_trained = kept.is_trained or gone.is_trained
    kept.name_note_id = kept.name_note_id or gone.name_note_id
    kept.created_at = min(kept.created_at, gone.created_at)
    _keep_numbers(unit, rt, kept, [each for each in numbers if each != kept.number_id])
    return taken


def _keep_numbers(unit: UnitOfWork, rt: Runtime, kept: Member, numbers: list[int]) -> None:
    """The number that is not rung first is a further one."""
    for number_id in numbers:
        if member_numbers.find_in_use(unit.db, kept.id, number_id) is None:
            unit.db.add(OtherNumber(member_id=kept.id, number_id=number_id, since=rt.clock()))
    unit.db.flush()


def _one_delivery_each(unit: UnitOfWork, rt: Runtime, kept: Member, gone: Member) -> None:
    """Of two deliveries of one broadcast the one that has gone further stays; nobody is called twice by it."""
    for mine, other in merges.list_doubled(unit.db, kept.id, gone.id):
        waits = mine if merges.is_waiting(mine) and not merges.is_waiting(other) else other
        move(unit.db, Delivery, waits.id, DeliveryState.CANCELLED, ended_at=rt.clock())


def _part(unit: UnitOfWork, rt: Runtime, kept: Member, gone: Member) -> None:
    """Leave the other row behind: no number, no place in any list, a sign to the one that is kept."""
    now = rt.clock()
    if gone.number_id is not None:
        unit.db.add(
            OtherNumber(
                member_id=gone.id, number_id=gone.number_id, since=gone.created_at, until=now, reason=MERGED
            )
        )
    if kept.status != MemberStatus.ACTIVE and gone.status == MemberStatus.ACTIVE:
        kept.status, kept.left_at = MemberStatus.ACTIVE, None
    if kept.is_adult is False:
        kept.status, kept.left_at = MemberStatus.LEFT, kept.left_at or now
    gone.merged_into_id, gone.number_id = kept.id, None
    gone.status, gone.left_at, gone.consent = MemberStatus.LEFT, gone.left_at or now, ConsentState.NONE
    unit.db.flush()
    merges.tidy_numbers(unit.db, kept, gone.id, now)
    if kept.number_id is not None:
        merges.send_on(unit.db, kept.id, kept.number_id)


def _agree(unit: UnitOfWork, rt: Runtime, kept: Member, strict: ConsentState) -> None:
    """Derive what the two ledgers come to together; where one of them was stricter, write that down."""
    state = consents.rederive(unit.db, kept.id, rt.clock())
    if state > strict:
        purpose = rule.CAMPAIGN if strict == ConsentState.ORGANISATIONAL else rule.EVERYTHING
        line = ledger.Line(purpose, rule.WITHDRAWN, ledger.MERGE)
        ledger.write(unit, rt, Scene(kept.number_id, kept.id, kept.language or ""), kept.id, line)
    unit.db.refresh(kept)
