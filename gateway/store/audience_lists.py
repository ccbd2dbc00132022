"""Lists of numbers that were handed in as an audience: which members stand on them, and how far each is read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, LargeBinary, Select, delete, literal, select, union
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gateway.errors import NotFound
from gateway.models import (
    AudienceList,
    AudienceListMember,
    Import,
    Member,
    OtherNumber,
    PhoneNumber,
    Unit,
)
from gateway.states import MemberStatus
from gateway.store import bulk
from gateway.store.units import is_under

Found = dict[bytes, list[tuple[int, str]]]


@dataclass(frozen=True)
class Row:
    """A list with the file it was read from (its progress and refused lines; None: not from a file) and its unit."""

    list: AudienceList
    made: Import | None
    place: Unit


def get_row(db: Session, viewer_path: str, public_id: str) -> Row:
    """Return one list; raises NotFound where there is none at or below the viewer's unit."""
    found = db.execute(_joined(viewer_path).where(AudienceList.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound("there is no such list")
    return Row(*found)


def list_rows(db: Session, viewer_path: str, limit: int = 50) -> list[Row]:
    """List the lists at or below the viewer's unit, the newest first."""
    query = _joined(viewer_path).order_by(AudienceList.id.desc()).limit(limit)
    return [Row(*each) for each in db.execute(query)]


def find_members(db: Session, path: str, indexes: Collection[bytes]) -> Found:
    """Find who at or below a path has these numbers, by the number's hash: (member, name as it is searched)."""
    is_one = PhoneNumber.index.in_(bulk.list_of(LargeBinary, indexes))
    line = select(PhoneNumber.index, PhoneNumber.id).where(is_one).cte("line")
    below = (is_under(Unit.path, path), Member.status != MemberStatus.LEFT)
    whom = select(line.c.index, Member.id, Member.search).join(Unit, Unit.id == Member.unit_id)
    first = whom.join(line, line.c.id == Member.number_id).where(*below)
    further = (
        whom.join(OtherNumber, OtherNumber.member_id == Member.id)
        .join(line, line.c.id == OtherNumber.number_id)
        .where(*below, OtherNumber.until.is_(None))
    )
    found: Found = {}
    for index, member_id, search in db.execute(union(first, further)):
        found.setdefault(index, []).append((member_id, search))
    return found


def add_members(db: Session, list_id: int, member_ids: Sequence[int]) -> set[int]:
    """Put members on a list; returns those who did not stand on it yet."""
    if not member_ids:
        return set()
    given = bulk.list_of(BigInteger, sorted(set(member_ids))).subquery("given")
    rows = select(literal(list_id), given.c.one)
    adding = insert(AudienceListMember).from_select(["list_id", "member_id"], rows)
    added = adding.on_conflict_do_nothing()
    return set(db.scalars(added.returning(AudienceListMember.member_id)))


def forget(db: Session, list_id: int) -> None:
    """Forget a list and who stood on it."""
    db.execute(delete(AudienceListMember).where(AudienceListMember.list_id == list_id))
    db.execute(delete(AudienceList).where(AudienceList.id == list_id))


def _joined(viewer_path: str) -> Select[AudienceList, Import | None, Unit]:
    return (
        select(AudienceList, Import, Unit)
        .join(Unit, Unit.id == AudienceList.unit_id)
        .outerjoin(Import, Import.id == AudienceList.import_id)
        .where(is_under(Unit.path, viewer_path))
    )
