"""How each kind is forgotten: files first, then rows; called by `retain`, batch by batch, and by nobody else."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gateway.broadcasts import sums
from gateway.db import UnitOfWork, unit_of_work
from gateway.models import (
    Addition,
    Answer,
    AuditEntry,
    Broadcast,
    Delivery,
    Erasure,
    Import,
    Member,
    PaperForm,
    PhoneNumber,
    ReportEvent,
    ReportFile,
    Take,
    VoiceNote,
)
from gateway.people.listed import forget_files
from gateway.places import StoreAway
from gateway.rights import erase
from gateway.runtime import FILES, VOICE_NOTES, Runtime, sealed_folders
from gateway.store import retention, rights_rows

logger = logging.getLogger(__name__)

A_DAY = timedelta(days=1).total_seconds()
_KEYS_OF_A_NOTE = (VoiceNote.clip_key, VoiceNote.original_key)
NOBODY = 32  # bytes of chance in place of a number's keyed hash


def purge_erasures(unit: UnitOfWork, rt: Runtime, erasure_ids: Sequence[int]) -> None:
    """The floor is reached: what was sealed goes, with the recordings and the photographs of forms."""
    for erasure in unit.db.scalars(select(Erasure).where(Erasure.id.in_(erasure_ids))):
        _purge(unit, rt, erasure)


def forget_who_left(unit: UnitOfWork, rt: Runtime, member_ids: Sequence[int]) -> None:
    """Who left so long ago is erased, and nothing of theirs is sealed any more."""
    for member_id in member_ids:
        erasure = erase.erase(unit, rt, member_id, erase.RETENTION, wants_no_calls=False)
        erasure.purge_after = rt.clock()
        _purge(unit, rt, erasure)


def withhold_notes(unit: UnitOfWork, rt: Runtime, note_ids: Sequence[int]) -> None:
    rights_rows.withhold_notes(unit.db, note_ids, rt.clock())


def purge_notes(unit: UnitOfWork, rt: Runtime, note_ids: Sequence[int]) -> None:
    """Do away with recordings; a file that another note still has (the same bytes) stays for that one."""
    notes = unit.db.scalars(select(VoiceNote).where(VoiceNote.id.in_(note_ids))).all()
    keys = {key for note in notes for key in (note.clip_key, note.original_key) if key}
    for note in notes:
        note.clip_key, note.original_key, note.sealed_url, note.peaks = None, None, None, None
        note.sealed_transcript, note.guessed_language, note.guessed_surely = None, None, None
        note.purged_at, note.withheld_at = rt.clock(), note.withheld_at or rt.clock()
    unit.db.flush()
    still = (select(column).where(column.in_(keys)) for column in _KEYS_OF_A_NOTE)
    for key in keys.difference(*map(unit.db.scalars, still)):
        unit.ring(_Removal(rt, key))


def unname_reports(unit: UnitOfWork, rt: Runtime, report_ids: Sequence[int]) -> None:
    """Leave the problem of a place, and what became of it."""
    rights_rows.forget_reports(unit.db, report_ids)
    of_these = ReportEvent.report_id.in_(report_ids)
    unit.db.execute(update(ReportEvent).where(of_these).values(sealed_note=None))
    added = update(Addition).where(Addition.report_id.in_(report_ids))
    unit.db.execute(added.values(rights_rows.NOTHING_ADDED))
    unit.db.execute(update(Answer).where(Answer.report_id.in_(report_ids)).values(texts={}, sounds={}))


def delete_of(table: str) -> Callable[[UnitOfWork, Runtime, Sequence[int]], None]:
    """Return what deletes rows of that table."""
    return lambda unit, rt, ids: retention.delete_rows(unit.db, table, ids)


def delete_deliveries(unit: UnitOfWork, rt: Runtime, delivery_ids: Sequence[int]) -> None:
    """How a broadcast ended is kept as sums, which name nobody."""
    for broadcast_id in retention.broadcasts_of(unit.db, delivery_ids):
        broadcast = unit.db.get_one(Broadcast, broadcast_id)
        broadcast.kept_sums = sums.of_broadcast(unit.db, broadcast_id).kept()
    unit.db.flush()
    retention.delete_rows(unit.db, Delivery.__tablename__, delivery_ids)


def remove_lists(unit: UnitOfWork, rt: Runtime, import_ids: Sequence[int]) -> None:
    for each in unit.db.scalars(select(Import).where(Import.id.in_(import_ids))):
        forget_files(rt, each)


def blank_numbers(unit: UnitOfWork, rt: Runtime, number_ids: Sequence[int]) -> None:
    rights_rows.blank_numbers(unit.db, number_ids)


def count_audit(db: Session, rt: Runtime) -> int:
    return db.scalars(select(func.count(AuditEntry.id)).where(AuditEntry.at < _audit_before(rt))).one()


def delete_audit(rt: Runtime, limit: int) -> int:
    with unit_of_work(rt.engine) as unit:
        retention.begin(unit.db)
        return retention.delete_before(unit.db, "audit_entries", "at", _audit_before(rt), limit)


def stray_files(db: Session, rt: Runtime) -> list[tuple[str, str]]:
    """List sealed files older than a day that no row knows, each after its place: an upload that broke off, a row gone."""
    before, places = time.time() - A_DAY, sealed_folders(rt.settings, rt.vault)
    known = {FILES: _keys_of_files(db), VOICE_NOTES: _keys_of_notes(db)}
    return [
        (place, each.name)
        for place, keys in known.items()
        for each in places[place].place.all()
        if each.written_at < before and each.name.partition(".")[0] not in keys
    ]


def remove_stray_files(rt: Runtime) -> int:
    with unit_of_work(rt.engine) as unit:
        strays = stray_files(unit.db, rt)
    places = sealed_folders(rt.settings, rt.vault)
    for place, name in strays:
        places[place].remove(name)
    return len(strays)


class _Removal:
    """Removes a recording once the row that forgot it is committed."""

    def __init__(self, rt: Runtime, key: str) -> None:
        self._rt, self._key = rt, key

    def __call__(self) -> None:
        try:
            self._rt.notes.remove(self._key)
        except StoreAway:
            logger.warning("a recording is removed with the strays, when the store is back")


def _purge(unit: UnitOfWork, rt: Runtime, erasure: Erasure) -> None:
    erase.seal_away(unit, rt, erasure)  # what came late first
    sealed = erase.open_sealed(rt, erasure)
    purge_notes(unit, rt, sorted({row["id"] for each in sealed for row in each["voice_notes"]}))
    numbers = {row["id"] for each in sealed for row in each["numbers"]}
    gone = PhoneNumber.id.in_(numbers) & (PhoneNumber.sealed == b"")
    for number in unit.db.scalars(select(PhoneNumber).where(gone)):
        number.index = os.urandom(NOBODY)
    people = rights_rows.same_person(unit.db, erasure.member_id)
    _remove_forms(unit, rt, people)
    unit.db.execute(update(Member).where(Member.id.in_(people)).values(created_at=erasure.at))
    erasure.sealed, erasure.purged_at = None, rt.clock()


def _remove_forms(unit: UnitOfWork, rt: Runtime, member_ids: Sequence[int]) -> None:
    forms = unit.db.scalars(select(PaperForm).where(PaperForm.member_id.in_(member_ids))).all()
    for form in forms:
        rt.files.remove(form.file_key)
    retention.delete_rows(unit.db, PaperForm.__tablename__, [form.id for form in forms])


def _audit_before(rt: Runtime) -> datetime:
    return rt.clock() - timedelta(days=rt.profile.retention.audit)


def _keys_of_files(db: Session) -> set[str]:
    forms = db.scalars(select(PaperForm.file_key))
    lists = db.execute(select(Import.file_key, Import.refused_key).where(Import.file_key.is_not(None)))
    taken_away = db.scalars(select(ReportFile.file_key))
    read_aloud = db.scalars(select(Take.original_key))
    return {key for keys in (forms, taken_away, read_aloud, *lists) for key in keys if key}


def _keys_of_notes(db: Session) -> set[str]:
    found = (db.scalars(select(column).where(column.is_not(None))) for column in _KEYS_OF_A_NOTE)
    return {key for keys in found for key in keys if key}
